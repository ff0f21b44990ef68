/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections docker_container_diskstat and docker_container_diskstat_cgroupv2:
 * what a container reads and writes, as JSON from the node's plugin or as files
 * of control groups from an agent within the container.
 */
#ifndef FETCHER_SECTIONS_DISKSTAT_CONTAINER_H
#define FETCHER_SECTIONS_DISKSTAT_CONTAINER_H

#include "fetcher/sections/diskstat.h"

/* `line` is the section's first one. */
int diskstat_container_parse(struct split_lines *in, struct slice line,
    struct arena *arena, struct section_diskstat *s, struct err *err_r);

#endif
