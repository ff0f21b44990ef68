/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as other programs write them.
 */
#ifndef FETCHER_SECTIONS_TIMESPAN_H
#define FETCHER_SECTIONS_TIMESPAN_H

#include "common/str.h"

#include <stdbool.h>

/*
 * systemd's "2 days 3h 4min 5.5s", "-53.991ms", "1us", "0": seconds. False
 * without a number or with a unit that nobody knows.
 */
bool timespan_read(struct slice text, double *seconds_r);
/* "[[d-]h:]m:s", as ps and time(1) write it, or bare seconds. */
bool timespan_read_clock(struct slice text, double *seconds_r);
/*
 * "Thu Oct 09 08:53:20 2025" (always UTC) or "Thu 2025-10-09 08:53:20 CEST":
 * seconds since 1970. False for a zone whose offset is not known.
 */
bool timespan_read_date(struct slice text, double *when_r);

#endif
