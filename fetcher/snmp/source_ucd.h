/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices whose SNMP agent is net-snmp's, and which fill UCD-SNMP-MIB: known by
 * what they say of themselves, so that nobody else is asked for it.
 */
#ifndef FETCHER_SNMP_SOURCE_UCD_H
#define FETCHER_SNMP_SOURCE_UCD_H

#include "fetcher/snmp/source.h"

/* clang-format off */
#define UCD_SAYS                                                               \
	".*(linux|cmc-tc|hp onboard administrator|barracuda|pfsense|genugate|" \
	"bomgar|pulse secure|microsens).*"
/* The atoms; `more` is one that has to fit as well. */
#define UCD_DETECT_AND(more)                                                   \
	SNMP_IS(SNMP_SYS_DESCR, MATCHES, UCD_SAYS), more,                      \
	SNMP_OR_IS(SNMP_SYS_OBJECT, EQUALS, ".1.3.6.1.4.1.8072.3.2.10"),       \
	SNMP_IS(SNMP_SYS_DESCR, CONTAINS, "version"),                          \
	SNMP_IS(SNMP_SYS_DESCR, CONTAINS, "serial"), more,                     \
	SNMP_OR_IS(SNMP_SYS_DESCR, EQUALS, ""),                                \
	SNMP_HAS(".1.3.6.1.4.1.2021.*"), more
/* Without a further condition: one that is true of every device. */
#define UCD_DETECT UCD_DETECT_AND(SNMP_HAS(SNMP_SYS_DESCR))
/* clang-format on */

#endif
