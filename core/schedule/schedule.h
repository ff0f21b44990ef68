/* SPDX-License-Identifier: Apache-2.0
 *
 * When each active check runs next (core-semantics section 5) and who waits
 * for a free worker. Pure: it never starts anything; core/schedule/jobs asks
 * it what to start.
 *
 * Times are nanoseconds of the schedule's own clock: the monotonic one, set
 * at start so that it reads as wall time since 1970. A jump of the wall clock
 * does not move it; `drift` is what to add for the wall time.
 */
#ifndef CORE_SCHEDULE_SCHEDULE_H
#define CORE_SCHEDULE_SCHEDULE_H

#include "common/msg.h"
#include "core/schedule/agenda.h"
#include "core/state/engine.h"

/* Beside enum msg_job_kind: hosts that are always up need no worker. */
#define SCHEDULE_LOCAL ((unsigned)MSG_JOB_KINDS)
#define SCHEDULE_KINDS (SCHEDULE_LOCAL + 1)
#define SCHEDULE_NONE  (SCHEDULE_LOCAL + 1) /* no active check */

struct schedule_counters {
	uint64_t skipped_running, skipped_off, skipped_period, coalesced;
};
struct schedule {
	struct engine *engine; /* borrowed */
	struct agenda due;     /* objects by planned time */
	struct ring {
		struct waiting {
			int64_t planned;
			uint32_t object;
			bool forced;
			uint8_t lost;
		} * items;
		uint32_t first, n, cap; /* cap is a power of two */
	} ready[SCHEDULE_KINDS];
	uint8_t *bits;    /* by object: SCHEDULE_* below */
	uint64_t *hashes; /* by object: its phase; 0: not needed yet */
	int64_t drift;    /* wall time minus this clock's, ns */
	bool urgent;      /* one that was forced has become due */
	struct schedule_counters counters;
};
struct due {
	uint32_t object;
	int64_t planned;
	bool forced;
	unsigned lost; /* workers that took it and went */
};

/* Kind of job of an object, or SCHEDULE_NONE. */
unsigned schedule_kind(const struct engine *e, uint32_t object);

/*
 * Plans every active check (SC-5), by what `engine` has as planned, which is
 * used up; `drift` as in struct schedule.
 */
struct schedule *schedule_new(
    struct engine *engine, int64_t drift, int64_t now);
void schedule_free(struct schedule **schedule);
/*
 * After a reload, a new one that keeps the plans of the old: old_of[i] is the
 * former number of `engine`'s object i or SNAP_NONE.
 */
struct schedule *schedule_adopt(const struct schedule *old,
    struct engine *engine, const uint32_t *old_of, int64_t now);

/* Moves what is due to the queues, at most `max`; true: more is due. */
bool schedule_advance(struct schedule *s, int64_t now, unsigned max);
/* Takes the oldest waiting check of a kind. It runs until schedule_done(). */
bool schedule_take(struct schedule *s, unsigned kind, struct due *due_r);
/* The check did not start or was lost: first in its queue again. */
void schedule_again(struct schedule *s, const struct due *due);
void schedule_done(struct schedule *s, uint32_t object);
uint32_t schedule_waiting(const struct schedule *s, unsigned kind);
/* When schedule_advance() has something to do; HEAP_NEVER. */
int64_t schedule_next(const struct schedule *s);
/*
 * The same for one who starts jobs in beats: they wait for the next multiple
 * of `beat`, so that they start together, unless somebody asked for the check.
 */
int64_t schedule_next_start(const struct schedule *s, int64_t beat);

/*
 * TI-2: the wall clock jumped, `drift` is what to add now. Plans within check
 * periods are made anew, all others stay.
 */
void schedule_clock_jumped(struct schedule *s, int64_t drift, int64_t now);
void schedule_replan(
    struct schedule *s, uint32_t object, enum replan how, int64_t now);
/* SC-15; `when` in the schedule's clock. */
void schedule_check_at(struct schedule *s, uint32_t object, int64_t when,
    bool forced, int64_t now);
/*
 * A run took place now that was not planned (SC-3, SC-16): it replaces the
 * next one. `series`: it ended a series of retries.
 */
void schedule_ran(
    struct schedule *s, uint32_t object, bool series, int64_t now);
/* Does the planned run skip the gates, whenever it is? */
bool schedule_is_forced(const struct schedule *s, uint32_t object);
/* The plan as engine_ops.planned tells it. */
uint64_t schedule_plan_of(const struct schedule *s, uint32_t object);
/* Wall seconds of the next planned check, 0 for none. */
int64_t schedule_next_check(const struct schedule *s, uint32_t object);

#endif
