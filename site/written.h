/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration as it stands in the files, without an activation, and the
 * jobs that core would make of it. For the verbs that try things out.
 */
#ifndef SITE_WRITTEN_H
#define SITE_WRITTEN_H

#include "common/config/snapshot.h"
#include "common/err.h"
#include "common/msg.h"
#include "core/schedule/job.h"
#include "site/site.h"

#include <stdbool.h>
#include <stdint.h>

struct written {
	const struct site *site;
	struct snapshot *snap;
	struct periods *periods;
	struct engine *engine;
	struct agent_links links;
	struct job_buffers buffers;
};

/* Prints mistakes on standard error; NULL then. */
struct written *written_open(const struct site *site, const char *verb);
void written_close(struct written **w);

/* The host's number; prints the reason and returns SNAP_NONE. */
uint32_t written_host(
    const struct written *w, const char *verb, const char *name);
/* The host's service that fetches its agent, or SNAP_NONE. */
uint32_t written_agent(const struct written *w, uint32_t host);
/* Seconds since 1970, now. */
double written_now(void);
/*
 * Appends the piggyback_kept records that the running core has for a host:
 * nothing if it does not run.
 */
void written_piggyback(
    const struct written *w, const char *host, struct str *kept);
/*
 * The job for an object's check; false: it has none of its own (passive, fed
 * by another, ...). It borrows until the next call.
 */
bool written_job(struct written *w, uint32_t object, struct msg_job *job_r);
/* The same without what other hosts sent: core is not asked. */
bool written_bare_job(
    struct written *w, uint32_t object, struct msg_job *job_r);

#endif
