/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine: results, commands and the passing of time go in, states and
 * decisions come out. Pure: the time is an argument (wall seconds that never
 * go back), there is no I/O; whatever must be told to anyone goes through
 * struct engine_ops. core/effects implements it for the site, `vedette
 * simulate` for a virtual one.
 */
#ifndef CORE_STATE_ENGINE_H
#define CORE_STATE_ENGINE_H

#include "common/config/snapshot.h"
#include "common/err.h"
#include "common/period.h"
#include "core/schedule/heap.h"
#include "core/state/checkable.h"
#include "core/state/idmap.h"

/* For `what` of engine_ops.object */
#define OBJECT_CHANGED 0x1u /* readers must see it */
#define OBJECT_KEEP    0x2u /* a crash must not undo it */

struct result;

enum downtime_event {
	DOWNTIME_ADDED,
	DOWNTIME_STARTED,
	DOWNTIME_CHANGED,
	DOWNTIME_ENDED,
	DOWNTIME_CANCELLED
};
enum replan {
	REPLAN_RETRY,   /* a soft problem: retry interval from now */
	REPLAN_REGULAR, /* the plan may go back to its phase */
	REPLAN_SOON,    /* within 10 s (ST-14) */
	REPLAN_SETTINGS /* interval, period or switch changed */
};

#define DOWNTIME_BY_RULE 1 /* downtime.origin: by the configuration */

struct downtime {
	struct downtime *next; /* of the same object */
	uint64_t id, comment_id, triggered_by, origin;
	uint32_t object, recurring; /* DT-14: mode without bit 0, 0 none */
	int64_t entry, start, end, duration, actual_start;
	int64_t first; /* recurring: start of the first one */
	bool fixed, active;
	char *author, *comment;
};

enum comment_type {
	COMMENT_USER = 1,
	COMMENT_DOWNTIME,
	COMMENT_FLAPPING,
	COMMENT_ACK
};
struct comment {
	struct comment *next; /* of the same object */
	uint64_t id;
	uint32_t object;
	uint8_t type; /* enum comment_type */
	bool external, persistent;
	int64_t entry, expire;
	char *author, *text;
};

struct notice {           /* a raw notification, decided */
	const char *what; /* PROBLEM, RECOVERY, ... */
	uint32_t object, number;
	uint8_t state; /* that it tells */
	struct slice author, comment;
	/* ALERTHANDLER: what ran, what it said, and whether it failed. */
	struct slice handler, output;
	bool failed;
};

/* A handler that is to run; everything is borrowed for the call. */
struct handler {
	uint32_t object;
	bool global;
	bool alert;              /* an alert handler (EH-2) */
	const char *command;     /* as configured, NAME!args */
	const char *line, *args; /* its line and what $ARGn$ come from */
	bool hard;               /* state type and attempt of the event */
	unsigned attempt;
};

struct engine;
struct engine_ops {
	/* The run-time state of an object changed; `what`: OBJECT_*. */
	void (*object)(void *arg, uint32_t object, unsigned what);
	/* State, type or attempt changed by a result; before what follows. */
	void (*state)(void *arg, uint32_t object);
	/* A line of the history, without "[time] ". */
	void (*line)(void *arg, int64_t now, struct slice line);
	/* Somebody should know. Comes before the state that it leaves. */
	void (*notice)(void *arg, int64_t now, const struct notice *n);
	/* An event was decided against. */
	void (*suppressed)(
	    void *arg, uint32_t object, const char *what, enum hold reason);
	/* Nobody is told, but a problem that somebody was told of has come to
	 * that: what goes on about it by itself must know (NT-6). `what` as of
	 * a notice; GOOD and BAD while a RECOVERY waits. May be NULL. */
	void (*quiet)(
	    void *arg, uint32_t object, const char *what, int64_t now);
	/* Ended and cancelled: `d` is freed after the return. */
	void (*downtime)(
	    void *arg, const struct downtime *d, enum downtime_event event);
	void (*comment)(void *arg, const struct comment *c, bool gone);
	void (*acknowledgement)(void *arg, uint32_t object, bool set);
	void (*flapping)(void *arg, uint32_t object, bool on);
	void (*replan)(void *arg, uint32_t object, enum replan how);
	/* SCHEDULE_*_CHECK: not later than `when`, whatever if forced. */
	void (*check_at)(void *arg, uint32_t object, int64_t when, bool forced);
	/* Switches or next numbers of the whole changed. */
	void (*program)(void *arg);
	void (*period)(void *arg, uint32_t period, bool active);
	/* A contact's run-time state changed; may be NULL. */
	void (*contact)(void *arg, uint32_t contact);
	/* When the object's check runs next: wall seconds * 2, + 1 if it is
	 * forced; 0: not at all. For what is kept; may be NULL. */
	uint64_t (*planned)(void *arg, const struct engine *e, uint32_t object);
	/* A result with performance data was taken; may be NULL. */
	void (*measured)(
	    void *arg, uint32_t object, const struct result *r, int64_t now);
	/* EH-1, EH-2: run it, but never wait for it; may be NULL. An alert
	 * handler has no line yet: tell alert_started() and alert_ended(). */
	void (*handler)(void *arg, const struct handler *h);
};

