/* SPDX-License-Identifier: Apache-2.0
 *
 * The web server of the console and of the REST API: libmicrohttpd on the
 * daemon's loop. It knows the monitoring's data only by Livestatus queries and
 * commands, through struct http_source.
 *
 * Addresses, all below /SITE/:
 *   ""  and anything unknown without a dot   the console (web/index.html)
 *   assets/NAME                              files of share/web
 *   console/NAME                             what the console's pages ask
 *   metrics                                  for Prometheus
 *   check_mk/api/1.0/...                     REST, see rest/rest.h
 */
#ifndef LIVESTATUSD_HTTP_HTTP_H
#define LIVESTATUSD_HTTP_HTTP_H

#include "common/daemon.h"
#include "common/err.h"
#include "common/str.h"

struct http;

typedef void http_answer_fn(void *done_arg, struct slice answer);

/* What queries see at a moment: if all is the same, so are their answers. */
struct http_moment {
	uint64_t changes;        /* counts up */
	uint64_t seq;            /* of core's state stream */
	uint64_t generation;     /* of the configuration */
	bool core_up, eventd_up; /* do they run? */
};

struct http_source {
	/*
	 * Runs a Livestatus request (with ResponseHeader fixed16 and
	 * OutputFormat json in it) and appends the whole answer.
	 */
	void (*query)(void *arg, struct slice request, struct str *out);
	/* The same where the answer may be eventd's: maybe later. */
	void (*ask)(void *arg, struct slice request, http_answer_fn *done,
	    void *done_arg);
	/*
	 * Sends a command ("NAME;arguments"; EC_* go to eventd) and calls
	 * `done` once it is durable or refused, maybe at once.
	 */
	void (*command)(void *arg, struct slice who, struct slice line,
	    void (*done)(void *done_arg, const char *refused, uint64_t seq),
	    void *done_arg);
	/* No calls with that argument any more. */
	void (*forget)(void *arg, const void *done_arg);
	/* Do queries show all up to that number? */
	bool (*shows)(void *arg, uint64_t seq);
	void (*moment)(void *arg, struct http_moment *moment_r);
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
/* The mirror has changed. */
void http_changed(struct http *h);
void http_close(struct http **h);
/* Appends counters (msg_counter_put). */
void http_counters(const struct http *h, struct str *list);

#endif
