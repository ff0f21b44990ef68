/* SPDX-License-Identifier: Apache-2.0
 *
 * What a runner has; for runner.c and runner_job.c alone.
 */
#ifndef FETCHER_RUNNER_INTERNAL_H
#define FETCHER_RUNNER_INTERNAL_H

#include "fetcher/fetch.h"
#include "fetcher/host_lines.h"
#include "fetcher/runner.h"

struct runner {
	uv_loop_t *loop;
	const char *root;
	struct resolver *resolver;
	struct icmp *icmp;
	struct err no_ping;
	bool no_inprocess;
	struct children *children;
	char **environments[COMMAND_USES]; /* of children; made once */
	struct command_paths paths;
	struct decrypts *decrypts;
	struct identity *identity;
	struct snmp_sockets *snmp;
	struct options_memory *snmp_options;
	struct collect_memory *snmp_readings;
	struct evaluate_room *evaluate_room;
	struct fetch *first;
	struct host_lines hosts;
	size_t n_running;
	size_t buffered;
	struct runner_counters counters;
	char buffer[ENGINE_BUFFER_BYTES];
};

#endif
