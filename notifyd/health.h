/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of the site's own service "Notifications" (NT-15): what went
 * wrong of late, and whether something waits too long. Pure.
 */
#ifndef NOTIFYD_HEALTH_H
#define NOTIFYD_HEALTH_H

#include "common/str.h"

#include <jansson.h>
#include <stdint.h>

/* What happened once is visible for so long after the last time. */
#define HEALTH_REMEMBER_S 3600
/* The oldest in the queue, in seconds. */
#define HEALTH_QUEUE_WARN 60
#define HEALTH_QUEUE_CRIT 600

enum health_event {
	HEALTH_FALLBACK, /* no rule matched: the fallback was told */
	HEALTH_NOBODY,   /* no rule matched, and there is no fallback */
	HEALTH_FAILED,   /* given up */
	HEALTH_DROPPED,  /* not forwarded: too much waited */
	HEALTH_EVENTS
};

struct health {
	struct health_count {
		uint64_t total; /* of the daemon's run, as last seen */
		uint64_t n;     /* since it was well */
		int64_t last;   /* wall seconds; 0: never */
	} events[HEALTH_EVENTS];
};

/* The totals as they are now; true: there is news. */
bool health_update(
    struct health *health, const uint64_t totals[HEALTH_EVENTS], int64_t now);

/* For the spool; load is of what save made, or of anything. */
json_t *health_save(const struct health *health);
void health_load(struct health *health, const json_t *saved);

struct health_queue {
	int64_t waiting, oldest; /* how many; wall seconds, 0: none */
	const char *trouble;     /* of the disk, "" */
};
/* {state: 0 to 2, output, metrics}: as of a Nagios plugin. */
json_t *health_judge(
    const struct health *health, const struct health_queue *queue, int64_t now);

#endif
