/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates of a port's counters in one direction. Pure.
 */
#ifndef FETCHER_CHECKS_IF_RATES_H
#define FETCHER_CHECKS_IF_RATES_H

#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"

enum if_counter {
	IF_OCTETS,
	IF_UCAST,
	IF_MCAST,
	IF_BCAST,
	IF_DISCARDS,
	IF_ERRORS,
	IF_COUNTERS
};

struct if_counter_value {
	const char *key; /* in the store */
	double value;
};
struct if_rates { /* {0} to begin with */
	double rate[IF_COUNTERS];
	bool missing[IF_COUNTERS]; /* first check, or the counter was reset */
	bool by_uptime;            /* times are the device's uptime */
	bool is_same, went_back;   /* the time, since the last check */
};

/* Adds the rates of a port; `member` > 0: its number in a group. */
void if_rates_add(struct if_rates *r, struct check_store *store, double time,
    const struct if_counter_value values[IF_COUNTERS], unsigned member);
/* What has no rate this time; false if that is everything. */
bool if_rates_say_missing(
    const struct if_rates *r, const char *label, struct check_out *out);

/* "12.30 packets/s" */
void if_render_packets(struct str *out, double value);

#endif
