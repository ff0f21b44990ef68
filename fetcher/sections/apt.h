/* SPDX-License-Identifier: Apache-2.0
 *
 * Section apt: what `apt-get upgrade` would do.
 */
#ifndef FETCHER_SECTIONS_APT_H
#define FETCHER_SECTIONS_APT_H

#include "fetcher/sections/section.h"

enum apt_kind {
	APT_NORMAL,
	APT_REMOVAL,
	APT_SECURITY,
	APT_KINDS
};

struct apt_package {
	struct slice name;
	enum apt_kind kind;
};

struct section_apt {
	struct apt_package *packages;
	size_t n, cap;
	size_t counts[APT_KINDS];
	bool esm_warning; /* some updates need a contract with the vendor */
};

extern const struct section_type section_apt;

#endif
