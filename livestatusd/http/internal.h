/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of livestatusd/http share. Nobody else includes it.
 */
#ifndef LIVESTATUSD_HTTP_INTERNAL_H
#define LIVESTATUSD_HTTP_INTERNAL_H

#include "livestatusd/http/assets.h"
#include "livestatusd/http/http.h"
#include "livestatusd/http/session.h"
#include "livestatusd/sockets.h"

#include <microhttpd.h>

#define HTTP_MAX_BODY 65536

/* One server of libmicrohttpd. */
struct http_listener {
	struct http_listener *next, **link; /* of h->listeners */
	struct http *h;
	struct MHD_Daemon *mhd;
	uv_poll_t *poll;
	uv_timer_t *timer;
	bool draining; /* takes no more, ends with its last connection */
};

struct http {
	struct daemon *d;
	struct http_source source;
	struct sockets sockets, next; /* their servers are listeners */
	struct http_listener *listeners;
	struct assets *assets;
	struct sessions *sessions;
	char *prefix;                 /* "/SITE/" */
	struct http_request *waiting; /* suspended: a password is checked */
	uint64_t requests, refused_logins;
};

/* One request, from its first header to the end of its answer. */
struct http_request {
	struct http *h;
	struct MHD_Connection *connection;
	struct http_listener *listener;
	const char *method, *path; /* path: below the prefix */
	struct str body;
	bool body_too_long;
	const char *user; /* logged in, or NULL */
	const char *role;
	/* the answer */
	unsigned status;
	struct str out;
	const char *type;     /* content type of `out` */
	char *cookie;         /* Set-Cookie, or NULL */
	unsigned retry_after; /* seconds; 0: no such header */
	/* while suspended */
	struct login *login;
	struct http_request *next, **link;
};

/* The answer is {"error": text}. */
void http_fail(struct http_request *r, unsigned status, const char *text);

/* console.c: fills in the answer of console/NAME. */
void console_handle(struct http_request *r, const char *name);
/* login.c: console/login suspends the connection until the hash is known. */
void login_start(struct http_request *r);
void login_forget(struct http_request *r);
/* http.c: the answer is there, or the request is over. */
void http_resume(struct http_request *r);

#endif
