/* SPDX-License-Identifier: Apache-2.0
 *
 * A read-only copy of core's state for one generation of the configuration:
 * what queries look at. Pure: fed by the messages of core's state stream, the
 * time is an argument. Numbers lie in columns, a page of objects at a time,
 * because queries look at few fields of many objects.
 *
 * One thread feeds the mirror. Other threads look at frozen copies of it
 * (mirror_freeze()), which share all pages with the mirror: what changes
 * later is copied first, and what a frozen copy may still see lives until that
 * is released. So neither waits for the other.
 *
 * All text in here is valid UTF-8 without NUL.
 */
#ifndef LIVESTATUSD_MIRROR_MIRROR_H
#define LIVESTATUSD_MIRROR_MIRROR_H

#include "common/config/snapshot.h"
#include "common/err.h"
#include "common/msg.h"
#include "livestatusd/mirror/times.h"

#include <stdbool.h>
#include <stdint.h>

/* Fields of msg_checkable that are kept as they come: type, name. */
#define MIRROR_NUMBERS(N)                                                      \
	N(uint32_t, attempt)                                                   \
	N(uint32_t, max_attempts)                                              \
	N(uint32_t, flags)                                                     \
	N(uint32_t, modified)                                                  \
	N(uint32_t, downtime_depth)                                            \
	N(uint32_t, notification_number)                                       \
	N(int64_t, last_check)                                                 \
	N(int64_t, next_check)                                                 \
	N(int64_t, last_state_change)                                          \
	N(int64_t, last_hard_state_change)                                     \
	N(int64_t, last_time_0)                                                \
	N(int64_t, last_time_1)                                                \
	N(int64_t, last_time_2)                                                \
	N(int64_t, last_time_3)                                                \
	N(int64_t, last_notification)                                          \
	N(int64_t, next_notification)                                          \
	N(uint32_t, check_interval_ms)                                         \
	N(uint32_t, retry_interval_ms)                                         \
	N(uint32_t, latency_us)                                                \
	N(uint32_t, execution_us)                                              \
	N(float, flap_percent)                                                 \
	N(int64_t, cached_at)                                                  \
	N(uint32_t, cache_interval)                                            \
	N(uint32_t, feed_interval_ms)                                          \
	N(int64_t, freshness_from)                                             \
	N(uint64_t, problem_id)                                                \
	N(uint64_t, last_problem_id)                                           \
	N(float, flap_level)                                                   \
	N(uint32_t, check_period)                                              \
	N(uint32_t, notification_period)                                       \
	N(uint32_t, feed_period)
/* Those that are brought into a range, or made of others. */
#define MIRROR_STATES(N)                                                       \
	N(uint8_t, state)           /* 0-3 */                                  \
	N(uint8_t, hard_state)      /* the last one, 0-3 */                    \
	N(uint8_t, last_state)      /* 0-3 */                                  \
	N(uint8_t, previous_hard)   /* 0-3 */                                  \
	N(uint8_t, notified)        /* 0-3 */                                  \
	N(uint8_t, state_type)      /* 0 soft, 1 hard */                       \
	N(uint8_t, acknowledgement) /* 0-2 */                                  \
	N(uint8_t, acknowledged)    /* 0, 1 */                                 \
	N(uint8_t, checked)         /* 0, 1 */                                 \
	N(uint8_t, summary)         /* MIRROR_SUM_* */                         \
	N(uint8_t, plain)           /* bits 1 << enum mirror_texts */          \
	N(int64_t, updated_us)      /* wall time of the last message */

/* One byte that tells all that counts of hosts and groups are made of. */
#define MIRROR_SUM_STATE   0x03u /* the state */
#define MIRROR_SUM_HARD    0x0cu /* the last hard state */
#define MIRROR_SUM_CHECKED 0x10u
#define MIRROR_SUM_HANDLED 0x20u /* acknowledged, or in downtime */

enum mirror_texts {
	MIRROR_OUTPUT,
	MIRROR_LONG_OUTPUT,
	MIRROR_PERFDATA,
	MIRROR_POSTPONEMENT
};

/* The texts of one object, one after the other; lengths in bytes. */
struct mirror_text {
	char *buf; /* NULL if all are empty */
	uint32_t output, long_output, perfdata, postponement;
};

/* The name or description, where queries look most; in the configuration it
 * lies far apart. */
