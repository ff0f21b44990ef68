/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine's files offer each other; nobody else includes it.
 */
#ifndef CORE_STATE_INTERNAL_H
#define CORE_STATE_INTERNAL_H

#include "core/state/engine.h"

#include "common/msg.h"

#define ENGINE_PATIENCE 60 /* ST-32: seconds to wait for evidence */

static inline const struct snap_object *
conf(const struct engine *e, uint32_t object)
{
	return &e->snap->objects[object];
}
static inline bool
is_hard(const struct checkable *o)
{
	return (o->flags & CHECKABLE_HARD) != 0;
}
static inline int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* engine.c: something about the object changed; plan its timer anew. */
void engine_touch(struct engine *e, uint32_t object, unsigned what);
void engine_plan(struct engine *e, uint32_t object, int64_t now);
/* Looks at every period. */
void engine_turn_periods(struct engine *e, int64_t now);

/* A result that would take a host out of UP (ST-30). Its texts are a copy. */
struct withheld {
	int64_t since;        /* time of the first such result */
	int64_t deadline;     /* then it is decided with what is known */
	struct result result; /* the newest one */
	char bytes[];
};

/*
 * Times that lie more than a minute (TI-2: senders' clocks differ) in the
 * future are from before the clock was set back. Seen as a beginning, such a
 * time is that moment.
 */
#define ENGINE_SKEW 60
static inline int64_t
begin_of(const struct engine *e, int64_t time, int64_t now)
{
	return time <= now + ENGINE_SKEW ? time : e->back_at;
}
/* Was it checked since then? One from before the clock was set back does not
 * count. */
static inline bool
is_checked_since(
    const struct engine *e, uint32_t object, int64_t since, int64_t now)
{
	const struct checkable *o = &e->objects[object];

	return (o->flags & CHECKABLE_CHECKED) &&
	    o->last_check >= begin_of(e, since, now) &&
	    o->last_check <= now + ENGINE_SKEW;
}

/* reach.c */
uint8_t reach_class(const struct engine *e, uint32_t host);
/* Is it known what a host that failed at `failed` is: DOWN or UNREACH? */
bool reach_known(
    const struct engine *e, uint32_t host, int64_t failed, int64_t now);
/* Keeps the result until the parents are known. */
void reach_withhold(
    struct engine *e, uint32_t host, const struct result *r, int64_t now);
/* Has one of the host's parents that is UP been checked since then? */
bool reach_confirmed(
    const struct engine *e, uint32_t host, int64_t since, int64_t now);
/* Their next results are looked at at once. */
void reach_await(struct engine *e, uint32_t object);
/* Children look again after their parent's state or evidence changed. */
void reach_spread(struct engine *e, uint32_t host, int64_t now);
/* ST-32: how long to wait for the object's next check. */
int64_t reach_patience(const struct engine *e, uint32_t object);

/* result.c */
void result_release(struct engine *e, uint32_t host, int64_t now);
void result_reclass(struct engine *e, uint32_t host, int64_t now);

/* fresh.c: FR-1 */
int64_t freshness_next(const struct engine *e, uint32_t object);
void freshness_look(struct engine *e, uint32_t object, int64_t now);

/* flap.c */
void flap_change(struct engine *e, uint32_t object, int64_t now);
void flap_look(struct engine *e, uint32_t object, int64_t now);
int64_t flap_stops_at(const struct engine *e, uint32_t object);
/* Ends it if it may not flap any more (FL-5). */
void flap_settings(struct engine *e, uint32_t object, int64_t now);
void flap_disable(struct engine *e, uint32_t object, int64_t now);

/* downtime.c */
void downtime_problem(struct engine *e, uint32_t object, int64_t now);
void downtime_advance(struct engine *e, uint32_t object, int64_t now);
int64_t downtime_next(const struct engine *e, uint32_t object, int64_t now);

/* byrule.c: DT-16 */
void byrule_sync(struct engine *e, int64_t now);

/* ack.c */
enum ack_end {
	ACK_STOPPED,
	ACK_CANCELLED,
	ACK_EXPIRED
};
void ack_clear(
    struct engine *e, uint32_t object, enum ack_end how, int64_t now);
void ack_state_changed(struct engine *e, uint32_t object, int64_t now);

/* notify.c */
void notify_look(
    struct engine *e, uint32_t object, bool volatile_again, int64_t now);
/* A blocking circumstance ended: wait for evidence, then look. */
void notify_unblock(struct engine *e, uint32_t object, int64_t now);
/* Its period, interval or the site's switches changed (PR-3). */
void notify_settings(struct engine *e, uint32_t object, int64_t now);
/* Events without a state: ACK, FLAP*, DOWNTIME*. */
void notify_event(struct engine *e, uint32_t object, const char *what,
    uint32_t option, struct slice author, struct slice comment, int64_t now);
/* `notify`: as the operator wants it. */
void notify_acknowledged(struct engine *e, uint32_t object, bool notify,
    struct slice author, struct slice comment, int64_t now);
int64_t notify_next(const struct engine *e, uint32_t object, int64_t now);

#endif
