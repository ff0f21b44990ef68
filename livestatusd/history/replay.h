/* SPDX-License-Identifier: Apache-2.0
 *
 * Replaying the history (core-semantics section 21.1, livestatus section
 * 15.13): lines go in, spans of constant situation of each host and service
 * come out. Pure.
 *
 * A span ends when one of its values differs at the end of a second; what
 * lasted for no second is not told. So the spans of an object are maximal, and
 * their durations add up to the window.
 */
#ifndef LIVESTATUSD_HISTORY_REPLAY_H
#define LIVESTATUSD_HISTORY_REPLAY_H

#include "livestatusd/history/line.h"

#include <stddef.h>

/* Lines that matter whatever they are about, and lines about an object. */
#define REPLAY_ALWAYS                                                          \
	(LINE_BIT(LINE_PERIOD) | LINE_BIT(LINE_INITIAL_STATES) |               \
	    LINE_BIT(LINE_INTERMEDIATE_STATES) | LINE_BIT(LINE_STARTING) |     \
	    LINE_BIT(LINE_SHUTTING_DOWN))
#define REPLAY_NAMED                                                           \
	(LINE_BIT(LINE_HOST_ALERT) | LINE_BIT(LINE_SERVICE_ALERT) |            \
	    LINE_BIT(LINE_INITIAL_HOST) | LINE_BIT(LINE_CURRENT_HOST) |        \
	    LINE_BIT(LINE_INITIAL_SERVICE) | LINE_BIT(LINE_CURRENT_SERVICE) |  \
	    LINE_BIT(LINE_HOST_DOWNTIME) | LINE_BIT(LINE_SERVICE_DOWNTIME) |   \
	    LINE_BIT(LINE_HOST_FLAPPING) | LINE_BIT(LINE_SERVICE_FLAPPING) |   \
	    LINE_BIT(LINE_VANISHED_HOST) | LINE_BIT(LINE_VANISHED_SERVICE) |   \
	    LINE_BIT(LINE_HOST_DOWNTIME_STATE) |                               \
	    LINE_BIT(LINE_SERVICE_DOWNTIME_STATE) |                            \
	    LINE_BIT(LINE_HOST_FLAPPING_STATE) |                               \
	    LINE_BIT(LINE_SERVICE_FLAPPING_STATE))

/* An object seen this long after the window's start was there before (SH-2). */
#define REPLAY_GRACE 600

struct span {
	int64_t from, until; /* [from, until) */
	int64_t time;        /* of the line that ended it */
	uint32_t lineno;     /* 0: the window's end did */
	int8_t state;        /* -1 unmonitored */
	uint8_t host_down, in_downtime, in_host_downtime, is_flapping;
	uint8_t in_notification_period, in_service_period;
	/* Live as long as the replay. */
	struct slice host, service, notification_period, service_period;
	/* Of the line that began it; until replay_clear(). */
	struct slice output, long_output;
};

struct replay_ops {
	void *arg;
	/* Names of the object's periods today; empty if it is gone. NULL: none
	 * are known. */
	void (*periods)(void *arg, struct slice host, struct slice service,
	    struct slice *notification_r, struct slice *service_r);
};

struct replay;
struct replay *replay_new(
    int64_t from, int64_t until, const struct replay_ops *ops);
void replay_free(struct replay **r);
/* In the order of time; those at `until` or later change nothing. */
void replay_line(struct replay *r, const struct line *l);
/* The window's end; no line comes after it. */
void replay_end(struct replay *r);
/* Spans that ended since the last clear, in order. */
const struct span *replay_spans(const struct replay *r, size_t *n_r);
void replay_clear(struct replay *r);
/* Bytes held, about. */
size_t replay_bytes(const struct replay *r);

#endif
