/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that tell of one container: docker_container_status and
 * docker_container_cpu (and _cgroupv2). They come as JSON from the node's
 * plugin, or as files of control groups from an agent within the container.
 */
#ifndef FETCHER_SECTIONS_DOCKER_CONTAINER_H
#define FETCHER_SECTIONS_DOCKER_CONTAINER_H

#include "fetcher/sections/section.h"

struct section_docker_container_status {
	struct slice status, health, restart_policy, image, node;
	struct slice health_report; /* the last check's output */
	double exit_code;
	double started_at; /* seconds since 1970; 0: not said */
};

struct section_docker_container_cpu {
	bool has_usage;
	double usage; /* CPU seconds of the container */
	/* Of all CPUs, on the same scale: what passed for `cpus` of them. */
	double passed;
	double cpus;
};

extern const struct section_type section_docker_container_status;
extern const struct section_type section_docker_container_cpu;

#endif
