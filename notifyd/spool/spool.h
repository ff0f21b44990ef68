/* SPDX-License-Identifier: Apache-2.0
 *
 * The durable part of notifyd: raw notifications, the ids that were seen, the
 * planned deliveries with their state, history lines that core has not taken
 * yet, and who was told of a problem. Every call returns at once; callbacks
 * come on the loop after the commit.
 */
#ifndef NOTIFYD_SPOOL_SPOOL_H
#define NOTIFYD_SPOOL_SPOOL_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* Contexts kept for explain and resend. */
#define SPOOL_KEEP_NOTICES 1000
/* An id is remembered for 7 days or until 1,000,000 younger ones came. */
#define SPOOL_KEEP_IDS_S (7 * 86400)
#define SPOOL_KEEP_IDS   1000000
/* So many young ones stay even if the clock jumps by a year. */
#define SPOOL_KEEP_IDS_MIN 100000
/* What a method remembers of an incident is forgotten after so long. */
#define SPOOL_KEEP_MEMORY_S (400 * 86400)

enum spool_state {
	SPOOL_WAITING,
	SPOOL_RUNNING,
	SPOOL_DEFERRED,
	SPOOL_DONE,   /* marked: never sent again */
	SPOOL_FAILED, /* for good */
	SPOOL_STATES
};

struct spool;
struct spool_gather;

enum spool_forward {
	SPOOL_FORWARD_NONE,
	SPOOL_FORWARD_WAITS,
	SPOOL_FORWARD_TAKEN,
	SPOOL_FORWARD_DROPPED /* the queue was full */
};

struct spool_notice {
	int64_t seq; /* 0: not stored yet */
	char *id, *site, *what, *host, *service;
	int64_t created_us;
	struct str context; /* notifyd/context_stored.h */
	char *peer;         /* NULL or "": it does not come from another site */
	enum spool_forward forward; /* of a new one: NONE or WAITS */
	char *forward_to;           /* who took it; read only */
};
void spool_notice_clear(struct spool_notice *n);

struct spool_delivery {
	int64_t row;      /* set by spool_add */
	unsigned ordinal; /* within the plan, from 1 to 999,999 */
	/* One contact, or several with commas: one call tells them all. */
	char *contact;
	char *method, *who, *params; /* who, params: JSON */
	char *rule, *rule_text;
	unsigned rule_number;
	enum spool_state state;
	unsigned tries;   /* started so far */
	int64_t next_ms;  /* wall time of the next try */
	int64_t first_ms; /* wall time of the plan */
	/* NULL: it goes by itself. */
	struct spool_gather *gather; /* notifyd/spool/bulk.h */
	int64_t bulk, bulk_due_ms;   /* set by spool_add; 0: none */
};
void spool_delivery_clear(struct spool_delivery *d);

/* A notice with its whole plan; spool_add() takes what it points to. */
struct spool_batch {
	struct spool_notice notice;
	struct spool_delivery *deliveries;
	size_t n_deliveries;
	char **lines; /* for the history */
	size_t n_lines;
	/*
	 * The object's key. Deliveries of a problem are remembered under it;
	 * the end of an incident forgets them.
	 */
	char *object;
	bool remember, forget;
	bool repeated; /* given up first where too much waits for a site */
	bool quiet;    /* nobody is to see it; kept for another site alone */
};
void spool_batch_free(struct spool_batch **batch);

struct spool *spool_open(uv_loop_t *loop, const char *path, struct err *err_r);
/* Writes what waits, then closes. Of the callbacks only `added` still comes. */
void spool_close(struct spool **spool);
/* Called on the loop when history lines or results were committed. */
void spool_on_news(struct spool *spool, void (*news)(void *arg), void *arg);
/* Rows that wait for their commit. */
size_t spool_waiting(const struct spool *spool);
/* Why the disk refuses, "" while it does not. */
const char *spool_trouble(const struct spool *spool);

