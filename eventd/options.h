/* SPDX-License-Identifier: Apache-2.0
 *
 * The key `eventd` of site.yaml (event-console.md 8.1). Pure.
 */
#ifndef EVENTD_OPTIONS_H
#define EVENTD_OPTIONS_H

#include "eventd/forward/options.h"
#include "eventd/replica/options.h"
#include "eventd/rule/compile.h"
#include "eventd/rule/hostname.h"
#include "eventd/trap/options.h"

struct eventd_options {
	struct hostname_rules hostname;
	bool archive_orphans;
	size_t max_message;   /* bytes */
	unsigned max_clients; /* streams at once, of TCP and of the socket */
	struct limit by_host, by_rule, overall;
	int64_t history_us;        /* 0: retention.events holds */
	bool tcp_commands;         /* status port over TCP */
	struct networks tcp_allow; /* none: everyone who can reach it */
	int64_t action_timeout_us;
	bool log_messages; /* every message to a file of the day */
	struct forward_targets forward;
	uint32_t rate;            /* of one source an interval; 0: any */
	int64_t rate_interval_us; /* of the rate */
	struct trap_options traps;
	struct replica_options replica;
};

/* NULL with one line a mistake. `doc` NULL or {}: the defaults. */
struct eventd_options *eventd_options_read(
    const json_t *doc, struct str *mistakes);
void eventd_options_free(struct eventd_options **o);

#endif
