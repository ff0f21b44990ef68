/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite in a thread. Jobs run in order, many in one transaction (group
 * commit, after STORE_GATHER_MS or STORE_GROUP_ROWS); their `done` is called
 * on the loop after the commit. Where the disk refuses, the same group is
 * tried again each second: nothing is lost, nothing is answered meanwhile.
 */
#ifndef NOTIFYD_SPOOL_STORE_H
#define NOTIFYD_SPOOL_STORE_H

#include "common/err.h"
#include "common/str.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define STORE_GATHER_MS  5
#define STORE_GROUP_ROWS 8000

struct store;

struct store_job {
	struct store_job *next; /* the store's */
	unsigned rows;          /* weight in a group */
	/*
	 * In the thread, inside of a transaction; may be called again after a
	 * roll-back. 0, or -1: the database refused.
	 */
	int (*run)(struct store *store, struct store_job *job);
	/* On the loop; frees the job. `committed` false: the store closes. */
	void (*done)(struct store_job *job, bool committed);
};

/* What the file looks like; the arrays end with NULL and live for ever. */
struct store_schema {
	const char *tables; /* CREATE ... IF NOT EXISTS */
	/* upgrades[v]: from version v + 1 to v + 2, before `tables`. */
	const char *const *upgrades;
	const char *const *statements; /* by index */
	int version;
};
struct store *nd_store_open(uv_loop_t *loop, const char *path,
    const struct store_schema *schema, struct err *err_r);
/* Runs what waits (blocking; not again and again), then closes. */
void nd_store_close(struct store **store);
void nd_store_put(struct store *store, struct store_job *job);
/* Rows that wait for their commit. */
size_t nd_store_waiting(const struct store *store);
/* Why the disk refuses at present, "" while all is well. On the loop. */
const char *nd_store_trouble(const struct store *store);

/* --- in the thread ---------------------------------------------------------
 */

/* The prepared statement, reset and without bindings. NULL on failure. */
sqlite3_stmt *nd_store_statement(struct store *store, int index);
/* Binds by kind: s text, i int64, b blob (struct slice); then steps to the
 * end. 0 or -1. */
int nd_store_exec(struct store *store, int index, const char *kinds, ...);
/* The same, but leaves the statement at its first row. 1 row, 0 none, -1. */
int nd_store_query(struct store *store, sqlite3_stmt **st_r, int index,
    const char *kinds, ...);
int nd_store_next(sqlite3_stmt *st); /* 1, 0, -1 */
int64_t nd_store_changes(struct store *store);
int64_t nd_store_last_id(struct store *store);
/* Never NULL; the statement's, until its next step. */
const char *nd_store_column(sqlite3_stmt *st, int column);
/* A copy, never NULL. */
char *nd_store_text(sqlite3_stmt *st, int column);

#endif
