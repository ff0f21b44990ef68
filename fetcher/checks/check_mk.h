/* SPDX-License-Identifier: Apache-2.0
 *
 * The service Check_MK: how the fetch of a host's agent and the evaluation of
 * its sections went. Unlike the other checks it looks at the run itself.
 */
#ifndef FETCHER_CHECKS_CHECK_MK_H
#define FETCHER_CHECKS_CHECK_MK_H

#include "fetcher/checks/out.h"
#include "fetcher/sections/parsed.h"

#define CHECK_MK_MAX_MISSING 64

/* Parameters of the check: what state each trouble has. */
enum check_mk_trouble {
	CHECK_MK_CONNECTION,
	CHECK_MK_TIMEOUT,
	CHECK_MK_EMPTY,
	CHECK_MK_MISSING,
	CHECK_MK_PARSING,
	CHECK_MK_TROUBLES
};

struct check_mk_run {
	uint32_t states[CHECK_MK_TROUBLES];
	bool late;                /* the failure is that time ran out */
	const char *failure;      /* why the fetch failed; NULL: it did not */
	bool no_agent;            /* none was to be asked */
	bool has_snmp;            /* the host was read by SNMP */
	const char *snmp_failure; /* why that failed; NULL: it did not */
	size_t bytes;             /* of output */
	double fetch_seconds,
	    snmp_seconds; /* the latter is part of the former */
	bool by_program;  /* the output is a program's */
	bool has_cpu;
	double cpu[2];         /* seconds of the evaluation: user, system */
	double children[2];    /* of the program */
	struct parsed *parsed; /* after a failure: what others sent */
	/* Checks whose items got no result for want of a section; n_missing
	 * counts those beyond the room too. */
	const struct check *missing[CHECK_MK_MAX_MISSING];
	size_t n_missing, n_items, n_results;
};

/*
 * Fills run->states from the parameters of a discovery plan (the host's rules),
 * or with the defaults.
 */
void check_mk_states(struct check_mk_run *run, struct slice plan);
/* Notes the check once. */
void check_mk_missing(struct check_mk_run *run, const struct check *check);
void check_mk_judge(const struct check_mk_run *run, struct check_out *out);

#endif
