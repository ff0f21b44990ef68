/* SPDX-License-Identifier: Apache-2.0
 *
 * From a worker's records, and from texts of commands, to results for the
 * engine. Pure.
 */
#ifndef CORE_SCHEDULE_INTAKE_H
#define CORE_SCHEDULE_INTAKE_H

#include "core/schedule/schedule.h"

struct intake { /* what all records of an outcome share */
	struct schedule *schedule;
	uint32_t collector; /* object of the job */
	int64_t started_us;
	uint64_t duration_us;
	uint32_t latency_us;
	int64_t now; /* wall seconds */
};

/* The result of a service that the job feeds; false: it feeds no such. */
bool intake_collected(
    const struct intake *in, uint32_t object, const struct msg_job_result *r);
/* The job's own result; the object's next check may change. */
void intake_own(const struct intake *in, const struct msg_job_result *r);
/* There is none; `why` in words, NULL: no answer in time. */
void intake_failed(
    struct schedule *s, uint32_t object, const char *why, int64_t now);
/* A check that needs no worker: always_up, a cluster. */
void intake_local(struct schedule *s, uint32_t object, int64_t now);

/*
 * A passive result as a command gives it: raw output of a plugin (CR-4), with
 * "\n" for line breaks. NULL, or why it was dropped (CR-2).
 */
const char *intake_passive(struct engine *e, uint32_t object, uint8_t code,
    struct slice raw, int64_t measured, int64_t now);

/*
 * The same of raw output with real line breaks; `passive`: it came from
 * outside.
 */
const char *intake_plugin(struct engine *e, uint32_t object, bool passive,
    uint8_t code, struct slice raw, int64_t measured, int64_t now);

/* CR-4: the three parts, borrowed from `raw` and `*buffer`. */
void intake_split(struct slice raw, struct str *buffer, struct slice *output_r,
    struct slice *long_r, struct slice *perfdata_r);

#endif
