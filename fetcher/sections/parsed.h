/* SPDX-License-Identifier: Apache-2.0
 *
 * One agent output with its sections, each parsed when it is first wanted.
 */
#ifndef FETCHER_SECTIONS_PARSED_H
#define FETCHER_SECTIONS_PARSED_H

#include "fetcher/sections/section.h"

#define PARSED_MAX 512 /* different sections wanted by checks */

enum parsed_state {
	PARSED_ABSENT, /* no header, or no line where lines are needed */
	PARSED_GOOD,
	PARSED_BAD
};

struct parsed_section {
	const struct section_type *type;
	enum parsed_state state;
	const void *data;                   /* of type->size bytes; GOOD */
	const char *why;                    /* "line 3: ..."; BAD */
	int64_t cached_at, cached_interval; /* 0: fresh */
};

struct parsed {
	struct split split;
	struct arena arena;
	struct parsed_section sections[PARSED_MAX];
	size_t n;
	size_t n_persisted; /* parts that the last fetch lacks */
};

/*
 * Nothing yet, with memory of one that is over: its arrays' and an arena. Both
 * may be {0}.
 */
void parsed_begin(struct parsed *p, struct split split, struct arena arena);
/* The output must outlive *p. */
void parsed_init(
    struct parsed *p, struct slice output, struct slice source, int64_t now);
/* More of the same host, from elsewhere; before the first parsed_get(). */
void parsed_add(
    struct parsed *p, struct slice output, struct slice source, int64_t now);
/*
 * Of a copy that was kept (fetcher/persist.h) the sections that are not there
 * and have not expired; after the host's own output, before parsed_get().
 */
void parsed_add_persisted(
    struct parsed *p, struct slice kept, struct slice source, int64_t now);
void parsed_free(struct parsed *p);
const struct parsed_section *parsed_get(
    struct parsed *p, const struct section_type *type);

#endif
