/* SPDX-License-Identifier: Apache-2.0
 *
 * Section local: what scripts on the host say, a service a line.
 */
#ifndef FETCHER_SECTIONS_LOCAL_H
#define FETCHER_SECTIONS_LOCAL_H

#include "fetcher/sections/section.h"

enum {
	LOCAL_BY_LEVELS = -1,
	LOCAL_BAD_STATE = -2
};

struct local_metric {
	struct slice name;
	double value;
	/* Levels: NAN where there is none; +-INFINITY where only the other one
	 * of its pair was given. */
	double warn, crit, warn_lower, crit_lower;
	double min, max; /* NAN: none */
};

struct local_entry {
	struct slice name;
	int state;               /* 0-3, LOCAL_BY_LEVELS (P), LOCAL_BAD_STATE */
	struct slice state_text; /* as written */
	struct local_metric *metrics;
	size_t n_metrics, cap_metrics;
	struct slice bad_metric;            /* not understood; empty: none */
	struct slice text;                  /* "\n" written as two characters */
	int64_t cached_at, cached_interval; /* of the line; 0: fresh */
};

struct section_local {
	struct local_entry *entries;
	size_t n, cap;
	size_t n_bad;          /* lines without STATE NAME PERF */
	struct slice bad_line; /* the first of them */
};

extern const struct section_type section_local;

#endif
