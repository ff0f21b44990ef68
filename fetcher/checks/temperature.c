/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperature of the kernel's thermal zones.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lnx_thermal.h"

enum {
	P_LEVELS,
	P_LOWER,
	P_DEVICE,
	P_TREND,
	P_PERIOD
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "C", CHECK_DEF_LEVELS(70, 80),
	"on the temperature"},
    {"levels_lower", CHECK_PARAM_LOWER, "C", CHECK_DEF_NONE,
	"on a temperature that is too low"},
    {"device_levels", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(1),
	"take the device's own trip points instead of `levels`, where it has "
	"some"},
    {"trend_levels", CHECK_PARAM_UPPER, "C", CHECK_DEF_NONE,
	"on the rise within trend_period"},
    {"trend_period", CHECK_PARAM_DURATION, "s", CHECK_DEF_NUMBER(1800),
	"time that the rise is told for and averaged over"},
    {0}};

static const struct check_metric metrics[] = {
    {"temp", "C", "temperature"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lnx_thermal *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (s->entries[i].enabled && s->entries[i].celsius > 0)
			check_found_add(found, s->entries[i].item, NULL);
}

static void
render_celsius(struct str *out, double value)
{
	str_addf(out, "%.1f \302\260C", value);
}

static void
say_trend(const struct check_context *c, double celsius, struct check_out *out)
{
	double per_second, period = c->params[P_PERIOD].number;

	if (!c->params[P_TREND].set || !c->params[P_PERIOD].set || period <= 0)
		return;
	if (!check_store_rate(
		c->store, "temp", c->now, celsius, false, &per_second))
		return;
	double rise = period *
	    check_store_average(
		c->store, "trend", c->now, per_second, period / 60);
	check_value_say(out, true, "Temperature trend", rise,
	    &c->params[P_TREND].levels, NULL, render_celsius);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lnx_thermal *s = c->sections[0];
	const struct thermal_entry *e = NULL;
	struct check_levels l = c->params[P_LEVELS].levels;

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->entries[i].item, c->item))
			e = &s->entries[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	if (!c->params[P_LEVELS].set)
		l.kind = CHECK_LEVELS_NONE;
	if (c->params[P_DEVICE].number > 0 && !isnan(e->crit))
		l = (struct check_levels){
		    CHECK_LEVELS_ABSOLUTE, e->warn, e->crit};
	check_value_say(out, false, "Temperature", e->celsius, &l,
	    c->params[P_LOWER].set ? &c->params[P_LOWER].levels : NULL,
	    render_celsius);
	check_metric(out, "temp", e->celsius, &l, NAN, NAN);
	say_trend(c, e->celsius, out);
	if (e->type.len > 0)
		check_tell(
		    out, CHECK_OK, "Sensor: %.*s", (int)e->type.len, e->type.s);
}

const struct check check_temperature = {
    .name = "temperature",
    .title = "Temperature",
    .manual =
	"The temperature of a thermal zone. Levels are the device's own trip "
	"points (WARN at the first passive one, CRIT at hot or critical), else "
	"70 and 80 degrees. Zones that are switched off or say 0 are not "
	"discovered.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections =
	(const struct section_type *const[]){&section_lnx_thermal, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
