/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_if: network interfaces.
 */
#ifndef FETCHER_SECTIONS_LNX_IF_H
#define FETCHER_SECTIONS_LNX_IF_H

#include "fetcher/sections/section.h"

enum lnx_if_counter {
	LNX_IF_IN_OCTETS,
	LNX_IF_IN_PACKETS,
	LNX_IF_IN_ERRORS,
	LNX_IF_IN_DISCARDS,
	LNX_IF_IN_FIFO,
	LNX_IF_IN_FRAME,
	LNX_IF_IN_COMPRESSED,
	LNX_IF_IN_MULTICAST,
	LNX_IF_OUT_OCTETS,
	LNX_IF_OUT_PACKETS,
	LNX_IF_OUT_ERRORS,
	LNX_IF_OUT_DISCARDS,
	LNX_IF_OUT_FIFO,
	LNX_IF_OUT_COLLISIONS,
	LNX_IF_OUT_CARRIER,
	LNX_IF_OUT_COMPRESSED,
	LNX_IF_LINE, /* so many in a line of /proc/net/dev */
	LNX_IF_IN_BROADCAST = LNX_IF_LINE,
	LNX_IF_OUT_MULTICAST,
	LNX_IF_OUT_BROADCAST,
	LNX_IF_COUNTERS
};

enum lnx_if_status {
	LNX_IF_UP = 1,
	LNX_IF_DOWN = 2,
	LNX_IF_TESTING = 3,
	LNX_IF_UNKNOWN = 4,
	LNX_IF_DORMANT = 5,
	LNX_IF_NOT_PRESENT = 6,
	LNX_IF_LOWER_DOWN = 7,
	LNX_IF_DEGRADED = 8 /* of groups */
};

struct lnx_if_entry {
	struct slice name;
	struct slice alias; /* by SNMP; may be empty */
	bool by_snmp;
	unsigned index; /* from 1: place of the interface's block; 0: none */
	unsigned type;  /* of IANA: 24 for lo, else 6 */
	double speed;   /* bit/s; 0: not known */
	enum lnx_if_status status;
	struct slice mac;
	bool has_counters;
	double counters[LNX_IF_COUNTERS];
	/* As read, before they give the status. */
	int link;  /* "Link detected": 1 yes, 0 no, -1 not said */
	int flags; /* 1 UP and LOWER_UP, 0 not both, -1 not said */
};

struct section_lnx_if {
	struct lnx_if_entry *entries; /* those with a block first to last */
	size_t n, cap;
	unsigned last_index;
};

extern const struct section_type section_lnx_if;
/* By SNMP: with 64-bit counters, with 32-bit ones. */
extern const struct section_type section_if64, section_if;

#endif
