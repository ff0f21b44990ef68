/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of Varnish's counters have in common; see varnish_rates.h.
 */
#include "fetcher/checks/varnish_rates.h"

const struct section_type section_varnish = SECTION_LINES("varnish");

double
varnish_counter(const struct section_lines *s, const char *name)
{
	struct slice cells[2];

	for (size_t i = 0; i < s->n; i++) {
		if (line_cells(&s->lines[i], cells, 2) < 2)
			continue;
		if (slice_starts(cells[0], "MAIN.")) {
			cells[0].s += 5;
			cells[0].len -= 5;
		}
		if (slice_eqs(cells[0], name))
			return text_number(cells[1]);
	}
	return NAN;
}

void
varnish_say_rates(const struct check_context *c,
    const struct varnish_rate *rates, size_t n, struct check_out *out)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any = value_say_rate(c, out, &rates[i].row, rates[i].counter,
			  varnish_counter(c->sections[0], rates[i].counter)) ||
		    any;
	out->none = !any;
}

void
varnish_say_ratio(const struct check_context *c, const char *a, const char *b,
    const struct value_row *row, struct check_out *out)
{
	double good = varnish_counter(c->sections[0], a);
	double bad = varnish_counter(c->sections[0], b);

	if (isnan(good) || isnan(bad))
		value_lost(out);
	else
		value_say(c, out, row,
		    good + bad > 0 ? 100 * good / (good + bad) : 0, 100);
}
