/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts with macros: $HOSTNAME$ is the context's value, $$ a dollar, an
 * unknown macro is nothing. What a macro stands for is never looked at again,
 * so that an output cannot hold macros; the texts of parameters alone
 * ($PARAMETER_X$) may have macros of their own. Pure.
 *
 * $NAME:HOW$, several HOW with colons: a number cuts to so many characters;
 * html, url, json, markup (& < > alone) and markdown escape.
 */
#ifndef NOTIFYD_METHODS_TEMPLATE_H
#define NOTIFYD_METHODS_TEMPLATE_H

#include "common/str.h"
#include "notifyd/context.h"

#include <jansson.h>

enum template_escape {
	TEMPLATE_PLAIN,
	TEMPLATE_HTML,
	TEMPLATE_URL,
	TEMPLATE_JSON,
	TEMPLATE_MARKUP,
	TEMPLATE_MARKDOWN
};

struct template_word {
	const char *name, *value; /* NULL: none. Never escaped by default. */
};

struct template_world {
	const struct template_word *words; /* first; NULL name at the end */
	const json_t *params;              /* of $PARAMETER_X$; may be NULL */
	const struct context *ctx;
	/* Of macros without a HOW. */
	enum template_escape escape;
};

#define TEMPLATE_MAX_BYTES (1u << 20) /* more is cut */

/* Appends. */
void nd_template_expand(
    struct str *to, const char *text, const struct template_world *w);
/*
 * The value with every text in it expanded: new, or NULL if it is dropped. An
 * object with "$if": TEXT is dropped if TEXT is empty or false. A text that is
 * $PARAMETER_X$ alone becomes a list or mapping if the parameter is one; as
 * the value of "$with" its members join the object's. A key may end in <N (its
 * text is cut to N characters) and in ? (left out while it is empty).
 */
json_t *nd_template_json(const json_t *value, const struct template_world *w);
/* Appends the text, escaped. */
void nd_template_escape(
    struct str *to, struct slice text, enum template_escape how);

#endif
