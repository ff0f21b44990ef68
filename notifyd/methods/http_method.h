/* SPDX-License-Identifier: Apache-2.0
 *
 * What one HTTP method is made of: a description, not code. Templates are
 * those of template.h; beside the words of words.h they have
 *   URL     the address (parameter url or the content of url_file)
 *   BASE    the same without slashes at its end
 *   SECRET  the content of the file that the method's secret parameter names
 *   LEVEL   the method's own word for the state
 *   TICKET  what a step before has kept
 * URL, BASE, SECRET and TICKET are written as they are.
 */
#ifndef NOTIFYD_METHODS_HTTP_METHOD_H
#define NOTIFYD_METHODS_HTTP_METHOD_H

#include "notifyd/methods/words.h"

enum http_auth {
	HTTP_NO_AUTH,
	HTTP_HEADER, /* `auth_header` with $SECRET$ */
	HTTP_BASIC,  /* if there is the parameter user */
	HTTP_LOGIN   /* the same; without: Bearer */
};

enum http_need { /* what a step waits for */
	HTTP_ALWAYS,
	HTTP_WITH_TICKET,
	HTTP_WITHOUT_TICKET
};

struct http_step {
	unsigned on; /* kinds of notifications, bits */
	enum http_need need;
	const char *parameter; /* only if this one is given; or NULL */
	const char *verb;      /* NULL: POST */
	const char *url;       /* template */
	const char *body;      /* JSON template; NULL: none */
	/* A member of the answer that is kept: "key", "issues.0.key". */
	const char *keep;
	/* Of a list of objects in the answer the `pick_id` of the one whose
	 * member `pick_by` is the parameter `pick_parameter`; it is $PICKED$
	 * from then on. */
	const char *pick_list, *pick_by, *pick_parameter, *pick_id;
};

#define HTTP_MAX_STEPS 5

struct http_method {
	const char *url;    /* default of the address; NULL: none */
	const char *secret; /* name of the parameter of its file; or NULL */
	bool secret_optional;
	enum http_auth auth;
	const char *auth_header; /* "Authorization: GenieKey $SECRET$" */
	const char *levels[STATE_COUNT];
	const char *busy; /* an answer of 2xx with this text is none */
	/* Where an answer of 429 says how long to wait, and its unit. */
	const char *retry_path;
	int retry_unit_ms;
	bool tickets;   /* remembers one per problem */
	bool free_form; /* the parameters say all of it: webhook */
	/* In this order, those that fit. None: done, nothing to tell. */
	struct http_step steps[HTTP_MAX_STEPS];
};

#endif
