/* SPDX-License-Identifier: Apache-2.0
 *
 * Section snmp_info: what a device says of itself (SNMPv2-MIB, system).
 */
#ifndef FETCHER_SECTIONS_SNMP_INFO_H
#define FETCHER_SECTIONS_SNMP_INFO_H

#include "fetcher/sections/section.h"

struct section_snmp_info {
	struct slice descr, object, contact, name, location;
	const char *device_type; /* "switch", ...; NULL: nobody knows */
};

extern const struct section_type section_snmp_info;

#endif
