/* SPDX-License-Identifier: Apache-2.0
 *
 * What a job says of piggyback: which of what others sent is used, and the
 * names under which the host's own blocks are kept. Pure.
 */
#ifndef FETCHER_PIGGYBACK_H
#define FETCHER_PIGGYBACK_H

#include "fetcher/evaluate.h"

#include <jansson.h>

/*
 * The host that a header means, by the source's key piggyback.translate (NULL:
 * none): drop_domain, case, the first regex that fits the whole name, map.
 * Appends nothing if no name is left. A broken regex fits nothing.
 */
void piggyback_target(
    const json_t *translate, struct slice written, struct str *out);

/*
 * Appends piggyback_block records of an output; `now` in wall seconds. What
 * persist() keeps is a block of the host for itself.
 */
void piggyback_blocks(const struct msg_job *job, struct slice output,
    int64_t now, struct str *blocks);

/* What persist() kept of the job's host; borrowed, may be empty. */
struct slice piggyback_persisted(const struct msg_job *job);

struct piggyback_sources { /* {0} is none */
	struct evaluate_source *list;
	size_t n, cap;
	struct slice persisted; /* the host's own, of earlier fetches */
};
/* Borrows the job's bytes. */
void piggyback_sources_read(
    struct piggyback_sources *s, const struct msg_job *job, int64_t now);
void piggyback_sources_free(struct piggyback_sources *s);

#endif
