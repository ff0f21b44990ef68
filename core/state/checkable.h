/* SPDX-License-Identifier: Apache-2.0
 *
 * A host or a service while the site runs: what its results made of it.
 * Everything that the configuration says about it stays in the snapshot, at
 * the same index. Some hundred thousand of these exist: mind the size.
 *
 * Times are wall seconds, 0 for never.
 */
#ifndef CORE_STATE_CHECKABLE_H
#define CORE_STATE_CHECKABLE_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	HOST_UP,
	HOST_DOWN,
	HOST_UNREACH
};
enum {
	SERVICE_OK,
	SERVICE_WARN,
	SERVICE_CRIT,
	SERVICE_UNKNOWN
};
enum {
	STATE_GOOD = 0
}; /* UP or OK */

/* checkable.flags; some are switches with a modified attribute. */
#define CHECKABLE_ACTIVE         0x0001u /* active checks enabled */
#define CHECKABLE_PASSIVE        0x0002u /* passive results accepted */
#define CHECKABLE_NOTIFY         0x0004u /* notifications enabled */
#define CHECKABLE_FLAP_DETECTION 0x0008u
#define CHECKABLE_HANDLER        0x0010u /* event handler enabled */
#define CHECKABLE_CHECKED        0x0020u /* not PENDING any more */
#define CHECKABLE_HARD           0x0040u /* state type */
#define CHECKABLE_HOST_PROBLEM   0x0080u /* last bad result: host not UP */
#define CHECKABLE_FLAPPING       0x0100u
#define CHECKABLE_LAST_PASSIVE   0x0200u /* last result came from outside */
#define CHECKABLE_EXECUTING      0x0400u /* a job is under way */
#define CHECKABLE_NOT_UP         0x0800u /* host: its own last result */
#define CHECKABLE_AWAITED        0x1000u /* host: others wait for its check */
#define CHECKABLE_FRESHNESS      0x2000u /* freshness is checked (FR-1) */
#define CHECKABLE_REFRESHING     0x4000u /* a run for freshness is under way */
#define CHECKABLE_REFRESHED      0x8000u /* it is not needed any more */

/* checkable.modified: bits of core-semantics section 13 */
#define MODIFIED_NOTIFICATIONS  0x0001u
#define MODIFIED_ACTIVE         0x0002u
#define MODIFIED_PASSIVE        0x0004u
#define MODIFIED_HANDLER        0x0008u
#define MODIFIED_FLAP_DETECTION 0x0010u
#define MODIFIED_HANDLER_LINE   0x0100u
#define MODIFIED_CHECK_COMMAND  0x0200u
#define MODIFIED_CHECK_INTERVAL 0x0400u
#define MODIFIED_RETRY_INTERVAL 0x0800u
#define MODIFIED_MAX_ATTEMPTS   0x1000u
#define MODIFIED_FRESHNESS      0x2000u
#define MODIFIED_CHECK_PERIOD   0x4000u
#define MODIFIED_VARIABLE       0x8000u
#define MODIFIED_NOTIFY_PERIOD  0x10000u

enum acknowledgement {
	ACK_NONE,
	ACK_NORMAL,
	ACK_STICKY
};

/* Why a notification is not sent, in the order of the tests (NO table). */
enum hold {
	HOLD_NONE,
	HOLD_GLOBAL_OFF,
	HOLD_OBJECT_OFF,
	HOLD_STATE_OFF,
	HOLD_ACKNOWLEDGED,
	HOLD_HOST_DOWN,
	HOLD_PARENTS_DOWN,
	HOLD_PERIOD,
	HOLD_FLAPPING,
	HOLD_DOWNTIME,
	HOLD_HOST_DOWNTIME,
	HOLD_DELAY,
	HOLD_PENDING_CHECK,
	HOLD_INTERVAL,
	HOLDS
};

struct downtime;
struct comment;

struct override;  /* what commands replaced, see override.h */
struct clustered; /* what nodes said, see cluster.c */
struct withheld;  /* a result that waits for the parents', see reach.c */

struct checkable {
	char *text; /* output, long output, perfdata: one after the other */
	char *blob; /* opaque: goes with the next job */
	uint32_t text_cap, blob_cap;
	uint32_t output_len, long_len, perf_len, blob_len;
	struct downtime *downtimes; /* lists, newest first */
	struct comment *comments;
	struct withheld *withheld;   /* NULL: nothing is */
	struct override *over;       /* NULL: as configured */
	struct clustered *clustered; /* NULL: no node said anything */
	uint64_t problem_id, last_problem_id, event_id,
	    last_event_id; /* MC-7 */
	int64_t problem_start, problem_end;
	int64_t last_check, last_change, last_hard_change, last_time[4];
	int64_t last_notification; /* of a problem, or its loss: repetition */
	int64_t not_before;        /* DELAY command: earliest next problem */
	int64_t first_problem;     /* hard change from good: first delay */
	int64_t ack_expire;
	int64_t evidence_from; /* a held one waits for a result from here on */
	int64_t flap_at;       /* when flap_level held */
	int64_t created;       /* first seen by this process */
	int64_t cached_at;
	float flap_level;
	uint32_t cache_interval;
	uint32_t latency_us, execution_us;
	uint32_t check_interval_ms, retry_interval_ms; /* in effect */
	uint32_t check_period, notification_period;    /* in effect */
	uint32_t number; /* of notifications of this problem */
	uint32_t modified;
	uint16_t flags;
	uint16_t attempt, max_attempts;
	uint16_t downtime_depth;
	uint8_t state, last_state, hard_state, previous_hard;
	uint8_t notified; /* last state that somebody was told (NO-15) */
	uint8_t settled;  /* last state that was decided: sent or lost */
	uint8_t ack;      /* enum acknowledgement */
	uint8_t held;     /* enum hold: why one waits */
	uint8_t held_for; /* the state that waits */
};

/* Where the texts begin; never NULL, so that offsets are fine. */
static inline const char *
checkable_texts(const struct checkable *o)
{
	return o->text == NULL ? "" : o->text;
}
static inline struct slice
checkable_output(const struct checkable *o)
{
	return (struct slice){checkable_texts(o), o->output_len};
}
static inline struct slice
checkable_long_output(const struct checkable *o)
{
	return (struct slice){checkable_texts(o) + o->output_len, o->long_len};
}
static inline struct slice
checkable_perfdata(const struct checkable *o)
{
	return (struct slice){
	    checkable_texts(o) + o->output_len + o->long_len, o->perf_len};
}
static inline struct slice
checkable_blob(const struct checkable *o)
{
	return (struct slice){o->blob, o->blob_len};
}

/*
 * Stores the texts, cut to TEXT_* at a character's boundary. No allocation
 * while they fit. True if the output or long output differs from before.
 */
#define TEXT_OUTPUT_MAX (8u << 10)
#define TEXT_LONG_MAX   (64u << 10)
#define TEXT_PERF_MAX   (64u << 10)
#define TEXT_BLOB_MAX   (256u << 10)
bool checkable_set_text(struct checkable *o, struct slice output,
    struct slice long_output, struct slice perfdata);
void checkable_set_blob(struct checkable *o, struct slice blob);
/* Frees what it owns except downtimes and comments. */
void checkable_clear(struct checkable *o);

#endif
