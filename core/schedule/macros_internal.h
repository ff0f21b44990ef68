/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of macros offer each other.
 */
#ifndef CORE_SCHEDULE_MACROS_INTERNAL_H
#define CORE_SCHEDULE_MACROS_INTERNAL_H

#include "core/schedule/macros.h"

struct place {
	const struct macro_scope *scope;
	uint32_t object; /* the host or the service that the macro speaks of */
};

#define MACRO_HOST    1u
#define MACRO_SERVICE 2u
#define MACRO_BOTH    3u

/* $PREFIX HOST SUFFIX$, as in $LAST HOST STATE$. */
struct macro {
	const char *prefix, *suffix;
	unsigned of;
	void (*add)(struct str *out, const struct place *p);
	const char *help;
};
extern const struct macro macros_object[];
extern const size_t macros_n_object;

/* Those about the site; `arg` is behind the first colon, "" if none. */
struct macro_site {
	const char *name;
	bool (*add)(
	    struct str *out, const struct macro_scope *s, struct slice arg);
	const char *help;
};
extern const struct macro_site macros_site[];
extern const size_t macros_n_site;

void macros_add_clean(struct str *out, struct slice text);
/* Expands a text of the configuration; `url`: values are URL-encoded. */
void macros_add_text(
    struct str *out, const struct place *p, const char *text, bool url);

#endif
