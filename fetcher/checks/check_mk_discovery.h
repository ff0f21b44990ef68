/* SPDX-License-Identifier: Apache-2.0
 *
 * The service Check_MK Discovery: from time to time, what the host's data
 * gives is compared with what is monitored. It uses the data that was fetched
 * for the checks anyway.
 */
#ifndef FETCHER_CHECKS_CHECK_MK_DISCOVERY_H
#define FETCHER_CHECKS_CHECK_MK_DISCOVERY_H

#include "common/msg.h"
#include "fetcher/checks/out.h"
#include "fetcher/sections/parsed.h"

extern const struct check check_check_mk_discovery;

struct check_discovery_run {
	struct parsed *parsed;
	const struct msg_job *job;       /* its items are what is monitored */
	const struct msg_job_item *item; /* the service's own */
	int64_t now;                     /* seconds */
};

/*
 * Is it time? Not before `interval` has passed since the time that item.state
 * tells, unless the plan is another one.
 */
bool check_discovery_due(const struct check_discovery_run *run);
/* Judges, and appends the new state of the service. */
void check_discovery_judge(const struct check_discovery_run *run,
    struct check_out *out, struct str *state);

#endif
