/* SPDX-License-Identifier: Apache-2.0
 *
 * Section heartbeat_crm: `crm_mon -1 -r` of Pacemaker. Blanks at the beginning
 * of a line come as underscores.
 */
#ifndef FETCHER_SECTIONS_HEARTBEAT_CRM_H
#define FETCHER_SECTIONS_HEARTBEAT_CRM_H

#include "fetcher/sections/section.h"

struct crm_resource {
	struct slice group; /* of the service: the group, or its own name */
	struct slice text;  /* "vip (ocf::heartbeat:IPaddr2): Started ha01" */
	struct slice state; /* "Started" */
	struct slice node;  /* may be empty */
	bool copies;        /* of a clone: it may be stopped on some nodes */
	bool unmanaged;
};

struct section_heartbeat_crm {
	struct slice dc;
	double updated;          /* as if UTC, seconds since 1970; 0: unknown */
	double nodes, resources; /* -1: not said */
	struct crm_resource *list;
	size_t n, cap;
	struct slice *failed; /* actions */
	size_t n_failed, cap_failed;
	struct slice error; /* crm_mon could not connect */
};

extern const struct section_type section_heartbeat_crm;

#endif
