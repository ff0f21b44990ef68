/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections ceph_status and ceph_df: what `ceph status` and `ceph df` say. Both
 * are JSON, over several lines or in one; ceph_df may be the table for people.
 */
#ifndef FETCHER_SECTIONS_CEPH_H
#define FETCHER_SECTIONS_CEPH_H

#include "fetcher/sections/section.h"

struct ceph_pgs {
	struct slice state; /* "active+clean" */
	double count;
};

struct section_ceph_status {
	struct slice health;    /* "HEALTH_OK" */
	struct slice *messages; /* of what is wrong */
	size_t n_messages, cap_messages;
	bool has_osds, full, nearfull;
	double osds, osds_up, osds_in, remapped; /* NAN: not said */
	double pgs;                              /* NAN: not said */
	struct ceph_pgs *states;
	size_t n_states, cap_states;
};

struct ceph_pool {
	struct slice name; /* "SUMMARY": the whole cluster */
	double used, size; /* bytes */
};
struct section_ceph_df {
	struct ceph_pool *pools;
	size_t n, cap;
};

extern const struct section_type section_ceph_status, section_ceph_df;

#endif
