/* SPDX-License-Identifier: Apache-2.0
 *
 * A value with its levels, its text and its metric, as one row of a table:
 * what most checks are made of.
 */
#ifndef FETCHER_CHECKS_VALUE_H
#define FETCHER_CHECKS_VALUE_H

#include "fetcher/checks/out.h"

/* Of a parameter's index; 0 is none. */
#define VALUE_PARAM(i) ((unsigned)(i) + 1)

struct value_row {
	const char *label;  /* NULL: the metric alone */
	const char *metric; /* NULL: the text alone */
	render_fn *render;
	unsigned upper, lower; /* VALUE_PARAM(); levels */
	bool notice;           /* in the details unless it is not OK */
};

/*
 * Levels in percent are of `whole`, which is the metric's maximum too; 0: of
 * nothing, then such levels do not hold. A value that is NAN is left out.
 */
void value_say(const struct check_context *c, struct check_out *out,
    const struct value_row *row, double value, double whole);
/*
 * The same of what a counter grew by per second; false: there is no rate yet,
 * nothing is said. `key` is the counter's in the store.
 */
bool value_say_rate(const struct check_context *c, struct check_out *out,
    const struct value_row *row, const char *key, double counter);
/* The parameter's levels, or NULL if they are off. */
const struct check_levels *value_levels(
    const struct check_context *c, size_t param);
/* "Item not found in monitoring data" */
void value_lost(struct check_out *out);
/* At most `max` bytes of a text of the host, for "%.*s". */
static inline int
value_cut(struct slice text, int max)
{
	return text.len < (size_t)max ? (int)text.len : max;
}

/* Of a time that was read as if its text were UTC, the one of that text in
 * local time: many programs write it so and do not say. */
double value_local_time(double utc);

render_fn value_per_second; /* 1.23/s */
render_fn value_celsius;    /* 45.0 °C */

#endif
