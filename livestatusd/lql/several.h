/* SPDX-License-Identifier: Apache-2.0
 *
 * One query for several sites: what each of them is asked, and how their
 * answers become one, in rows, order and numbers as if all objects were one
 * site's. Pure.
 */
#ifndef LIVESTATUSD_LQL_SEVERAL_H
#define LIVESTATUSD_LQL_SEVERAL_H

#include "livestatusd/lql/lql.h"

struct lql_several;

/*
 * The query is borrowed. Nothing else may be done with it until the end; a
 * mistake in it is written by lql_several_write() without asking anyone, see
 * lql_several_is_wrong().
 */
struct lql_several *lql_several_new(struct lql_query *q);
void lql_several_free(struct lql_several **s);
bool lql_several_is_wrong(const struct lql_several *s);
/* Is the table this site's alone (columns, sites)? */
bool lql_is_own(const struct lql_query *q);
/* Does it wait for something? */
bool lql_waits(const struct lql_query *q);

struct lql_asked {
	const char *site; /* its name */
	bool vedette;     /* it knows wrapped_json and OnlySites */
	bool wait;        /* with what the query says about waiting */
};
/* Appends the request, with ResponseHeader: fixed16 and KeepAlive: on. */
void lql_several_ask(
    struct lql_several *s, const struct lql_asked *to, struct str *request);
/* An answer (its body), which is taken. Sites in the order of preference. */
void lql_several_take(
    struct lql_several *s, const char *site, struct str *body);
/* There is none. `code` is the site's, or LQL_NO_BACKEND. */
void lql_several_fail(struct lql_several *s, const char *site,
    enum lql_code code, const char *why);
/*
 * Appends the merged answer; 200 if any site has answered. May take long, but
 * touches nothing beside `s`, its query, and `out`.
 */
enum lql_code lql_several_write(struct lql_several *s, struct str *out);

#endif
