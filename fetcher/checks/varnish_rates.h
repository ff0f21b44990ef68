/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of Varnish's counters have in common. Section varnish:
 * `varnishstat -1`, "MAIN.cache_hit 5 0.10 Cache hits"; old versions have no
 * "MAIN.".
 */
#ifndef FETCHER_CHECKS_VARNISH_RATES_H
#define FETCHER_CHECKS_VARNISH_RATES_H

#include "fetcher/checks/value.h"
#include "fetcher/sections/lines.h"

extern const struct section_type section_varnish;

/* NAN: there is none of that name. */
double varnish_counter(const struct section_lines *s, const char *name);
/* Says the rates of those counters that are there, by the rows' order. */
struct varnish_rate {
	const char *counter;
	struct value_row row;
};
void varnish_say_rates(const struct check_context *c,
    const struct varnish_rate *rates, size_t n, struct check_out *out);
/* Says a / (a + b) in percent. */
void varnish_say_ratio(const struct check_context *c, const char *a,
    const char *b, const struct value_row *row, struct check_out *out);

#endif
