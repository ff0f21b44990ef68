/* SPDX-License-Identifier: Apache-2.0
 *
 * From answers to pings to a state and its words. Pure.
 */
#ifndef FETCHER_PING_RESULT_H
#define FETCHER_PING_RESULT_H

#include "common/str.h"

#include <stdint.h>

struct ping_answers {
	const char *address; /* text of who was asked */
	uint32_t sent, answered;
	double sum_ms, least_ms, most_ms; /* of the round trips */
	const char *why; /* a request could not be sent, or NULL */
};

/* Settings of a PING service: the job's options. */
struct ping_plan {
	uint32_t packets;
	double rta_warn, rta_crit;   /* milliseconds */
	double loss_warn, loss_crit; /* percent */
};

void ping_answers_add(struct ping_answers *a, double rtt_ms);
/*
 * {"packets": 5, "rta": [200, 500], "loss": [80, 100]}; what is absent or not
 * JSON is as written here.
 */
struct ping_plan ping_plan_read(struct slice options);
/*
 * Both return a plugin's state and append its words. A host is 0 with one
 * answer, else 2; `window_ms` is how long answers were awaited.
 */
uint32_t ping_judge_host(
    const struct ping_answers *a, uint32_t window_ms, struct str *output);
uint32_t ping_judge_service(const struct ping_answers *a,
    const struct ping_plan *plan, struct str *output, struct str *perfdata);

#endif
