/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be typed next in a Livestatus request: methods, tables, headers,
 * columns, values of headers. Pure; names come from the query library.
 */
#ifndef SITE_QUERY_WORDS_H
#define SITE_QUERY_WORDS_H

#include "common/str.h"

#include <stddef.h>

struct query_words {
	size_t typed;    /* bytes before the cursor that the words continue */
	const char *end; /* what stands behind a word: " ", ": " or "" */
	char **v;        /* sorted, each once */
	size_t n, cap;
};

/*
 * `request`: the lines above, each with its LF; `line`: this one, up to the
 * cursor. Freed by query_words_free().
 */
void query_words(
    struct slice request, struct slice line, struct query_words *words_r);
void query_words_free(struct query_words *w);
/* Bytes that all words begin with; 0 without a word. */
size_t query_words_common(const struct query_words *w);

#endif
