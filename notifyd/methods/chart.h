/* SPDX-License-Identifier: Apache-2.0
 *
 * The course of metrics as a picture: a panel for each, one below the other,
 * as PNG. Pure; local times are the process's zone.
 */
#ifndef NOTIFYD_METHODS_CHART_H
#define NOTIFYD_METHODS_CHART_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define CHART_PANELS 5 /* at most */
#define CHART_WIDTH  620
#define CHART_PANEL  130 /* height of one */

struct chart_panel {
	const char *title; /* any UTF-8; what is no ASCII becomes '?' */
	const char *unit;  /* "s", "B", "%", "" ... */
	const double *values;
	size_t n;            /* of values, evenly over the time; NAN: unknown */
	int64_t from, until; /* wall seconds, from < until */
	double warn, crit;   /* NAN: none */
};

/* Appends the PNG; false: no panel has two values to be shown. */
bool chart_draw(const struct chart_panel *panels, size_t n, struct str *png);

#endif
