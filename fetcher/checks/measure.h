/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of a measured value have in common: upper and lower levels, the
 * text, the metric; and what checks of temperatures, utilizations and memory
 * pools have in common beyond that. Pure.
 */
#ifndef FETCHER_CHECKS_MEASURE_H
#define FETCHER_CHECKS_MEASURE_H

#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"

/* Rows of a table of parameters: upper levels, then lower ones. */
#define MEASURE_PARAMS(unit, upper, lower, what)                               \
	{"levels", CHECK_PARAM_UPPER, unit, upper, "on " what},                \
	{                                                                      \
		"levels_lower", CHECK_PARAM_LOWER, unit, lower,                \
		    "on " what " that is too low"                              \
	}
enum {
	MEASURE_UPPER,
	MEASURE_LOWER
};

struct measure {
	const char *label, *metric; /* metric NULL: none */
	render_fn *render;
	double value, min, max; /* of the metric; NAN: none */
	/* NULL: none. Percentages are of 100. */
	const struct check_value *upper, *lower;
	bool notice; /* in the details unless it is not OK */
};
void measure_say(struct check_out *out, const struct measure *m);
/* By the first two parameters, MEASURE_PARAMS. */
void measure_param_say(const struct check_context *c, struct check_out *out,
    const char *label, const char *metric, double value, render_fn *render);

render_fn measure_volt, measure_ampere, measure_watt, measure_hertz;
render_fn measure_rpm;

/* --- temperatures: ruleset temperature ------------------------------------ */
#define CELSIUS_PARAMS(def)                                                    \
	{"levels", CHECK_PARAM_UPPER, "C", def, "on the temperature"},         \
	    {"levels_lower", CHECK_PARAM_LOWER, "C", CHECK_DEF_NONE,           \
		"on a temperature that is too low"},                           \
	    {"device_levels", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(1),       \
		"take the device's own levels instead of `levels`, where it "  \
		"has some"},                                                   \
	    {"trend_levels", CHECK_PARAM_UPPER, "C", CHECK_DEF_NONE,           \
		"on the rise within trend_period"},                            \
	{                                                                      \
		"trend_period", CHECK_PARAM_DURATION, "s",                     \
		    CHECK_DEF_NUMBER(1800),                                    \
		    "time that the rise is told for and averaged over"         \
	}
extern const struct check_metric celsius_metrics[];
extern const struct check_param celsius_params[]; /* without levels */
/*
 * By the parameters CELSIUS_PARAMS, the check's first ones; the device's own
 * levels are of kind NONE where it has none.
 */
struct celsius {
	double value;
	struct check_levels upper, lower;
};
void celsius_say(const struct check_context *c, const struct celsius *t,
    struct check_out *out);

/* --- CPUs without more than their utilization ----------------------------- */
extern const struct check_param utilization_params[]; /* 80, 90 %; average */
extern const struct check_metric utilization_metrics[];
/* Of the service's CPU or CPUs; keeps the average under one key. */
void utilization_say(const struct check_context *c, const char *label,
    double percent, const struct check_value *levels,
    const struct check_value *average, struct check_out *out);
/* The same by utilization_params. */
void utilization_param_say(
    const struct check_context *c, double percent, struct check_out *out);

/* --- pools of memory ------------------------------------------------------ */
extern const struct check_param pool_params[]; /* 80, 90 % */
extern const struct check_metric pool_metrics[];
/* Bytes; by pool_params, the check's first ones. */
void pool_say(const struct check_context *c, double used, double total,
    struct check_out *out);
/* Of devices that give nothing but a percentage. */
void pool_percent_say(
    const struct check_context *c, double percent, struct check_out *out);

#endif
