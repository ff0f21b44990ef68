/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of check_http. Pure.
 */
#ifndef FETCHER_NET_HTTP_PLAN_H
#define FETCHER_NET_HTTP_PLAN_H

#include "fetcher/net/options.h"

#include <stdbool.h>
#include <stdint.h>

#define HTTP_HEADERS 16

/* Texts borrow the words; NULL: not given. */
struct http_plan {
	const char *host, *address, *url, *method, *post, *type, *agent;
	const char *headers[HTTP_HEADERS], *auth, *proxy_auth;
	const char *expect, *in_header, *in_body, *regex;
	size_t n_headers;
	int port, days_warn, days_crit, max_redirects, least, most;
	uint32_t family, timeout, timeout_state, on_redirect;
	int regex_flags, lines_flag;
	bool has_port, tls, certificate, goes_on, sni, no_body, shows_body;
	bool invert, follow, sticky_host, sticky_port;
	struct net_range warn, crit;
};

/* False: the plugin has to do it. `plan` is a zeroed struct http_plan. */
bool http_plan_read(void *plan, struct net_words *words);

#endif
