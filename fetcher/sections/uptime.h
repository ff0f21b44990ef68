/* SPDX-License-Identifier: Apache-2.0
 *
 * Section uptime.
 */
#ifndef FETCHER_SECTIONS_UPTIME_H
#define FETCHER_SECTIONS_UPTIME_H

#include "fetcher/sections/section.h"

struct section_uptime {
	double seconds;
};

extern const struct section_type section_uptime, section_snmp_uptime;

#endif
