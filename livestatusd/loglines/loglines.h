/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of core's history, in the order in which they were written, and how a
 * line is taken apart. Pure: whoever reads the files, or simulates, adds the
 * lines.
 */
#ifndef LIVESTATUSD_LOGLINES_LOGLINES_H
#define LIVESTATUSD_LOGLINES_LOGLINES_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct loglines;

/* Keeps the last `max_lines`. */
struct loglines *loglines_new(size_t max_lines);
void loglines_free(struct loglines **h);
/*
 * Adds "[time] TYPE: fields" without its LF; text without such a head is
 * dropped. `lineno` counts from 1 within its file.
 */
void loglines_add(struct loglines *h, struct slice line, uint32_t lineno);

/* `h` may be NULL. Lines are numbered from 0; dropping the oldest renumbers. */
size_t loglines_count(const struct loglines *h);
/* The first line that can be of that time or later. */
size_t loglines_since(const struct loglines *h, int64_t time);

struct logline_fields { /* borrow the line; empty where it has none */
	int64_t time;
	uint32_t lineno, class;
	int64_t state, attempt;
	struct slice message, type, options;
	struct slice host, service, contact, command;
	struct slice state_type, state_word, output, long_output, comment;
};
void loglines_fields(
    const struct loglines *h, size_t line, struct logline_fields *f_r);

#endif