struct contact_state; /* override.h */

#define ENGINE_USERS 32 /* values of $USERn$ */

struct engine_settings {
	bool notify_unreachable; /* NO-6 */
	bool drop_late_recovery; /* NO-4: none after a downtime */
	bool drop_missed_end;    /* RT-4: no DOWNTIMEEND when it was off */
	bool log_suppressed;     /* lines NOTIFICATION SUPPRESSED */
	bool log_passive;        /* lines PASSIVE ... CHECK */
	const char *handlers[2]; /* global: of hosts, of services; "" */
	const char *users[ENGINE_USERS]; /* $USERn$; NULL: there is none */
};

/* CR-2: results that were not used, by reason. */
struct engine_counters {
	uint64_t passive_off, passive_period, older, refreshed;
};

struct engine {
	const struct snapshot *snap;   /* borrowed */
	const struct periods *periods; /* borrowed */
	struct engine_settings settings;
	struct checkable *objects;        /* snap->n_objects */
	uint32_t *children, *children_of; /* of host h: children[children_of[h]
					     .. children_of[h + 1]) */
	uint32_t *clusters, *clusters_of; /* the same of nodes and clusters */
	int8_t *period_in;  /* last known per period, -1 unknown */
	struct heap timers; /* objects by the second of their next event */
	struct heap period_timers;
	struct idmap downtimes, comments;
	struct contact_state *contacts; /* snap->n_contacts */
	uint64_t *planned; /* as read by retention, until there is a schedule;
			      or NULL */
	char *handlers[2]; /* of commands, in place of the settings'; or NULL */
	uint64_t next_downtime, next_comment;
	uint64_t next_problem; /* next id of a problem or event (MC-7) */
	uint32_t switches;     /* MSG_SWITCH_* */
	int64_t started;
	int64_t back_at; /* second to which the clock was set back last */
	bool starting;   /* engine_start() is under way */
	struct engine_counters counters;
	int64_t refusal_minute; /* of commands that were refused: how many */
	uint32_t refusals;
	const struct engine_ops *ops;
	void *arg;
};

struct result {
	uint8_t code; /* service: state; host: 0 UP, else not */
	bool passive;
	int64_t start; /* of the measurement */
	uint32_t latency_us, execution_us;
	struct slice output, long_output, perfdata;
	bool has_blob;
	struct slice blob;
	int64_t cached_at;
	uint32_t cache_interval;
};

/*
 * `snap` and `periods` are borrowed until engine_free() or the next
 * configuration. All objects are PENDING, timers are not set.
 */
struct engine *engine_new(const struct snapshot *snap,
    const struct periods *periods, const struct engine_settings *settings,
    const struct engine_ops *ops, void *arg, int64_t now);
void engine_free(struct engine **engine);
/* After the state was loaded: sets every timer, starts what is due. */
void engine_start(struct engine *e, int64_t now);

/* A result of an active check, or one that was accepted. */
void engine_result(
    struct engine *e, uint32_t object, const struct result *r, int64_t now);
