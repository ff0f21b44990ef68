/* SPDX-License-Identifier: Apache-2.0
 *
 * From an agent's output to results. Pure: everything comes in as an argument
 * and goes out into `results`. Used by the worker and by `vedette check`.
 */
#ifndef FETCHER_EVALUATE_H
#define FETCHER_EVALUATE_H

#include "common/msg.h"
#include "common/str.h"

#include <stdbool.h>

/* What another host sent for this one, as it was stored. */
struct evaluate_source {
	struct slice output; /* empty: not to be used */
	uint32_t state;      /* of what is said of it in Check_MK */
	struct slice text;
};

/* Memory that one evaluation leaves for the next; {0} is empty. */
struct evaluate_room;
struct evaluate_room *evaluate_room_new(void);
void evaluate_room_free(struct evaluate_room **room);

struct evaluate_input {
	const struct msg_job *job; /* kind AGENT or PROGRAM, with its items */
	struct slice output;       /* the agent's bytes, decoded and unpacked */
	/* Sections that were read by SNMP, or why they could not be. */
	bool has_snmp;
	struct slice snmp;
	const char *snmp_failure;
	const char *failure; /* NULL, or why the fetch failed, in words */
	bool late;           /* it failed because time ran out */
	int64_t now_us;      /* wall time at the end of the fetch */
	uint64_t fetch_us;   /* how long the fetch took */
	uint64_t snmp_us;    /* of that, the part by SNMP */
	double children[2];  /* CPU seconds of a program: user, system */
	/* CPU seconds of the caller so far, for what the evaluation itself
	 * takes; NULL: nothing is said of it. */
	void (*cpu)(double used[2]);
	const struct evaluate_source *sources; /* piggyback for this host */
	size_t n_sources;
	struct slice persisted; /* sections of earlier fetches; empty: none */
	bool no_agent; /* nothing was fetched: the host has piggyback alone */
	struct evaluate_room *room; /* of the caller's; NULL: its own */
};

/*
 * Appends job_result records: the job's own object first (MSG_OWN_OBJECT, the
 * service Check_MK), then one for each item whose section was there. Items
 * whose section is absent get none. After a failure only what other hosts sent
 * for this one (piggyback) gives results. An
 * item whose check had to wait for its counters has state MSG_RESULT_NONE: only
 * its state_blob is to be kept.
 */
void evaluate_agent(const struct evaluate_input *in, struct str *results);

#endif
