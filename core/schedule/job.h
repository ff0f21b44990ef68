/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker is told: the message for one check of an object. Pure.
 */
#ifndef CORE_SCHEDULE_JOB_H
#define CORE_SCHEDULE_JOB_H

#include "common/agent_link.h"
#include "common/msg.h"
#include "core/state/engine.h"

#define JOB_TIMEOUT_MS  60000 /* where the configuration has none */
#define JOB_PATIENCE_MS 60000 /* of alert handlers: TERM to KILL (EH-2) */

/* Memory that the message borrows; reuse it from job to job. */
struct job_buffers {
	struct str command, items, params, sources;
};

/* Fills everything but job_id. `links` may be NULL: nobody is registered;
 * `now` in wall seconds. */
void job_make(struct msg_job *job, struct job_buffers *buffers,
    const struct engine *e, const struct agent_links *links, uint32_t object,
    unsigned kind, int64_t now);
/* The same for an event handler. */
void job_make_handler(struct msg_job *job, struct job_buffers *buffers,
    const struct engine *e, const struct handler *h, int64_t now);
void job_buffers_free(struct job_buffers *buffers);

#endif
