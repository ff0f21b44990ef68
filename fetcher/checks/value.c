/* SPDX-License-Identifier: Apache-2.0
 *
 * A value with its levels, its text and its metric; see value.h.
 */
#include "fetcher/checks/value.h"

#include "fetcher/checks/store.h"

#include <time.h>

const struct check_levels *
value_levels(const struct check_context *c, size_t param)
{
	return c->params[param].set ? &c->params[param].levels : NULL;
}

static const struct check_levels *
levels_of(const struct check_context *c, unsigned param, double whole,
    struct check_levels *room)
{
	const struct check_levels *l =
	    param == 0 ? NULL : value_levels(c, param - 1);

	if (l == NULL || (l->kind == CHECK_LEVELS_PERCENT && whole <= 0))
		return NULL;
	*room = check_levels_of(l, whole);
	return room;
}

void
value_say(const struct check_context *c, struct check_out *out,
    const struct value_row *row, double value, double whole)
{
	struct check_levels rooms[2];
	const struct check_levels *upper =
	    levels_of(c, row->upper, whole, &rooms[0]);
	const struct check_levels *lower =
	    levels_of(c, row->lower, whole, &rooms[1]);

	if (!isfinite(value))
		return;
	if (row->label != NULL)
		check_value_say(out, row->notice, row->label, value, upper,
		    lower, row->render);
	if (row->metric != NULL)
		check_metric(out, row->metric, value, upper, NAN,
		    whole > 0 ? whole : NAN);
}

bool
value_say_rate(const struct check_context *c, struct check_out *out,
    const struct value_row *row, const char *key, double counter)
{
	double rate;

	if (!isfinite(counter) ||
	    !check_store_rate(c->store, key, c->now, counter, true, &rate))
		return false;
	value_say(c, out, row, rate, 0);
	return true;
}

void
value_lost(struct check_out *out)
{
	check_say(out, CHECK_UNKNOWN, "Item not found in monitoring data");
}

double
value_local_time(double utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return utc;
	tm.tm_isdst = -1;
	return (double)mktime(&tm);
}

void
value_per_second(struct str *out, double value)
{
	render_number(out, value);
	str_add(out, "/s");
}

void
value_celsius(struct str *out, double value)
{
	str_addf(out, "%.1f \302\260C", value);
}
