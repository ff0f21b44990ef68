/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of time periods. Their index is that of the snapshot's list. What a
 * period is made of is read from its entry in the configuration when somebody
 * asks, which is seldom.
 */
#include "livestatusd/table/table.h"

#include "common/log.h"
#include "common/period_def.h"

#define MAX_TRANSITIONS 50u

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	(void)v;
	(void)c;
	return at;
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	const struct snap_period *p = &v->snap->periods[at];

	return slice_of(
	    snap_s(v->snap, c->off == 1 && p->alias ? p->alias : p->name));
}

static int64_t
is_in(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return times_is_in(v->m->times, at, v->now);
}

static int64_t
next(struct view *v, const struct column *c, uint32_t at)
{
	int64_t change = times_next_change(v->m->times, at, v->now);

	(void)c;
	return change == INT64_MAX ? 0 : change;
}

static void
transitions(struct view *v, const struct column *c, uint32_t at)
{
	int64_t when = v->now;

	(void)c;
	for (uint32_t i = 0; i < MAX_TRANSITIONS; i++) {
		when = times_next_change(v->m->times, at, when);
		if (when == INT64_MAX)
			return;
		items_int(&v->items, when);
	}
}

static int64_t
count_transitions(struct view *v, const struct column *c, uint32_t at)
{
	int64_t when = v->now, n = 0;

	(void)c;
	for (; n < MAX_TRANSITIONS; n++) {
		when = times_next_change(v->m->times, at, when);
		if (when == INT64_MAX)
			break;
	}
	return n;
}

/* The entry as configured; NULL: there is nothing in it. Freed by the caller */
static json_t *
entry_of(struct view *v, uint32_t at)
{
	return json_loads(snap_s(v->snap, v->snap->periods[at].json), 0, NULL);
}

static void
put_ranges(struct view *v, const struct period_ranges *r)
{
	for (size_t i = 0; i < r->n; i++) {
		items_int(&v->items, r->items[i].from);
		items_int(&v->items, r->items[i].to);
	}
}

static void
days(struct view *v, const struct column *c, uint32_t at)
{
	static struct period_range whole = {0, 86400};
	const struct period_ranges all = {&whole, 1};
	bool always = slice_eqs(text(v, c, at), "24X7");
	json_t *entry = entry_of(v, at);
	struct period_def def = {0};
	struct err err;

	if (!always && period_def_read(&def, entry, &err) != 0)
		def = (struct period_def){0};
	for (int d = 0; d < 7; d++) {
		items_open(&v->items);
		put_ranges(v, always ? &all : &def.weekdays[d]);
		items_close(&v->items);
	}
	period_def_clear(&def);
	json_decref(entry);
}

static void
exclusions(struct view *v, const struct column *c, uint32_t at)
{
	json_t *entry = entry_of(v, at);
	struct period_def def;
	struct err err;

	(void)c;
	/* Periods of the configuration: their names live as long as it does. */
	if (entry != NULL && period_def_read(&def, entry, &err) == 0) {
		for (size_t i = 0; i < def.n_exclude; i++)
			for (uint32_t k = 0; k < v->snap->n_periods; k++) {
				const char *name =
				    snap_s(v->snap, v->snap->periods[k].name);

				if (strcmp(name, def.exclude[i]) == 0)
					items_string(&v->items, slice_of(name));
			}
		period_def_clear(&def);
	}
	json_decref(entry);
}

/* Each as written, and its ranges: ["2026-12-25", 28800, 43200]. */
static void
exceptions(struct view *v, const struct column *c, uint32_t at)
{
	json_t *entry = entry_of(v, at);
	const char *name;
	json_t *value;
	struct str *names = &v->tmp;
	size_t first = 0;

	str_clear(names);
	/* Names first: while v->tmp grows it may move. */
	json_object_foreach(json_object_get(entry, "exceptions"), name, value)
	    str_addn(names, name, strlen(name) + 1);
	json_object_foreach(json_object_get(entry, "exceptions"), name, value)
	{
		struct slice key = {names->s + first, strlen(name)};
		struct period_when when;
		struct period_range range;
		const json_t *one;
		size_t i;

		first += key.len + 1;
		if (!period_parse_when(key, &when) || when.kind != c->off)
			continue;
		items_open(&v->items);
		items_string(&v->items, key);
		json_array_foreach(value, i, one)
		{
			const char *s = json_string_value(one);

			if (s == NULL ||
			    !period_parse_range(slice_of(s), &range))
				continue;
			items_int(&v->items, range.from);
			items_int(&v->items, range.to);
		}
		items_close(&v->items);
	}
	json_decref(entry);
}

/* clang-format off */
static const struct column timeperiod[] = {
	COL_STRING("name", text, 0, "name of the time period"),
	COL_STRING("alias", text, 1, "descriptive name"),
	COL_INT("in", is_in, 0, "now is within"),
	COL_LIST("transitions", transitions, 0, "times of the next changes, 50 at most"),
	COL_INT("num_transitions", count_transitions, 0, "number of these changes"),
	COL_EMPTY("next_transition_id", INT, "index of the next change: it is always the first"),
	COL_TIMEFN("next_transition", next, 0, "time of the next change; 0: none"),
	COL_LIST("days", days, 0, "start and end times of each weekday, Sunday first, in seconds since midnight"),
	COL_LIST("exceptions_calendar_dates", exceptions, PERIOD_DATE, "exceptions for dates, with their start and end times"),
	COL_LIST("exceptions_month_date", exceptions, PERIOD_MONTH_DAY, "exceptions for days of one month"),
	COL_LIST("exceptions_month_day", exceptions, PERIOD_DAY, "exceptions for days of every month"),
	COL_LIST("exceptions_month_week_day", exceptions, PERIOD_NTH_OF, "exceptions for the n-th weekday of one month"),
	COL_LIST("exceptions_week_day", exceptions, PERIOD_NTH, "exceptions for the n-th weekday of every month"),
	COL_LIST("exclusions", exclusions, 0, "names of excluded time periods"),
	COL_INT("id", number, 0, "number of the time period until the next activation"),
	{0}
};
/* clang-format on */

const struct column_set columns_timeperiod = {{timeperiod, NULL}};
