/* SPDX-License-Identifier: Apache-2.0
 *
 * Which complaint may be logged now: each kind about each source at most once
 * a minute, and not more than a few in all (EC-34). Pure.
 */
#ifndef EVENTD_TRAP_COMPLAINTS_H
#define EVENTD_TRAP_COMPLAINTS_H

#include <stdbool.h>
#include <stdint.h>

#define COMPLAINTS_KEPT   256
#define COMPLAINTS_MINUTE 60 /* logged at most, of all kinds and sources */

struct complaints { /* {0} is ready */
	struct {
		char source[48];
		int kind;
		int64_t at_us;
		uint64_t held; /* since then, not logged */
	} v[COMPLAINTS_KEPT];
	int64_t minute_us;
	unsigned logged;
};
/* True: log it; `held_r` were not, of this kind and source. */
bool complaint_may(struct complaints *c, const char *source, int kind,
    int64_t now_us, uint64_t *held_r);

#endif