/* CR-2: NULL if a result may be used, else why it is dropped; counted. */
const char *engine_refuses(
    struct engine *e, uint32_t object, const struct result *r, int64_t now);
/* The second of the next event that time alone brings; HEAP_NEVER. */
int64_t engine_next(const struct engine *e);
/* Does what is due. Call at least at engine_next(). */
void engine_advance(struct engine *e, int64_t now);
/* TI-2: the wall clock jumped by so many seconds to `now`; what depends on it
 * is planned anew. */
void engine_clock_jumped(struct engine *e, int64_t by, int64_t now);

/* section 9 */
struct acknowledge {
	enum acknowledgement kind;
	bool notify, persistent;
	int64_t expire; /* 0: none */
	struct slice author, comment;
};
int engine_acknowledge(struct engine *e, uint32_t object,
    const struct acknowledge *a, int64_t now, struct err *err_r);
/* Not acknowledged: no effect. */
void engine_unacknowledge(struct engine *e, uint32_t object, int64_t now);

/* section 8; the id, or 0 with a reason (DT-1) */
struct downtime_spec {
	int64_t start, end, duration;
	bool fixed;
	uint32_t recurring;
	uint64_t triggered_by;
	uint64_t origin; /* 0, DOWNTIME_BY_RULE */
	int64_t first;   /* recurring: start of the first one; 0: `start` */
	struct slice author, comment;
};
uint64_t engine_downtime_add(struct engine *e, uint32_t object,
    const struct downtime_spec *spec, int64_t now, struct err *err_r);
int engine_downtime_cancel(
    struct engine *e, uint64_t id, int64_t now, struct err *err_r);
/* Takes all fields of `spec` except the author, comment where empty. */
int engine_downtime_modify(struct engine *e, uint64_t id,
    const struct downtime_spec *spec, int64_t now, struct err *err_r);

/* section 10 */
uint64_t engine_comment_add(struct engine *e, uint32_t object,
    const struct comment *fields, struct slice author, struct slice text,
    int64_t now);
int engine_comment_remove(struct engine *e, uint64_t id, struct err *err_r);
void engine_comment_remove_all(struct engine *e, uint32_t object);

/* section 13: sets or clears a CHECKABLE_* switch and its modified bit. */
void engine_switch(
    struct engine *e, uint32_t object, uint32_t flag, bool on, int64_t now);
/* Program-wide MSG_SWITCH_* bit. */
void engine_switch_global(struct engine *e, uint32_t bit, bool on, int64_t now);
/* Values of the configuration for attributes whose bit is not in the mask. */
void engine_configure(struct engine *e, uint32_t object, uint32_t modified);
/* After its settings changed: what waited for the old ones goes on. */
void engine_settings_changed(struct engine *e, uint32_t object, int64_t now);

/* CUSTOM (NO-28): options bit 2 forced, 4 counts. */
void engine_custom_notification(struct engine *e, uint32_t object,
    unsigned options, struct slice author, struct slice comment, int64_t now);
/* NO-27 */
void engine_delay_notification(
    struct engine *e, uint32_t object, int64_t until, int64_t now);

/* EH-1: the command line or NAME!args of all hosts (0) or services (1). */
const char *engine_global_handler(const struct engine *e, bool of_services);
/* "" takes it away; NULL returns to the settings. */
void engine_set_global_handler(
    struct engine *e, bool of_services, const char *command);

/* Asked by status readers. */
bool engine_is_service(const struct engine *e, uint32_t object);
const char *engine_state_word(
    const struct engine *e, uint32_t object, uint8_t state);
/* FL-2, decayed to `now`; and as percent_state_change. */
double engine_flap_level(const struct engine *e, uint32_t object, int64_t now);
double engine_flap_percent(double level);
/* NO-9, "" when none waits. */
const char *engine_postponement(const struct checkable *o);
/* "global_off", "downtime", ... of simulate. */
const char *engine_hold_name(enum hold hold);
/* Next time that a notification is due or a held one may go; 0: none. */
int64_t engine_next_notification(
    const struct engine *e, uint32_t object, int64_t now);

#endif