struct mirror_name {
	snap_str at;
	uint32_t len : 31;
	uint32_t plain : 1; /* see mirror_is_plain() */
};

/* What commands put in place of the configuration. */
struct mirror_override {
	char *check_command, *event_handler; /* NULL: as configured */
	char **variables;                    /* n pairs: name, value */
	uint32_t n;
};
struct mirror_contact {
	bool host_notifications, service_notifications;
	uint32_t host_period, service_period;
	uint32_t modified, modified_host, modified_service;
	struct mirror_override over; /* the variables */
};

/* A downtime or a comment. */
struct mirror_note {
	uint64_t id;
	uint32_t object;
	union { /* author and comment point behind the note */
		struct msg_downtime d;
		struct msg_comment c;
	};
};
/* Those of one object, id ascending. */
struct mirror_notes {
	uint32_t n;
	const struct mirror_note *v[];
};
/* All of a kind, id ascending. */
struct mirror_all_notes {
	struct mirror_note **v;
	size_t n, cap;
};

struct mirror_counter {
	char *name;
	double value, rate; /* rate: per second, averaged over a minute */
};

/* What happened since the mirror was made; for queries that wait. */
enum mirror_event {
	MIRROR_CHECK,
	MIRROR_STATE,
	MIRROR_LOG,
	MIRROR_DOWNTIME,
	MIRROR_COMMENT,
	MIRROR_COMMAND,
	MIRROR_PROGRAM,
	MIRROR_EVENTS
};

/*
 * What changes of neighbouring objects. Everything that a pointer in here names
 * is replaced as a whole, never written to.
 */
#define MIRROR_SHIFT 7
#define MIRROR_PAGE  (1u << MIRROR_SHIFT) /* objects */
struct mirror_page {
#define MIRROR_MEMBER(type, name) type name[MIRROR_PAGE];
	MIRROR_STATES(MIRROR_MEMBER)
	uint64_t version; /* of the mirror, when the page was made */
	struct mirror_text text[MIRROR_PAGE];
	MIRROR_NUMBERS(MIRROR_MEMBER)
	const struct mirror_override *over[MIRROR_PAGE]; /* NULL for most */
	const struct mirror_notes *downtimes_of[MIRROR_PAGE];
	const struct mirror_notes *comments_of[MIRROR_PAGE];
};

struct bi;
struct mirror_private; /* freeze.c */

struct mirror {
	const struct snapshot *snap;
	struct bi *bi;              /* aggregations, up to date */
	struct times *times;        /* time periods */
	struct mirror_page **pages; /* see mirror_get() */
	/* What the configuration says. The host's number; a host's own. */
	uint32_t *host_of;
	struct mirror_name *names; /* by object */
	/* host h's children: children[child_from[h]..child_from[h + 1]) */
	uint32_t *child_from, *children;
	struct mirror_contact *contacts; /* by contact */
	struct mirror_all_notes downtimes, comments;
	bool handlers;         /* an object has an event handler */
	uint32_t switches;     /* MSG_SWITCH_* */
	int64_t program_start; /* of core */
	int64_t status_at_ns;  /* when the counters came; 0: never */
	struct mirror_counter *counters;
	size_t n_counters, cap_counters;
	uint64_t events[MIRROR_EVENTS];
	int64_t now_us;   /* of the message that is being applied */
	uint64_t ignored; /* messages about what is not in the snapshot */
	struct str scratch;
	struct mirror_private *priv;
};

/* A field of object `i`. */
#define mirror_get(m, i, field)                                                \
	(((const struct mirror_page *)(m)->pages[(i) >> MIRROR_SHIFT])         \
		->field[(i) & (MIRROR_PAGE - 1)])

/*
 * All objects pending. The snapshot is borrowed until mirror_free(). NULL with
 * a reason if its time periods cannot be compiled.
 */
struct mirror *mirror_new(const struct snapshot *snap, struct err *err_r);
/* Ends when its last frozen copy is released. */
void mirror_free(struct mirror **m);
/* The mirror closes its snapshot when it ends. */
void mirror_own_snapshot(struct mirror *m, struct snapshot *snap);

/*
 * The mirror as it is now, for other threads to read, until mirror_release().
 * Both are called by the thread that feeds the mirror. Cheap: nothing is copied
 * but a list of pages, and nothing at all if nothing has changed since the last
 * time.
 */
