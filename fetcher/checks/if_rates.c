/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates of a port; see if_rates.h.
 */
#include "fetcher/checks/if_rates.h"

#include <stdio.h>

void
if_rates_add(struct if_rates *r, struct check_store *store, double time,
    const struct if_counter_value values[IF_COUNTERS], unsigned member)
{
	for (size_t i = 0; i < IF_COUNTERS; i++) {
		char key[STORE_MAX_KEY];
		const char *name = values[i].key;
		double rate = 0, before;

		if (member > 0) {
			snprintf(key, sizeof(key), "%u.%s", member, name);
			name = key;
		}
		if (check_store_time(store, name, &before)) {
			r->is_same = r->is_same || time == before;
			r->went_back = r->went_back || time < before;
		}
		if (!check_store_rate(
			store, name, time, values[i].value, true, &rate))
			r->missing[i] = true;
		r->rate[i] += rate;
	}
}

bool
if_rates_say_missing(
    const struct if_rates *r, const char *label, struct check_out *out)
{
	static const char *const words[IF_COUNTERS] = {[IF_OCTETS] = "traffic",
	    [IF_UCAST] = "unicast packets",
	    [IF_MCAST] = "multicast packets",
	    [IF_BCAST] = "broadcast packets",
	    [IF_DISCARDS] = "discards",
	    [IF_ERRORS] = "errors"};
	char list[128] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < IF_COUNTERS; i++)
		if (r->missing[i] && len < sizeof(list)) {
			len += (size_t)snprintf(list + len, sizeof(list) - len,
			    "%s%s", n > 0 ? ", " : "", words[i]);
			n++;
		}
	if (n == IF_COUNTERS && r->by_uptime && (r->is_same || r->went_back))
		check_tell(out, CHECK_OK, "%s: no rate, the device's uptime %s",
		    label,
		    r->went_back ? "went back (reboot or overflow)"
				 : "is the same (probably no new data)");
	else if (n == IF_COUNTERS)
		check_tell(out, CHECK_OK,
		    "%s: counters have no rate yet (first check or restart)",
		    label);
	else if (n > 0)
		check_tell(
		    out, CHECK_OK, "%s: no rate yet of: %s", label, list);
	return n < IF_COUNTERS;
}

void
if_render_packets(struct str *out, double value)
{
	render_number(out, value);
	str_add(out, " packets/s");
}
