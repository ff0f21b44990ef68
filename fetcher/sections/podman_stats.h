/* SPDX-License-Identifier: Apache-2.0
 *
 * Section podman_container_stats: what a container of Podman uses, as its API
 * says it.
 */
#ifndef FETCHER_SECTIONS_PODMAN_STATS_H
#define FETCHER_SECTIONS_PODMAN_STATS_H

#include "fetcher/sections/section.h"

struct section_podman_stats {
	double cpu;           /* percent of one core */
	double memory, limit; /* bytes; NAN: not said */
};

extern const struct section_type section_podman_stats;

#endif
