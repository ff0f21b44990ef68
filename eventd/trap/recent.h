/* SPDX-License-Identifier: Apache-2.0
 *
 * Informs of the last minute: one that comes again is answered, not taken
 * twice (event-console.md 21.1). Pure.
 */
#ifndef EVENTD_TRAP_RECENT_H
#define EVENTD_TRAP_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#define RECENT_MAX 65536 /* beyond it the oldest are forgotten early */
#define RECENT_US  INT64_C(60000000)

struct recent;

struct recent *recent_new(void);
void recent_free(struct recent **r);
/* Was that one seen within RECENT_US? If not, it is from now on. */
bool recent_seen(
    struct recent *r, const char *address, int64_t request, int64_t now_us);

#endif
