/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks many hosts at once, for the command line: one loop, so many at a time,
 * each under its own time-out. Ctrl-C ends it; what is done stays done.
 */
#ifndef SITE_DISCOVER_BULK_H
#define SITE_DISCOVER_BULK_H

#include "common/err.h"
#include "common/msg.h"
#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>

struct bulk_job {
	/*
	 * Fills the job of host i. 1: ask it; 0: nothing to ask, done() comes
	 * without output; -1 with a reason.
	 */
	int (*job)(
	    size_t i, struct msg_job *job_r, struct err *err_r, void *arg);
	/* The host's output, or why there is none. Once for each host that was
	 * reached before an interruption, in the order in which they end. */
	void (*done)(
	    size_t i, struct slice output, const char *failure, void *arg);
	/* For the line of progress, on a terminal: what was found so far. */
	size_t (*found)(void *arg);
	void *arg;
	const char *root; /* of the site */
	size_t n, parallel;
};

struct bulk_sum {
	size_t done, failed, left; /* left: not asked for an interruption */
	double seconds;
};

void discover_bulk(const struct bulk_job *job, struct bulk_sum *sum_r);

#endif
