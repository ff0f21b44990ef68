/* SPDX-License-Identifier: Apache-2.0
 *
 * The Livestatus server: tmp/run/live, and TCP where site.yaml says so.
 */
#ifndef LIVESTATUSD_SERVER_SERVER_H
#define LIVESTATUSD_SERVER_SERVER_H

#include "livestatusd/livestatusd.h"

struct livestatus *livestatus_new(struct livestatusd *l, struct err *err_r);
void livestatus_free(struct livestatus **s);
/*
 * TCP: opens what settings.livestatus of the next configuration needs; -1 with
 * a reason, then everything stays. Connections outlive their listener.
 */
int livestatus_prepare(
    struct livestatus *s, const struct settings *settings, struct err *err_r);
void livestatus_commit(struct livestatus *s);
void livestatus_abort(struct livestatus *s);
/* The mirror or the log changed: queries that wait look again. */
void livestatus_changed(struct livestatus *s);
/* Takes no more connections and ends the idle ones. */
void livestatus_stop(struct livestatus *s);
/* Is any connection left? */
bool livestatus_is_idle(const struct livestatus *s);
/* Does a connection wait for something to happen? */
bool livestatus_has_waiting(const struct livestatus *s);

struct livestatus_counters {
	uint64_t connections, refused, requests, failed, commands,
	    commands_refused, stalled;
	uint32_t active;
};
/* Connections whose query waits for a thread. */
uint32_t livestatus_queued(const struct livestatus *s);
/* How busy the threads were in the last seconds: 0 to 1. */
double livestatus_usage(const struct livestatus *s);
const struct livestatus_counters *livestatus_counters(
    const struct livestatus *s);

#endif
