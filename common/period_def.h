/* SPDX-License-Identifier: Apache-2.0
 *
 * What a time period is made of, as written in the configuration:
 *
 *	monday: ["08:00-12:00", "13:00-17:00"]     ranges of a weekday
 *	exceptions:                                 instead of the weekday's
 *	  "2026-12-25": []                          a date: closed all day
 *	  "2026-07-01 - 2026-08-31 / 7": [...]      a span of dates, each 7th
 *day "december 25", "day -1", "monday 1", "thursday -1 november" exclude:
 *[holidays]                         never while these are in
 *
 * Of the exceptions that hold for a day the most specific one counts, in the
 * order of enum period_when_kind (core-semantics TP-1).
 */
#ifndef COMMON_PERIOD_DEF_H
#define COMMON_PERIOD_DEF_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct period_range { /* seconds of the day; [from, to), to at most 86400 */
	uint32_t from, to;
};

enum period_when_kind {   /* the most specific first */
	PERIOD_DATE,      /* first == last, or a span with a stride */
	PERIOD_MONTH_DAY, /* day of month in `month` */
	PERIOD_DAY,       /* day of any month, negative: from its end */
	PERIOD_NTH_OF,    /* n-th weekday of `month` */
	PERIOD_NTH,       /* n-th weekday of any month */
};

struct period_when {
	enum period_when_kind kind;
	int64_t first, last; /* days since 1970-01-01, last included */
	int64_t stride;      /* 1 or more */
	int month;           /* 1-12 */
	int day;             /* 1-31, or -1 to -31 */
	int weekday;         /* 0 Sunday */
	int nth;             /* 1-5, or -1 to -5 */
};

struct period_ranges {
	struct period_range *items;
	size_t n;
};

struct period_exception {
	struct period_when when;
	struct period_ranges ranges;
};

struct period_def {
	struct period_ranges weekdays[7];    /* 0 Sunday */
	struct period_exception *exceptions; /* the most specific first */
	size_t n_exceptions;
	char **exclude;
	size_t n_exclude;
};

extern const char *const period_weekdays[8]; /* "sunday" ..., NULL */

/* "08:00-17:00", "00:00-24:00"; also with seconds. "00:00-00:00" is empty. A
 * start that is not before the end is refused. */
bool period_parse_range(struct slice text, struct period_range *range_r);
bool period_parse_when(struct slice text, struct period_when *when_r);

/* Of a period's entry. 0, or -1 with the first mistake; nothing to free then.
 */
int period_def_read(
    struct period_def *def, const json_t *entry, struct err *err_r);
void period_def_clear(struct period_def *def);
/* The ranges that hold for a day (days since 1970-01-01). */
const struct period_ranges *period_def_day(
    const struct period_def *def, int64_t day);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back. */
int64_t period_day_of(int64_t year, int month, int day);
void period_date_of(int64_t day, int64_t *year_r, int *month_r, int *day_r);

#endif
