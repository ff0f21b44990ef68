/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person sees: tables, colours on terminals, one line of progress on
 * standard error that is overwritten and vanishes.
 */
#ifndef SITE_TERM_H
#define SITE_TERM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Standard output is a terminal and NO_COLOR is not set. */
bool term_has_colour(void);
/* "\033[32m" or "", and so on. */
const char *term_green(void);
const char *term_yellow(void);
const char *term_red(void);
const char *term_bold(void);
const char *term_plain(void);
/* The colour of a service's state 0-3, or of a host's 0-2. */
const char *term_state(int state, bool is_host);

/* Replaces the line of progress, on a terminal only. */
void term_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void term_clear(void);

/*
 * Rows are JSON objects; `columns` are their keys. Prints aligned columns
 * under capital headings, or with `as_json` the array itself. No rows, no
 * headings.
 */
void term_table(const json_t *rows, const char *const *columns,
    size_t n_columns, bool as_json);
void term_json(const json_t *value);

#endif
