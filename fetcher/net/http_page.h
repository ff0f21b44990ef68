/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole answer of a web server taken apart in the plugin's way, and where a
 * redirection leads. Pure.
 */
#ifndef FETCHER_NET_HTTP_PAGE_H
#define FETCHER_NET_HTTP_PAGE_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct http_page {
	struct str status; /* the first line */
	struct str header; /* lines as they came, without the last end */
	struct str body;   /* chunks joined */
	size_t bytes;      /* of all that came */
};

/* False: it is odd (NUL bytes, broken chunks): leave it to the plugin. */
bool http_page_read(struct slice raw, struct http_page *page);
void http_page_free(struct http_page *page);
/* Has the head been received wholly? */
bool http_head_done(struct slice raw);

/* 100 to 599; 0: no status line with three digits; -1: other three digits. */
int http_status(const char *line);
/* Is one of the comma separated texts in the line? */
bool http_expected(const char *line, const char *expected);

struct http_url {
	bool tls;
	char host[256];
	uint16_t port;
	char path[2048];
};
/*
 * Follows the header Location from `at`. False: there is none, or none that
 * is understood here.
 */
bool http_redirect(
    const char *header, const struct http_url *at, struct http_url *to_r);

#endif
