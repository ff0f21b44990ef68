/* SPDX-License-Identifier: Apache-2.0
 *
 * What the spool keeps for other sites: notices whose rules another site has,
 * until it has taken them, and results of deliveries for the site where the
 * notice came from, until that one has taken them. Callbacks come on the loop
 * after the commit.
 */
#ifndef NOTIFYD_SPOOL_FORWARD_H
#define NOTIFYD_SPOOL_FORWARD_H

#include "notifyd/spool/spool.h"

/* A read ends after so many bytes of contexts. */
#define SPOOL_FORWARD_READ_BYTES (UINT64_C(4) << 20)

/* What a batch takes of the queue's bound. */
int64_t spool_forward_bytes(const struct spool_batch *batch);

struct spool_forwarded {
	struct spool_notice notice;
	unsigned tries; /* before this one */
};
/* Notices after `seq` that wait for another site, at most `max`, in order. */
typedef void spool_forwards_fn(
    const struct spool_forwarded *list, size_t n, void *arg);
void spool_forwards(struct spool *spool, int64_t seq, unsigned max,
    spool_forwards_fn *got, void *arg);
/* Everything up to `seq` was sent in vain: counts a try. */
void spool_forwards_tried(struct spool *spool, int64_t seq);

/* The other site has it. `bytes` 0: it was not waiting (any more). */
typedef void spool_forward_taken_fn(int64_t bytes, void *arg);
void spool_forward_taken(struct spool *spool, int64_t seq, const char *to,
    spool_forward_taken_fn *taken, void *arg);

/* Gives up the oldest repetitions until `bytes` are free, with a line each. */
typedef void spool_forwards_dropped_fn(
    const struct spool_notice *list, size_t n, int64_t bytes, void *arg);
void spool_forwards_drop(struct spool *spool, int64_t bytes,
    spool_forwards_dropped_fn *dropped, void *arg);

/* How many wait, and their bytes. */
typedef void spool_forwards_sum_fn(int64_t n, int64_t bytes, void *arg);
void spool_forwards_sum(
    struct spool *spool, spool_forwards_sum_fn *sum, void *arg);

/* Results for `peer` after `id`, at most `max`, in order. */
struct spool_result {
	int64_t id;
	char *key, *notice, *host, *service, *contact, *method, *text;
	int code; /* 0, 1, 2 */
};
typedef void spool_results_fn(
    const struct spool_result *list, size_t n, void *arg);
void spool_results(struct spool *spool, const char *peer, int64_t id,
    unsigned max, spool_results_fn *got, void *arg);
void spool_result_taken(struct spool *spool, const char *peer, int64_t id);
/* Results for sites that are not among the names are of no use any more. */
void spool_results_keep(
    struct spool *spool, const char *const *peers, size_t n);

/*
 * A result of another site for a notice that was forwarded: becomes a history
 * line, once; goes on to the site where the notice came from, if that is yet
 * another. An unknown notice is ignored. `r->id` means nothing here.
 * `committed` false: the spool closes.
 */
typedef void spool_result_stored_fn(
    bool known, bool duplicate, bool committed, void *arg);
void spool_result_add(struct spool *spool, const struct spool_result *r,
    const char *line, spool_result_stored_fn *stored, void *arg);

#endif
