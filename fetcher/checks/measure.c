/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of a measured value have in common; see measure.h.
 */
#include "fetcher/checks/measure.h"

#include <stdio.h>

static struct check_levels
levels_of(const struct check_value *v, double whole)
{
	return v == NULL || !v->set ? (struct check_levels){0}
				    : check_levels_of(&v->levels, whole);
}

void
measure_say(struct check_out *out, const struct measure *m)
{
	struct check_levels upper = levels_of(m->upper, 100);
	struct check_levels lower = levels_of(m->lower, 100);

	check_value_say(
	    out, m->notice, m->label, m->value, &upper, &lower, m->render);
	if (m->metric != NULL)
		check_metric(out, m->metric, m->value, &upper, m->min, m->max);
}

void
measure_param_say(const struct check_context *c, struct check_out *out,
    const char *label, const char *metric, double value, render_fn *render)
{
	struct measure m = {label, metric, render, value, NAN, NAN,
	    &c->params[MEASURE_UPPER], &c->params[MEASURE_LOWER], false};

	measure_say(out, &m);
}

void
measure_volt(struct str *out, double value)
{
	str_addf(out, "%.1f V", value);
}

void
measure_ampere(struct str *out, double value)
{
	str_addf(out, "%.2f A", value);
}

void
measure_watt(struct str *out, double value)
{
	str_addf(out, "%.1f W", value);
}

void
measure_hertz(struct str *out, double value)
{
	str_addf(out, "%.1f Hz", value);
}

void
measure_rpm(struct str *out, double value)
{
	str_addf(out, "%.0f RPM", value);
}

/* --- temperatures --------------------------------------------------------- */

enum {
	C_LEVELS,
	C_LOWER,
	C_DEVICE,
	C_TREND,
	C_PERIOD
};

const struct check_metric celsius_metrics[] = {
    {"temp", "C", "temperature"}, {0}};
const struct check_param celsius_params[] = {
    CELSIUS_PARAMS(CHECK_DEF_NONE), {0}};

static void
render_celsius(struct str *out, double value)
{
	str_addf(out, "%.1f \302\260C", value);
}

static void
say_trend(const struct check_context *c, double celsius, struct check_out *out)
{
	double per_second, period = c->params[C_PERIOD].number;

	if (!c->params[C_TREND].set || !c->params[C_PERIOD].set || period <= 0)
		return;
	if (!check_store_rate(
		c->store, "temp", c->now, celsius, false, &per_second))
		return;
	double rise = period *
	    check_store_average(
		c->store, "trend", c->now, per_second, period / 60);
	check_value_say(out, true, "Temperature trend", rise,
	    &c->params[C_TREND].levels, NULL, render_celsius);
}

void
celsius_say(const struct check_context *c, const struct celsius *t,
    struct check_out *out)
{
	struct check_levels upper = levels_of(&c->params[C_LEVELS], 100);
	struct check_levels lower = levels_of(&c->params[C_LOWER], 100);

	if (c->params[C_DEVICE].number > 0) {
		if (t->upper.kind != CHECK_LEVELS_NONE)
			upper = t->upper;
		if (t->lower.kind != CHECK_LEVELS_NONE)
			lower = t->lower;
	}
	check_value_say(out, false, "Temperature", t->value, &upper, &lower,
	    render_celsius);
	check_metric(out, "temp", t->value, &upper, NAN, NAN);
	say_trend(c, t->value, out);
}

/* --- CPUs ----------------------------------------------------------------- */

const struct check_param utilization_params[] = {
    {"util", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(80, 90),
	"on the utilization (with `average`: on the average)"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"average the utilization over so many minutes"},
    {0}};
const struct check_metric utilization_metrics[] = {{"util", "%", "utilization"},
    {"util_average", "%", "its average (average)"}, {0}};

void
utilization_say(const struct check_context *c, const char *label,
    double percent, const struct check_value *levels,
    const struct check_value *average, struct check_out *out)
{
	struct check_levels l = levels_of(levels, 100);

	if (!average->set || average->number <= 0) {
		check_value_say(
		    out, false, label, percent, &l, NULL, render_percent);
		check_metric(out, "util", percent, &l, 0, 100);
		return;
	}
	double mean = check_store_average(
	    c->store, "average", c->now, percent, average->number);
	char text[96];
	snprintf(
	    text, sizeof(text), "%s (%g min average)", label, average->number);
	check_value_say(out, false, text, mean, &l, NULL, render_percent);
	check_metric(out, "util", percent, NULL, 0, 100);
	check_metric(out, "util_average", mean, &l, 0, 100);
}

void
utilization_param_say(
    const struct check_context *c, double percent, struct check_out *out)
{
	utilization_say(
	    c, "Total CPU", percent, &c->params[0], &c->params[1], out);
}

/* --- pools of memory ------------------------------------------------------ */

const struct check_param pool_params[] = {
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_PERCENT(80, 90),
	"on the memory in use"},
    {0}};
const struct check_metric pool_metrics[] = {
    {"mem_used", "B", "memory in use, where the device gives bytes"},
    {"mem_used_percent", "%", "the same, of all memory"}, {0}};

void
pool_percent_say(
    const struct check_context *c, double percent, struct check_out *out)
{
	struct check_levels l = levels_of(&c->params[0], 100);

	/* Without a size only percentages can be judged. */
	if (c->params[0].levels.kind != CHECK_LEVELS_PERCENT)
		l.kind = CHECK_LEVELS_NONE;
	check_value_say(out, false, "Usage", percent, &l, NULL, render_percent);
	check_metric(out, "mem_used_percent", percent, &l, 0, 100);
}

void
pool_say(const struct check_context *c, double used, double total,
    struct check_out *out)
{
	struct check_levels l = levels_of(&c->params[0], total);
	struct str text = {0};

	if (!(total > 0)) {
		check_say(out, CHECK_UNKNOWN, "The size is missing or 0");
		return;
	}
	str_add(&text, "Usage: ");
	render_percent(&text, 100 * used / total);
	str_add(&text, " - ");
	render_bytes(&text, used);
	str_add(&text, " of ");
	render_bytes(&text, total);
	check_levels_text(&text, used, &l, NULL, render_bytes);
	check_say_str(out, check_judge(used, &l, NULL), &text);
	str_free(&text);
	check_metric(out, "mem_used", used, &l, 0, total);
	l.warn *= 100 / total;
	l.crit *= 100 / total;
	check_metric(out, "mem_used_percent", 100 * used / total, &l, 0, 100);
}
