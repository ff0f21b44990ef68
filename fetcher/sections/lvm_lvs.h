/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lvm_lvs: logical volumes, of which thin pools count here.
 */
#ifndef FETCHER_SECTIONS_LVM_LVS_H
#define FETCHER_SECTIONS_LVM_LVS_H

#include "fetcher/sections/section.h"

struct lvm_pool {
	struct slice item; /* "vg0/pool" */
	double data, meta; /* %, in use */
};

struct section_lvm_lvs {
	struct lvm_pool *pools;
	size_t n, cap;
};

extern const struct section_type section_lvm_lvs;

#endif
