/* SPDX-License-Identifier: Apache-2.0
 *
 * Section multipath: `multipath -l`.
 */
#ifndef FETCHER_SECTIONS_MULTIPATH_H
#define FETCHER_SECTIONS_MULTIPATH_H

#include "fetcher/sections/section.h"

#define MULTIPATH_MAX 5000

struct multipath_device {
	struct slice uuid, alias; /* alias: empty if there is none */
	struct slice device;      /* "dm-0" */
	struct slice *members;    /* names of all paths: "sda" */
	size_t n_members, cap_members;
	size_t paths, active;
	struct slice *broken; /* names of paths that are not active */
	size_t n_broken, cap_broken;
};

struct section_multipath {
	struct multipath_device *devices;
	size_t n, cap;
};

extern const struct section_type section_multipath;

#endif
