/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the definition of a time period and says which ranges hold on a day;
 * see period_def.h. Calendar arithmetic alone: no zone, no clock.
 */
#include "common/period_def.h"
#include "common/mem.h"
#include "common/num.h"

#include <stdlib.h>

const char *const period_weekdays[8] = {"sunday", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", NULL};
static const char *const months[] = {"january", "february", "march", "april",
    "may", "june", "july", "august", "september", "october", "november",
    "december", NULL};

/* --- dates ---------------------------------------------------------------- */

/* Days are counted from 0000-03-01, so that leap days end the year. */
int64_t
period_day_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
period_date_of(int64_t day, int64_t *year_r, int *month_r, int *day_r)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day_r = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month_r = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year_r = yoe + era * 400 + (*month_r <= 2);
}

static int
days_in_month(int64_t year, int month)
{
	int64_t first = period_day_of(year, month, 1);
	int64_t next = month == 12 ? period_day_of(year + 1, 1, 1)
				   : period_day_of(year, month + 1, 1);

	return (int)(next - first);
}

static int
weekday_of(int64_t day)
{
	return (int)(((day % 7) + 7 + 4) % 7); /* 1970-01-01: a Thursday */
}

/* --- parsing -------------------------------------------------------------- */

/* "HH:MM" or "HH:MM:SS", 00:00 to 24:00. */
static bool
parse_time(struct slice text, uint32_t *second_r)
{
	int64_t part[3] = {0, 0, 0};
	struct slice word;
	size_t n = 0;

	while (n < 3 && slice_next(&text, ':', &word)) {
		if (word.len < 1 || word.len > 2 ||
		    !num_range(word, 0, n == 0 ? 24 : 59, &part[n]))
			return false;
		n++;
	}
	*second_r = (uint32_t)(part[0] * 3600 + part[1] * 60 + part[2]);
	return n >= 2 && text.len == 0 && *second_r <= 86400;
}

bool
period_parse_range(struct slice text, struct period_range *range_r)
{
	struct slice from;

	if (!slice_next(&text, '-', &from) ||
	    !parse_time(slice_trim(from), &range_r->from) ||
	    !parse_time(slice_trim(text), &range_r->to))
		return false;
	return range_r->from < range_r->to ||
	    (range_r->from == 0 && range_r->to == 0);
}

static bool
parse_date(struct slice text, int64_t *day_r)
{
	int64_t year, month, day;

	if (text.len != 10 || text.s[4] != '-' || text.s[7] != '-' ||
	    !num_range((struct slice){text.s, 4}, 1970, 9999, &year) ||
	    !num_range((struct slice){text.s + 5, 2}, 1, 12, &month) ||
	    !num_range((struct slice){text.s + 8, 2}, 1,
		days_in_month(year, (int)month), &day))
		return false;
	*day_r = period_day_of(year, (int)month, (int)day);
	return true;
}

/* "DATE", "DATE - DATE", "DATE - DATE / N" */
static bool
parse_dates(struct slice text, struct period_when *when)
{
	struct slice head = {text.s, text.len < 10 ? text.len : 10}, word;

	when->kind = PERIOD_DATE;
	when->stride = 1;
	if (!parse_date(head, &when->first))
		return false;
	when->last = when->first;
	text.s += 10;
	text.len -= 10;
	if (slice_trim(text).len == 0)
		return true;
	if (!slice_word(&text, &word) || !slice_eqs(word, "-") ||
	    !slice_word(&text, &word) || !parse_date(word, &when->last) ||
	    when->last < when->first)
		return false;
	if (!slice_word(&text, &word))
		return true;
	return slice_eqs(word, "/") && slice_word(&text, &word) &&
	    num_range(word, 1, 3660, &when->stride) &&
	    !slice_word(&text, &word);
}

static int
index_of(const char *const *words, struct slice word)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (slice_eqs(word, words[i]))
			return i;
	}
	return -1;
}

static bool
parse_small(struct slice word, int64_t limit, int *value_r)
{
	int64_t value;

	if (!num_range(word, -limit, limit, &value) || value == 0)
		return false;
	*value_r = (int)value;
	return true;
}

bool
period_parse_when(struct slice text, struct period_when *when_r)
{
	struct slice rest = slice_trim(text), word, number, of;
	bool has_of;

	*when_r = (struct period_when){0};
	if (rest.len > 0 && rest.s[0] >= '0' && rest.s[0] <= '9')
		return parse_dates(rest, when_r);
	if (!slice_word(&rest, &word) || !slice_word(&rest, &number))
		return false;
	has_of = slice_word(&rest, &of);
	if (slice_word(&rest, &(struct slice){0}))
		return false;
	if (slice_eqs(word, "day")) {
		when_r->kind = PERIOD_DAY;
		return !has_of && parse_small(number, 31, &when_r->day);
	}
	when_r->month = index_of(months, word) + 1;
	if (when_r->month > 0) {
		when_r->kind = PERIOD_MONTH_DAY;
		return !has_of && parse_small(number, 31, &when_r->day);
	}
	when_r->weekday = index_of(period_weekdays, word);
	if (when_r->weekday < 0 || !parse_small(number, 5, &when_r->nth))
		return false;
	when_r->kind = has_of ? PERIOD_NTH_OF : PERIOD_NTH;
	when_r->month = has_of ? index_of(months, of) + 1 : 0;
	return !has_of || when_r->month > 0;
}

