/* SPDX-License-Identifier: Apache-2.0
 *
 * Section lnx_thermal: "thermal_zone0|enabled|x86_pkg_temp|48000|95000|crit".
 * Behind the temperature stand pairs of a trip point and its kind. Values
 * are thousandths of degrees.
 */
#include "fetcher/sections/lnx_thermal.h"

#include "common/num.h"

#include <math.h>

static void
read_trips(
    const struct split_lines *in, struct slice line, struct thermal_entry *e)
{
	struct slice value, kind;
	double celsius;

	e->warn = e->crit = NAN;
	while (section_column(in, &line, &value) &&
	    section_column(in, &line, &kind)) {
		if (!num_double(slice_trim(value), &celsius) || celsius <= 0)
			continue;
		celsius /= 1000;
		kind = slice_trim(kind);
		if (slice_eqs(kind, "critical") || slice_eqs(kind, "hot")) {
			if (isnan(e->crit) || celsius < e->crit)
				e->crit = celsius;
		} else if (slice_eqs(kind, "passive")) {
			if (isnan(e->warn) || celsius < e->warn)
				e->warn = celsius;
		}
	}
	if (isnan(e->warn) || e->warn > e->crit)
		e->warn = e->crit;
	if (isnan(e->crit))
		e->crit = e->warn;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	static const char prefix[] = "thermal_zone";
	struct section_lnx_thermal *s = section;
	struct slice line, mode, value;

	while (split_line(in, &line)) {
		struct thermal_entry e = {.enabled = true};
		if (!section_column(in, &line, &e.zone) ||
		    !section_column(in, &line, &mode) ||
		    !section_column(in, &line, &e.type) ||
		    !section_column(in, &line, &value))
			return section_bad(
			    in, err_r, "expected: zone|mode|type|temperature");
		if (!num_double(slice_trim(value), &e.celsius))
			continue; /* a sensor that could not be read */
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many zones");
		e.celsius /= 1000;
		e.enabled = !slice_eqs(slice_trim(mode), "disabled");
		read_trips(in, line, &e);
		e.item = e.zone;
		if (slice_starts(e.zone, prefix)) {
			size_t n = sizeof(prefix) - 1, rest = e.zone.len - n;
			char *item = arena_alloc(arena, rest + 5, 1);
			memcpy(item, "Zone ", 5);
			memcpy(item + 5, e.zone.s + n, rest);
			e.item = (struct slice){item, rest + 5};
		}
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

const struct section_type section_lnx_thermal = {
    .names = {"lnx_thermal", NULL},
    .size = sizeof(struct section_lnx_thermal),
    .may_be_empty = true,
    .parse = parse,
};
