/* SPDX-License-Identifier: Apache-2.0
 *
 * From a description and a delivery to a request: address, headers, body. No
 * network; reads the files with secrets.
 */
#ifndef NOTIFYD_METHODS_HTTP_REQUEST_H
#define NOTIFYD_METHODS_HTTP_REQUEST_H

#include "common/err.h"
#include "notifyd/methods/http_method.h"
#include "notifyd/methods/method.h"
#include "notifyd/methods/table.h"

#define HTTP_MAX_HEADERS 32

struct http_request {
	/* Of all requests of a delivery. */
	char *address, *base, *secret, *proxy_login, *sign_key;
	const char *user; /* of Basic authentication; NULL: none */
	bool address_is_secret;
	char *ticket, *picked; /* NULL: none */
	unsigned steps_done;   /* by tries before */
	/* Of one. */
	struct str url, body;
	bool has_body;
	char verb[16];
	char *headers[HTTP_MAX_HEADERS];
	size_t n_headers;
};

/* Reads address and secrets. Else how it ended, with a reason that names no
 * secret: a parameter is missing (final), a file is not there (may come). */
enum method_code http_request_open(struct http_request *r,
    const struct method_def *def, const char *root, const struct delivery *d,
    struct err *err_r);
/* Fills the part of one request. -1: the parameters are not enough. */
int http_request_make(struct http_request *r, const struct http_step *step,
    const struct http_method *m, const struct delivery *d, struct err *err_r);
void http_request_clear(struct http_request *r);
void http_request_ticket(struct http_request *r, const char *ticket);
void http_request_pick(struct http_request *r, const char *id);
/* The delivery's memory gets ticket and steps. */
void http_request_remember(const struct http_request *r, struct delivery *d);
/* Hides every secret in the text. */
void http_request_hide(const struct http_request *r, struct str *text);

#endif
