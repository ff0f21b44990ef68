/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lvm_vgs: volume groups.
 */
#ifndef FETCHER_SECTIONS_LVM_VGS_H
#define FETCHER_SECTIONS_LVM_VGS_H

#include "fetcher/sections/section.h"

struct lvm_vg {
	struct slice name;
	double size, free; /* bytes */
};

struct section_lvm_vgs {
	struct lvm_vg *groups;
	size_t n, cap;
};

extern const struct section_type section_lvm_vgs;

#endif
