/* SPDX-License-Identifier: Apache-2.0
 *
 * Section haproxy: `show stat` as CSV.
 */
#ifndef FETCHER_SECTIONS_HAPROXY_H
#define FETCHER_SECTIONS_HAPROXY_H

#include "fetcher/sections/section.h"

struct haproxy_row {
	struct slice item;   /* "www", "www/web1" */
	struct slice status; /* "OPEN", "UP", "MAINT (via x/y)" */
	struct slice check;  /* last check of a server: "L4OK" */
	bool is_server;
	double sessions; /* since its start */
	double active, backup;
	double changed; /* seconds since the status changed; -1: not said */
};

struct section_haproxy {
	struct haproxy_row *rows; /* frontends and servers */
	size_t n, cap;
};

extern const struct section_type section_haproxy;

#endif
