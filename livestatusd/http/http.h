/* SPDX-License-Identifier: Apache-2.0
 *
 * The web console's server: libmicrohttpd on the daemon's loop. It knows
 * Livestatus's data only by queries, through struct http_source.
 *
 * Addresses, all below /SITE/:
 *   ""  and anything unknown without a dot   the console (web/index.html)
 *   assets/NAME                              files of share/web
 *   console/login, logout                    POST, JSON
 *   console/me, overview, problems, hosts, services    GET, JSON
 */
#ifndef LIVESTATUSD_HTTP_HTTP_H
#define LIVESTATUSD_HTTP_HTTP_H

#include "common/daemon.h"
#include "common/err.h"
#include "common/str.h"

struct http;

struct http_source {
	/*
	 * Runs a Livestatus request (with ResponseHeader fixed16 and
	 * OutputFormat json in it) and appends the whole answer.
	 */
	void (*query)(void *arg, struct slice request, struct str *out);
	void *arg;
};

/*
 * Listens as settings.http says, if it is not switched off. NULL with a reason
 * if it cannot. The source is copied.
 */
struct http *http_open(
    struct daemon *d, const struct http_source *source, struct err *err_r);
/*
 * Opens what settings.http of the next configuration needs; -1 with a reason,
 * then everything stays. Connections of a socket that goes at commit are served
 * to their end.
 */
int http_prepare(
    struct http *h, const struct settings *settings, struct err *err_r);
void http_commit(struct http *h);
void http_abort(struct http *h);
void http_close(struct http **h);
/* Appends counters (msg_counter_put). */
void http_counters(const struct http *h, struct str *list);

#endif
