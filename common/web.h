/* SPDX-License-Identifier: Apache-2.0
 *
 * A request to a web server, for threads: it waits for the answer, at most its
 * time-out. Connections are kept for the next request of the same link. No
 * redirect is followed, certificates are checked, no proxy of the environment
 * is used.
 */
#ifndef COMMON_WEB_H
#define COMMON_WEB_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct web;

struct web_request {
	const char *url;           /* http:// or https:// */
	const char *authorization; /* a header's value, or NULL */
	const char *type;          /* Content-Type of the body */
	struct slice body;         /* of a POST */
	const char *ca;            /* PEM file, or NULL: the machine's */
	int64_t timeout_ms;        /* of the whole */
	size_t answer_max;         /* bytes; a longer one is a failure */
	/* Asked about once a second; true ends the request. May be NULL. */
	bool (*ended)(void *arg);
	void *arg;
};

struct web_answer {
	unsigned status;
	unsigned retry_after; /* seconds; 0: the server did not say */
	struct str body;      /* the caller's to free; cleared before */
};

/* Not from several threads at once before the first has returned. */
struct web *web_new(void);
void web_free(struct web **web);
/* 0 with an answer of any status, or -1 with a reason. */
int web_post(struct web *web, const struct web_request *request,
    struct web_answer *answer_r, struct err *err_r);
/*
 * May a secret be sent there: https, or the machine itself? Any text may be
 * asked about; what is no such address is not fit.
 */
bool web_is_fit(const char *url, bool secret);
/* Appends the text as a part of an address or of a form (RFC 3986). */
void web_escape(struct str *to, struct slice text);

#endif
