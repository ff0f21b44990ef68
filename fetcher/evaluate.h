/* SPDX-License-Identifier: Apache-2.0
 *
 * From an agent's output to results. Pure: everything comes in as an argument
 * and goes out into `results`. Used by the worker and by `vedette check`.
 */
#ifndef FETCHER_EVALUATE_H
#define FETCHER_EVALUATE_H

#include "common/msg.h"
#include "common/str.h"

struct evaluate_input {
	const struct msg_job *job; /* kind AGENT or PROGRAM, with its items */
	struct slice output;       /* the agent's bytes, decoded and unpacked */
	const char *failure;       /* NULL, or why the fetch failed, in words */
	int64_t now_us;            /* wall time at the end of the fetch */
	uint64_t fetch_us;         /* how long the fetch took */
};

/*
 * Appends job_result records: the job's own object first (MSG_OWN_OBJECT, the
 * service Check_MK), then one for each item whose section was there. Items
 * whose section is absent get none, and after a failure no item gets one. An
 * item whose check had to wait for its counters has state MSG_RESULT_NONE: only
 * its state_blob is to be kept.
 */
void evaluate_agent(const struct evaluate_input *in, struct str *results);

#endif
