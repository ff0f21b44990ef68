/* SPDX-License-Identifier: Apache-2.0
 *
 * Building a check's result: state, summary, details, metrics.
 */
#ifndef FETCHER_CHECKS_OUT_H
#define FETCHER_CHECKS_OUT_H

#include "fetcher/checks/check.h"
#include "fetcher/checks/render.h"

#include <math.h>

enum check_state {
	CHECK_OK,
	CHECK_WARN,
	CHECK_CRIT,
	CHECK_UNKNOWN
};

struct check_out {
	uint32_t state;     /* the worst so far */
	bool none;          /* no result this time, only the store is kept */
	struct str summary; /* parts joined by ", " */
	struct str details; /* lines */
	struct str perf;
	int64_t cached_at, cached_interval; /* 0: fresh */
};

void check_out_clear(struct check_out *out);
void check_out_free(struct check_out *out);

/* OK < WARN < UNKNOWN < CRIT. */
uint32_t check_worst(uint32_t a, uint32_t b);

/* Part of the summary, with "(!)", "(!!)" or "(?)" behind it. */
void check_say(struct check_out *out, uint32_t state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Without a format: words that are always the same. */
void check_say_words(struct check_out *out, uint32_t state, struct slice text);
void check_say_str(
    struct check_out *out, uint32_t state, const struct str *text);
/* A line of the details; part of the summary unless OK. */
void check_tell(struct check_out *out, uint32_t state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void check_tell_str(
    struct check_out *out, uint32_t state, const struct str *text);

/* Absolute levels; percentages are taken of `whole`. */
struct check_levels check_levels_of(
    const struct check_levels *levels, double whole);
/* By absolute levels; NULL is none. */
uint32_t check_judge(double value, const struct check_levels *upper,
    const struct check_levels *lower);
/*
 * Appends " (warn/crit at W/C)" or "... below W/C" of those levels that the
 * state comes from; nothing for OK.
 */
void check_levels_text(struct str *text, double value,
    const struct check_levels *upper, const struct check_levels *lower,
    render_fn *render);

/*
 * Judges, and says "LABEL: VALUE (warn/crit at W/C)": in the summary, or with
 * `notice` in the details unless it is not OK.
 */
void check_value_say(struct check_out *out, bool notice, const char *label,
    double value, const struct check_levels *upper,
    const struct check_levels *lower, render_fn *render);

/* Perfdata; `upper` NULL and NAN are left empty. */
void check_metric(struct check_out *out, const char *name, double value,
    const struct check_levels *upper, double min, double max);
void check_metric_slice(struct check_out *out, struct slice name, double value,
    const struct check_levels *upper, double min, double max);

#endif
