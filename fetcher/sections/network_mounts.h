/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections nfsmounts_v2 and cifsmounts: mounted network shares.
 */
#ifndef FETCHER_SECTIONS_NETWORK_MOUNTS_H
#define FETCHER_SECTIONS_NETWORK_MOUNTS_H

#include "fetcher/sections/section.h"

struct network_mount {
	struct slice dir, source; /* source may be empty */
	struct slice state;       /* "ok", "hanging", or words */
	bool has_usage;
	double size, used; /* bytes */
};

struct section_network_mounts {
	struct network_mount *entries;
	size_t n, cap;
};

extern const struct section_type section_nfsmounts;
extern const struct section_type section_cifsmounts;

#endif