static int
read_ranges(struct period_ranges *ranges, const json_t *list, const char *name,
    struct err *err_r)
{
	size_t i;
	json_t *text;

	ranges->items =
	    xcalloc(json_array_size(list) + 1, sizeof(ranges->items[0]));
	json_array_foreach(list, i, text)
	{
		const char *s = json_string_value(text);

		if (s == NULL ||
		    !period_parse_range(
			slice_of(s), &ranges->items[ranges->n])) {
			err_set(err_r, "%s: not a range of times: %s", name,
			    s == NULL ? "not a text" : s);
			return -1;
		}
		ranges->n += ranges->items[ranges->n].to > 0;
	}
	return 0;
}

static int
compare_exceptions(const void *a, const void *b)
{
	const struct period_exception *x = a, *y = b;
	int64_t length_x, length_y;

	if (x->when.kind != y->when.kind)
		return x->when.kind < y->when.kind ? -1 : 1;
	/* A date beats a span. */
	length_x = x->when.last - x->when.first;
	length_y = y->when.last - y->when.first;
	if (length_x != length_y)
		return length_x < length_y ? -1 : 1;
	return (x->when.first > y->when.first) -
	    (x->when.first < y->when.first);
}

static int
read_exceptions(
    struct period_def *def, const json_t *exceptions, struct err *err_r)
{
	const char *key;
	json_t *list;

	def->exceptions = xcalloc(
	    json_object_size(exceptions) + 1, sizeof(def->exceptions[0]));
	json_object_foreach((json_t *)(uintptr_t)exceptions, key, list)
	{
		struct period_exception *e =
		    &def->exceptions[def->n_exceptions++];

		if (!period_parse_when(slice_of(key), &e->when)) {
			err_set(err_r, "not a date: %s", key);
			return -1;
		}
		if (read_ranges(&e->ranges, list, key, err_r) != 0)
			return -1;
	}
	if (def->n_exceptions > 0)
		qsort(def->exceptions, def->n_exceptions,
		    sizeof(def->exceptions[0]), compare_exceptions);
	return 0;
}

static void
read_exclude(struct period_def *def, const json_t *list)
{
	def->exclude =
	    xcalloc(json_array_size(list) + 1, sizeof(def->exclude[0]));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL)
			def->exclude[def->n_exclude++] = xstrdup(s);
	}
}

int
period_def_read(struct period_def *def, const json_t *entry, struct err *err_r)
{
	int rc = 0;

	*def = (struct period_def){0};
	for (int i = 0; rc == 0 && i < 7; i++)
		rc = read_ranges(&def->weekdays[i],
		    json_object_get(entry, period_weekdays[i]),
		    period_weekdays[i], err_r);
	if (rc == 0)
		rc = read_exceptions(
		    def, json_object_get(entry, "exceptions"), err_r);
	if (rc == 0)
		read_exclude(def, json_object_get(entry, "exclude"));
	else
		period_def_clear(def);
	return rc;
}

void
period_def_clear(struct period_def *def)
{
	for (int i = 0; i < 7; i++)
		free(def->weekdays[i].items);
	for (size_t i = 0; i < def->n_exceptions; i++)
		free(def->exceptions[i].ranges.items);
	free(def->exceptions);
	for (size_t i = 0; i < def->n_exclude; i++)
		free(def->exclude[i]);
	free(def->exclude);
	*def = (struct period_def){0};
}

/* --- which ranges hold ---------------------------------------------------- */

struct date {
	int64_t day;
	int month, mday, in_month, weekday;
};

static bool
day_fits(int wanted, const struct date *d)
{
	return wanted > 0 ? d->mday == wanted
			  : d->mday == d->in_month + 1 + wanted;
}

static bool
nth_fits(const struct period_when *w, const struct date *d)
{
	if (d->weekday != w->weekday)
		return false;
	return w->nth > 0 ? (d->mday - 1) / 7 + 1 == w->nth
			  : (d->in_month - d->mday) / 7 + 1 == -w->nth;
}

static bool
when_fits(const struct period_when *w, const struct date *d)
{
	switch (w->kind) {
	case PERIOD_DATE:
		return d->day >= w->first && d->day <= w->last &&
		    (d->day - w->first) % w->stride == 0;
	case PERIOD_MONTH_DAY:
		return d->month == w->month && day_fits(w->day, d);
	case PERIOD_DAY:
		return day_fits(w->day, d);
	case PERIOD_NTH_OF:
		return d->month == w->month && nth_fits(w, d);
	case PERIOD_NTH:
		return nth_fits(w, d);
	}
	return false;
}

const struct period_ranges *
period_def_day(const struct period_def *def, int64_t day)
{
	struct date d = {.day = day, .weekday = weekday_of(day)};
	int64_t year;

	if (def->n_exceptions > 0) {
		period_date_of(day, &year, &d.month, &d.mday);
		d.in_month = days_in_month(year, d.month);
	}
	for (size_t i = 0; i < def->n_exceptions; i++) {
		if (when_fits(&def->exceptions[i].when, &d))
			return &def->exceptions[i].ranges;
	}
	return &def->weekdays[d.weekday];
}
