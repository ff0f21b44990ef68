/* SPDX-License-Identifier: Apache-2.0
 *
 * Section nginx_status: lines of stub_status, with address and port before.
 */
#ifndef FETCHER_SECTIONS_NGINX_STATUS_H
#define FETCHER_SECTIONS_NGINX_STATUS_H

#include "fetcher/sections/section.h"

struct nginx_server {
	struct slice item; /* "127.0.0.1:80" */
	double active, accepted, handled, requests;
	double reading, writing, waiting;
};

struct section_nginx_status {
	struct nginx_server *servers;
	size_t n, cap;
};

extern const struct section_type section_nginx_status;

#endif
