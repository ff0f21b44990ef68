/* SPDX-License-Identifier: Apache-2.0
 *
 * Smart Ping (ST-31): a host is DOWN after LIFE_TIMEOUT without a sign of life,
 * and each packet that it sent counts, whoever saw it: an answer to a ping of
 * any worker, an accepted or refused connection. Pure. Times are nanoseconds
 * of the schedule's clock.
 */
#ifndef CORE_SCHEDULE_LIFE_H
#define CORE_SCHEDULE_LIFE_H

#include "core/schedule/schedule.h"

#define LIFE_TIMEOUT_MS  15000 /* two and a half intervals */
#define LIFE_INTERVAL_MS 6000

struct life {
	struct life_sign {
		int64_t any, pong; /* 0: none yet */
	} * last;                  /* by host */
	uint32_t n;
	uint64_t refuted; /* silent pings of hosts that gave another sign */
};

void life_start(struct life *life, uint32_t n_hosts);
void life_free(struct life *life);
/* After a reload: new_of[i] is the present number of former host i, or
 * SNAP_NONE. */
void life_adopt(struct life *life, const uint32_t *new_of, uint32_t n_old,
    uint32_t n_hosts);

/* `pong`: it was an answer to a ping, not a connection's. */
void life_note(struct life *life, uint32_t host, int64_t now, bool pong);
/* Milliseconds since the last sign, at least 1; 0: there was none yet. */
uint32_t life_silence_ms(const struct life *life, uint32_t host, int64_t now);
/*
 * How long a ping that starts now awaits answers: what is left of the time-out.
 * A host that is silent for longer gets one interval of Smart Ping, one that
 * nothing is known of what is left an interval after a sign.
 */
uint32_t life_window_ms(const struct life *life, uint32_t host, int64_t now);
/*
 * A ping found nobody: was there a sign within the time-out all the same? Then
 * `*r` says so and the host is UP; `words` holds its text. The words also tell
 * of an older sign of a host that no ping reaches: whoever sees it go and come
 * with each fetch should know that pings alone are dropped.
 */
bool life_refutes(struct life *life, uint32_t host, int64_t now,
    struct msg_job_result *r, struct str *words);

#endif
