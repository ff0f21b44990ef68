/* SPDX-License-Identifier: Apache-2.0
 *
 * Bulks in the spool: deliveries that wait for others and leave in one call.
 * An entry is a delivery like any other, its row is kept until the bulk has a
 * result; the bulk itself has tries, a time and a state of its own. What is
 * put in and what is marked is one transaction each.
 */
#ifndef NOTIFYD_SPOOL_BULK_H
#define NOTIFYD_SPOOL_BULK_H

#include "notifyd/spool/spool.h"

struct store;

/* A bulk with more bytes of contexts is closed, whatever its `max` is. */
#define SPOOL_BULK_MAX_BYTES (INT64_C(16) << 20)
/* Bulks that are done are remembered so long. */
#define SPOOL_KEEP_BULKS 1000
/* Open bulks of one key that an entry is compared with. */
#define SPOOL_BULK_CANDIDATES 100

/*
 * What is held until a rule's period begins: the key starts with this and the
 * object, so that its recovery finds them, whoever that is told to.
 */
#define SPOOL_HELD_KEY "held\x1f%s"
int spool_bulk_recovered(struct store *store, const char *object);

/* What keeps gathering; see struct plan_gather. */
struct spool_gather {
	int kind;
	char *key;    /* all that must be equal */
	char *causes; /* "", or one of these lines in common is needed */
	char *how;    /* JSON */
	int64_t horizon_ms;
	int64_t until_ms; /* 0: the horizon counts */
	bool hold;        /* a full one waits for its time, too */
	unsigned max;
};
void spool_gather_free(struct spool_gather **gather);

struct spool_bulk {
	int64_t id; /* 0: none */
	int64_t due_ms;
	int kind;
	unsigned tries;
	int64_t first_ms; /* when it was started first; 0: not yet */
	char *contact, *method, *how, *causes;
};
void spool_bulk_clear(struct spool_bulk *bulk);

/* In the thread, within the transaction that added the delivery: finds a bulk
 * or opens one, and says in `d` which. 0 or -1. */
int spool_bulk_join(
    struct store *store, struct spool_delivery *d, int64_t bytes);

/* After a start: those without a result, in order. */
typedef void spool_bulks_fn(const struct spool_bulk *list, size_t n, void *arg);
void spool_bulks_recover(
    struct spool *spool, spool_bulks_fn *recovered, void *arg);

struct spool_bulk_entry {
	struct spool_delivery d;
	struct spool_notice notice;
};
/*
 * Closes the bulk, counts the try and reads the entries, oldest first. `bulk`
 * NULL: it is not due at now_ms, is under way or was finished.
 */
typedef void spool_bulk_started_fn(const struct spool_bulk *bulk,
    const struct spool_bulk_entry *entries, size_t n, void *arg);
void spool_bulk_start(struct spool *spool, int64_t id, int64_t now_ms,
    spool_bulk_started_fn *started, void *arg);

/* The result of one entry. */
struct spool_bulk_result {
	int64_t row;
	enum spool_state state;
	int code;
	char *text;
};
/*
 * Marks the bulk and its entries; `lines` (LF between them) go to the history
 * in the same transaction. Takes what `results` points to.
 */
struct spool_bulk_mark {
	int64_t id, next_ms;
	enum spool_state state;
	int code;
	const char *text, *lines;
	struct spool_bulk_result *results;
	size_t n;
};
void spool_bulk_mark(struct spool *spool, const struct spool_bulk_mark *mark,
    spool_marked_fn *marked, void *arg);

#endif
