/* SPDX-License-Identifier: Apache-2.0
 *
 * The times that syslog senders write (event-console.md 4.3). Pure but for
 * the process's zone (TZ). Times are microseconds since 1970.
 */
#ifndef EVENTD_PARSE_STAMP_H
#define EVENTD_PARSE_STAMP_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)

/*
 * The last local hour that was converted, and the local month that it was
 * then; {0} is empty.
 */
struct stamp_cache {
	int year, month, day, hour;
	int64_t start; /* its first second */
	bool valid;
	int64_t now_slot; /* quarters of an hour since 1970; 0: none */
	int now_year, now_month;
};

/*
 * "2026-03-05T14:59:58.250+01:00": fraction and offset (Z, +01:00, +0100)
 * optional, local time without offset. The whole slice must fit.
 */
bool stamp_iso(struct slice s, struct stamp_cache *cache, int64_t *us_r);
/*
 * Takes a BSD time off the front of *rest: an optional Cisco mark (* or .),
 * "Mar  5", an optional year, "13:59:58", an optional fraction, an optional
 * year behind. The year that is nearest to now is taken where there is none
 * (EC-9). On false *rest is as before. `*cisco_r`: there was a mark or a
 * fraction.
 */
bool stamp_bsd(struct slice *rest, int64_t now_us, struct stamp_cache *cache,
    int64_t *us_r, bool *cisco_r);
/* The text of the last second; begins as {0}. */
struct stamp_text {
	int64_t second;
	char text[15];
};
/* Appends "Mar  5 13:59:58", local. */
void stamp_put_bsd(struct str *out, int64_t us, struct stamp_text *cache);
/* "2026:03:05-13:59:58", local; 19 bytes off the front. */
bool stamp_utm(struct slice *rest, struct stamp_cache *cache, int64_t *us_r);

#endif
