/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes and warnings found in configuration files, gathered so that a
 * person sees all of them at once, in the order of the files:
 * "FILE:LINE:COLUMN: path: text", one a line; warnings have "warning:" in
 * front of the line's text. A path is written as in hosts.web01.agent.port or
 * services[3].check.
 */
#ifndef COMMON_CONFIG_MISTAKES_H
#define COMMON_CONFIG_MISTAKES_H

#include "common/str.h"

#include <stdint.h>

#define MISTAKES_MAX_KEPT 500 /* of each sort; more are counted, not kept */

struct mistake_place {
	const char *file;      /* NULL: none; copied */
	uint32_t line, column; /* from 1; line 0: unknown */
	const char *path;      /* NULL or "": the whole file; copied */
};

struct mistake_item;

struct mistakes { /* {0} is empty */
	struct mistake_item *items;
	size_t n_items, cap;
	unsigned n_mistakes, n_warnings; /* all that were added */
};

void mistakes_free(struct mistakes *m); /* ready for use again */
void mistake_add(struct mistakes *m, const struct mistake_place *place,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void mistake_warn(struct mistakes *m, const struct mistake_place *place,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Takes everything out of `from`. */
void mistakes_move(struct mistakes *m, struct mistakes *from);
/*
 * The same without the mistakes of places that `m` has a mistake of already, of
 * what is in them or of what they are in: those are its consequences.
 */
void mistakes_move_others(struct mistakes *m, struct mistakes *from);
/* Appends all, each line ended by LF, sorted by file and place. */
void mistakes_print(struct mistakes *m, struct str *to);

/* Appends ".key" or "[\"odd key\"]" to a path; without the dot at its start. */
void path_add_key(struct str *path, const char *key);
void path_add_index(struct str *path, size_t index);

#endif
