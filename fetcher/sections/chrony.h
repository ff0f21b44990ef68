/* SPDX-License-Identifier: Apache-2.0
 *
 * Section chrony: `chronyc -n tracking`.
 */
#ifndef FETCHER_SECTIONS_CHRONY_H
#define FETCHER_SECTIONS_CHRONY_H

#include "fetcher/sections/section.h"

struct section_chrony {
	struct slice error;     /* the tool's words; empty: none */
	struct slice reference; /* "C0000201 (192.0.2.1)" */
	struct slice address;   /* "192.0.2.1"; empty: no server */
	bool has_stratum, has_offset, has_ref_time;
	double stratum;
	double offset;   /* seconds; below zero: slow */
	double ref_time; /* of the last synchronisation, since 1970 */
};

extern const struct section_type section_chrony;

#endif
