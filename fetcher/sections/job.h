/* SPDX-License-Identifier: Apache-2.0
 *
 * Section job: what the mk-job wrapper wrote of jobs that it ran.
 */
#ifndef FETCHER_SECTIONS_JOB_H
#define FETCHER_SECTIONS_JOB_H

#include "fetcher/sections/section.h"

enum job_value {
	JOB_START,
	JOB_EXIT_CODE,
	JOB_REAL,
	JOB_USER,
	JOB_SYSTEM,
	JOB_READS,
	JOB_WRITES,
	JOB_MAX_RSS,
	JOB_AVERAGE_MEMORY,
	JOB_INVOLUNTARY,
	JOB_VOLUNTARY,
	JOB_VALUES
};

struct job_entry {
	struct slice name;
	bool has[JOB_VALUES];      /* of the last run that ended */
	double values[JOB_VALUES]; /* seconds, bytes, counts */
	unsigned running;          /* runs under way */
	double running_since;      /* the oldest of them, since 1970 */
};

struct section_job {
	struct job_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_job;

#endif
