/* SPDX-License-Identifier: Apache-2.0
 *
 * A small table of sources that were complained of; see complaints.h.
 */
#include "eventd/trap/complaints.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)

bool
complaint_may(struct complaints *c, const char *source, int kind,
    int64_t now_us, uint64_t *held_r)
{
	size_t oldest = 0;

	*held_r = 0;
	if (now_us - c->minute_us >= MINUTE_US || now_us < c->minute_us) {
		c->minute_us = now_us;
		c->logged = 0;
	}
	for (size_t i = 0; i < COMPLAINTS_KEPT; i++) {
		if (c->v[i].kind == kind &&
		    strcmp(c->v[i].source, source) == 0) {
			if (now_us - c->v[i].at_us < MINUTE_US) {
				c->v[i].held++;
				return false;
			}
			*held_r = c->v[i].held;
			oldest = i;
			break;
		}
		if (c->v[i].at_us < c->v[oldest].at_us)
			oldest = i;
	}
	if (c->logged >= COMPLAINTS_MINUTE)
		return false;
	c->logged++;
	snprintf(
	    c->v[oldest].source, sizeof(c->v[oldest].source), "%s", source);
	c->v[oldest].kind = kind;
	c->v[oldest].at_us = now_us;
	c->v[oldest].held = 0;
	return true;
}
