/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_bonding: the files of /proc/net/bonding.
 */
#ifndef FETCHER_SECTIONS_LNX_BONDING_H
#define FETCHER_SECTIONS_LNX_BONDING_H

#include "fetcher/sections/section.h"

#define BONDING_MAX 1000

struct bonding_member {
	struct slice name, status, address, aggregator;
	double failures;
};

struct bonding_bond {
	struct slice name, mode, status, primary, active, aggregator;
	struct bonding_member *members;
	size_t n, cap;
};

struct section_lnx_bonding {
	struct bonding_bond *bonds;
	size_t n, cap;
};

extern const struct section_type section_lnx_bonding;

#endif
