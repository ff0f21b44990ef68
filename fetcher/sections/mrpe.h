/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mrpe: Nagios plugins that the agent ran on the host.
 */
#ifndef FETCHER_SECTIONS_MRPE_H
#define FETCHER_SECTIONS_MRPE_H

#include "fetcher/sections/section.h"

struct mrpe_entry {
	struct slice plugin;                /* its program; empty: not said */
	struct slice item;                  /* decoded */
	struct slice code;                  /* exit code as written */
	struct slice output;                /* 0x01 between lines */
	int64_t cached_at, cached_interval; /* of the line; 0: fresh */
};

struct section_mrpe {
	struct mrpe_entry *entries;
	size_t n, cap;
};

extern const struct section_type section_mrpe;

#endif