/*
 * Stores all of it in one transaction, unless the id was seen before
 * (duplicate: nothing is stored). The batch is lent to the callback and freed
 * after it; its deliveries have their rows. `committed` false: the spool closes
 * and could not write it.
 */
typedef void spool_added_fn(
    const struct spool_batch *batch, bool duplicate, bool committed, void *arg);
void spool_add(struct spool *spool, struct spool_batch *batch, int64_t now_s,
    spool_added_fn *added, void *arg);

/*
 * Marks the delivery as running, counts the try and reads it. `d` NULL: it is
 * not there or was finished.
 */
typedef void spool_started_fn(const struct spool_delivery *d,
    const struct spool_notice *notice, int64_t row, void *arg);
void spool_start(
    struct spool *spool, int64_t row, spool_started_fn *started, void *arg);

/*
 * Marks the result: DONE, FAILED, or DEFERRED until next_ms. The lines (LF
 * between them) go to the history in the same transaction. `marked` may be
 * NULL.
 */
typedef void spool_marked_fn(void *arg);
void spool_mark(struct spool *spool, int64_t row, enum spool_state state,
    int code, const char *text, int64_t next_ms, const char *line,
    spool_marked_fn *marked, void *arg);

/*
 * What a method remembers of an incident, by name. `value` NULL: nothing; put
 * is done before what is put later.
 */
typedef void spool_memory_fn(const char *value, void *arg);
void spool_memory_get(
    struct spool *spool, const char *name, spool_memory_fn *got, void *arg);
void spool_memory_put(
    struct spool *spool, const char *name, const char *value, int64_t now_s);

/* `got` for each whose name begins so. */
void spool_memory_list(
    struct spool *spool, const char *prefix, spool_memory_fn *got, void *arg);

/* Who was told of a problem that has not ended. */
struct spool_told {
	char *object, *contact, *method;
};
/* After a start: every delivery that is not finished. */
typedef void spool_open_fn(const struct spool_delivery *list, size_t n,
    const struct spool_told *told, size_t n_told, void *arg);
void spool_recover(struct spool *spool, spool_open_fn *open, void *arg);

/* History lines after `id`, at most `max`, in order. */
struct spool_line {
	int64_t id;
	char *line;
};
typedef void spool_lines_fn(
    const struct spool_line *lines, size_t n, void *arg);
void spool_lines(struct spool *spool, int64_t id, unsigned max,
    spool_lines_fn *got, void *arg);
void spool_line_taken(struct spool *spool, int64_t id);

/* Notices, newest first. Empty strings and 0 mean any. */
struct spool_filter {
	const char *id, *host, *service;
	bool failed;   /* only those with a delivery that failed for good */
	unsigned last; /* at most so many */
};
typedef void spool_found_fn(
    const struct spool_notice *list, size_t n, void *arg);
void spool_find(struct spool *spool, const struct spool_filter *filter,
    spool_found_fn *found, void *arg);

/* The same with what became of their deliveries, in order of the notices. */
struct spool_outcome {
	size_t notice; /* index */
	char *contact, *method, *rule, *text;
	enum spool_state state;
	unsigned tries;
	int code; /* of the last try; -1: none ended yet */
	int64_t next_ms;
	int64_t bulk, bulk_due_ms; /* 0: it goes by itself */
};
typedef void spool_listed_fn(const struct spool_notice *list, size_t n,
    const struct spool_outcome *outcomes, size_t n_outcomes, void *arg);
void spool_list(struct spool *spool, const struct spool_filter *filter,
    spool_listed_fn *listed, void *arg);

struct spool_counts {
	int64_t deliveries[SPOOL_STATES];
	int64_t lines;          /* of the history, on their way to core */
	int64_t bulks, entries; /* bulks without a result, what is in them */
	/* Of what should be gone already; 0: nothing. Bulks count from when
	 * they were due. */
	int64_t oldest_ms;
};
typedef void spool_counts_fn(const struct spool_counts *counts, void *arg);
void spool_count(struct spool *spool, spool_counts_fn *counts, void *arg);

#endif
