/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_thermal: the kernel's thermal zones.
 */
#ifndef FETCHER_SECTIONS_LNX_THERMAL_H
#define FETCHER_SECTIONS_LNX_THERMAL_H

#include "fetcher/sections/section.h"

struct thermal_entry {
	struct slice zone; /* "thermal_zone0" */
	struct slice item; /* "Zone 0" */
	struct slice type; /* "x86_pkg_temp" */
	bool enabled;
	double celsius;
	double warn, crit; /* of the device; NAN: none */
};

struct section_lnx_thermal {
	struct thermal_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_lnx_thermal;

#endif
