/* SPDX-License-Identifier: Apache-2.0
 *
 * Section docker_node_info: `docker info` as JSON.
 */
#ifndef FETCHER_SECTIONS_DOCKER_NODE_INFO_H
#define FETCHER_SECTIONS_DOCKER_NODE_INFO_H

#include "fetcher/sections/section.h"

struct section_docker_node_info {
	struct slice name;    /* of the daemon's host; empty: none */
	struct slice version; /* ServerVersion */
	struct slice error;   /* what the plugin could not do */
	bool has_containers;
	double containers, running, paused, stopped, images;
};

extern const struct section_type section_docker_node_info;

#endif