const struct mirror *mirror_freeze(struct mirror *m);
void mirror_release(const struct mirror **frozen);
/* Frozen copies that are held, and bytes that live on for their sake alone. */
size_t mirror_frozen(const struct mirror *m);
size_t mirror_kept_bytes(const struct mirror *m);

/*
 * Takes in one message of the state stream; other kinds are ignored. `now_ns`
 * is wall time. The message is not needed after the return.
 */
void mirror_apply(struct mirror *m, const struct msg *msg, int64_t now_ns);

/* For tests and log-tailing queries: something of that class happened. */
void mirror_event(struct mirror *m, enum mirror_event event);

/* NULL if core has not told such a counter. */
const struct mirror_counter *mirror_counter(
    const struct mirror *m, const char *name);

static inline struct slice
mirror_output(const struct mirror *m, uint32_t i)
{
	const struct mirror_text *t = &mirror_get(m, i, text);

	return (struct slice){t->buf, t->output};
}
static inline struct slice
mirror_long_output(const struct mirror *m, uint32_t i)
{
	const struct mirror_text *t = &mirror_get(m, i, text);

	return (struct slice){
	    t->buf == NULL ? NULL : t->buf + t->output, t->long_output};
}
static inline struct slice
mirror_perfdata(const struct mirror *m, uint32_t i)
{
	const struct mirror_text *t = &mirror_get(m, i, text);

	return (struct slice){
	    t->buf == NULL ? NULL : t->buf + t->output + t->long_output,
	    t->perfdata};
}
static inline struct slice
mirror_postponement(const struct mirror *m, uint32_t i)
{
	const struct mirror_text *t = &mirror_get(m, i, text);

	return (struct slice){t->buf == NULL
		? NULL
		: t->buf + t->output + t->long_output + t->perfdata,
	    t->postponement};
}

static inline struct slice
mirror_text(const struct mirror *m, uint32_t i, enum mirror_texts which)
{
	switch (which) {
	case MIRROR_OUTPUT:
		return mirror_output(m, i);
	case MIRROR_LONG_OUTPUT:
		return mirror_long_output(m, i);
	case MIRROR_PERFDATA:
		return mirror_perfdata(m, i);
	case MIRROR_POSTPONEMENT:
		break;
	}
	return mirror_postponement(m, i);
}
static inline struct slice
mirror_name(const struct mirror *m, uint32_t i)
{
	return (struct slice){snap_s(m->snap, m->names[i].at), m->names[i].len};
}
/* Nothing in it has another form in JSON. */
bool mirror_is_plain(struct slice text);

/* The value that a command gave the variable, in upper case; NULL. */
const char *mirror_variable(const struct mirror_override *o, const char *name);

/* freeze.c: for the files of mirror/ alone. */
/* Makes the pages, all zero. */
void mirror_open_private(struct mirror *m, size_t pages);
void mirror_free_pages(struct mirror *m, size_t pages);
void mirror_free_values(struct mirror *m); /* mirror.c */
/* The object's page, to be written to. */
struct mirror_page *mirror_page(struct mirror *m, uint32_t object);
/*
 * An array of `n` elements in use, to be written to: copied if a frozen copy
 * shares it. `shared` is one of MIRROR_SHARED.
 */
enum mirror_shared {
	MIRROR_CONTACTS,
	MIRROR_DOWNTIMES,
	MIRROR_COMMENTS,
	MIRROR_COUNTERS,
	MIRROR_SHARED
};
void mirror_own(struct mirror *m, enum mirror_shared which);
/* Frees memory of `size` bytes as soon as no frozen copy can see it. */
void mirror_retire(struct mirror *m, void *p, size_t size);

/* override.c */
void mirror_put_override(struct mirror *m, const struct mirror_override **at,
    const struct msg_checkable *c);
void mirror_put_contact(struct mirror *m, const struct msg_contact_state *c);
void mirror_start_contacts(struct mirror *m);
void mirror_drop_overrides(struct mirror *m);

/* notes.c */
void mirror_put_downtime(struct mirror *m, const struct msg_downtime *d);
void mirror_drop_downtime(struct mirror *m, uint64_t id);
void mirror_put_comment(struct mirror *m, const struct msg_comment *c);
void mirror_drop_comment(struct mirror *m, uint64_t id);
void mirror_drop_notes(struct mirror *m);

#endif
