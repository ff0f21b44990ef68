/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of events: messages, time and commands go in, open events change,
 * and what must be told to others comes out through struct engine_effects.
 * Pure: no I/O, no clock; `now` is wall time in microseconds and must not be
 * earlier than in the call before by more than the clock was set back.
 */
#ifndef EVENTD_EVENT_ENGINE_H
#define EVENTD_EVENT_ENGINE_H

#include "eventd/event/index.h"
#include "eventd/options.h"
#include "eventd/rule/match.h"
#include "eventd/rule/template.h"

#define ACTION_NOTIFY "@NOTIFY"

struct engine_effects {
	/* The event is new or other than before. */
	void (*changed)(struct event *ev, void *arg);
	/* The event is closed; it is freed after the return. */
	void (*gone)(const struct event *ev, void *arg);
	/* A line of the archive, with a copy of the event as it is now. */
	void (*history)(const char *what, const char *who, const char *addinfo,
	    const struct event *ev, int64_t now_us, void *arg);
	/* Run the action, or ACTION_NOTIFY. `recovery`: for cancel.actions. */
	void (*action)(
	    struct event *ev, const char *action, bool recovery, void *arg);
	/* A limit came into effect: "host", "rule" or "overall". */
	void (*overflow)(const char *scope, uint32_t limit,
	    const struct event *ev, void *arg); /* may be NULL */
	/* A message, its host translated; `made`: a rule made use of it. */
	void (*heard)(const struct message *m, bool made, void *arg);
	/* No rule fitted the message. */
	void (*unmatched)(const struct message *m, int64_t now_us,
	    void *arg); /* may be NULL */
	/* An expecting rule began an interval or counted; see watch. */
	void (*watch)(
	    const char *rule_id, int64_t from_us, uint64_t count, void *arg);
	void *arg;
};

/* What the engine may ask about the rest of the site. All borrowed. */
struct engine_world {
	struct match_world match;
	/*
	 * Name of the monitored host that is meant by name, alias or address;
	 * NULL if none.
	 */
	const char *(*core_host)(const char *name, void *arg);
	bool (*in_downtime)(const char *core_host, void *arg);
	/* The host's own limit (custom variable EC_EVENT_LIMIT). */
	bool (*host_limit)(
	    const char *core_host, struct limit *limit_r, void *arg);
	/* Is there an action of that id? NULL: all are. */
	bool (*has_action)(const char *action, void *actions);
	void *actions; /* for has_action */
	void *arg;
};

struct engine_counters {
	uint64_t messages, by_input[INPUT_COUNT];
	uint64_t unparsed, decode_fallback;
	uint64_t rule_tries, rule_hits, drops, overflows, events;
	uint64_t orphans; /* no rule matched */
};

/* The gathering of an expecting rule in its present interval. */
struct watch {
	struct rule *rule;
	int64_t from_us, until_us, ran_from_us;
	uint64_t count;
};

struct engine {
	struct ruleset *rules;          /* own */
	struct eventd_options *options; /* own */
	const struct engine_world *world;
	const struct engine_effects *effects;
	struct event_index index;
	struct engine_counters counters;
	struct pattern_scratch *scratch;
	struct str host;         /* of the message, translated */
	uint64_t next_id;        /* of our own space */
	uint64_t other_next;     /* of the other */
	bool fallback;           /* our space is the second */
	bool passive;            /* another event console does the work */
	uint32_t overall_active; /* the overall limit in effect; 0: not */
	struct watch *watches;
	size_t n_watches;
	match_trace_fn *trace; /* may be set; sees each tried rule */
	void *trace_arg;
	bool try_every; /* rule, for the trace */
	bool restoring;
	/* Measures rules by one message of RULE_SAMPLE; NULL: none. */
	int64_t (*clock)(void);
	const char *who; /* gives the command that runs; NULL: nobody */
};

/* Takes rules and options over. `seed`: random, against chosen collisions. */
struct engine *ec_engine_new(struct ruleset *rules,
    struct eventd_options *options, const struct engine_world *world,
    const struct engine_effects *effects, uint64_t seed);
void ec_engine_free(struct engine **e);

/*
 * Ids of events that a fallback made begin here, so that it and the event
 * console that it stands in for never give one twice.
 */
#define EVENT_FALLBACK_IDS UINT64_C(1000000000000)

/* Which ids are our own; before anything is restored, or later. */
void ec_engine_set_fallback(struct engine *e, bool fallback);
/* Is it an id of our own space? */
bool ec_engine_own_id(const struct engine *e, uint64_t id);
/* Ids from this one on may be given, in its space. */
void ec_engine_set_next(struct engine *e, uint64_t id);
/* That id is in use. */
void ec_engine_seen(struct engine *e, uint64_t id);
/* Both spaces start anew. */
void ec_engine_forget_ids(struct engine *e);

/*
 * Before the first message: events, hits and watches of an earlier run. Takes
 * the event over; one with a known id replaces it.
 */
void ec_engine_restore(struct engine *e, struct event *ev);
void ec_engine_restore_gone(struct engine *e, uint64_t id);
void ec_engine_restore_hits(struct engine *e, const char *rule, uint64_t hits);
void ec_engine_restore_watch(
    struct engine *e, const char *rule, int64_t from_us, uint64_t count);
/* After the last of these. */
void ec_engine_start(struct engine *e, int64_t now_us);

/* Takes the new rules and options over; events stay. */
void ec_engine_reload(struct engine *e, struct ruleset *rules,
    struct eventd_options *options, int64_t now_us);

/* A message; its host is translated in place. */
void ec_engine_message(struct engine *e, struct message *m, int64_t now_us);
/* Does what is due. */
void ec_engine_tick(struct engine *e, int64_t now_us);
/* When ec_engine_tick() is to be called; INT64_MAX: nothing waits. */
int64_t ec_engine_due(const struct engine *e);
/* The downtime of a monitored host ended: its events are archived. */
void ec_engine_downtime_ended(
    struct engine *e, const char *core_host, int64_t now_us);

/* --- for commands (event/command.c) ------------------------------------- */

void ec_engine_close(struct engine *e, struct event *ev, const char *what,
    const char *who, const char *addinfo, int64_t now_us);
/* No longer acknowledged; reminders begin anew. */
void ec_engine_reopen(struct engine *e, struct event *ev, int64_t now_us);
void ec_engine_changed(struct engine *e, struct event *ev);
/* The next deadline by phase and settings; after any change of either. */
void ec_engine_schedule(struct engine *e, struct event *ev);

/*
 * The event console's own word on a subject and a host ("" for none): an event
 * of state WARN, or the one that lives already with a new text (own.c).
 */
void ec_engine_tell(struct engine *e, const char *subject, const char *host,
    struct slice text, int64_t now_us);

/* --- between the engine's files ------------------------------------------ */

void ec_engine_open(struct engine *e, struct event *ev, const struct rule *rule,
    int64_t now_us);
/* Adds the event within the limits; false: dropped and freed. */
bool ec_engine_create(
    struct engine *e, struct event *ev, struct rule *rule, int64_t now_us);
void ec_engine_rewrite(struct engine *e, struct event *ev, struct rule *rule,
    const struct message *m, const struct match *match);
void ec_engine_find_core_host(struct engine *e, struct event *ev);
bool limits_admit(struct engine *e, const struct event *ev, struct rule *rule,
    int64_t now_us);
void limits_reached(struct engine *e, const struct event *ev, struct rule *rule,
    int64_t now_us);
/*
 * After events came anew into the index: a limit that a live event tells of,
 * and that is still reached, is in effect.
 */
void limits_resume(struct engine *e);
/* `at_us`: on the clock of counting (EC-10), not after now_us. */
void count_message(struct engine *e, struct event *ev, struct rule *rule,
    int64_t at_us, int64_t now_us);
uint64_t count_join_hash(
    const struct engine *e, const struct event *ev, const struct rule *rule);
int64_t count_due(const struct event *ev, const struct rule *rule);
/* False: the event ended. */
bool count_decay(
    struct engine *e, struct event *ev, struct rule *rule, int64_t now_us);
void cancel_events(struct engine *e, struct rule *rule, const struct message *m,
    const struct match *match, int64_t now_us);
void expect_message(struct engine *e, struct rule *rule, int64_t now_us);
void expect_setup(struct engine *e, int64_t now_us);
/* Of what is watched, that by rules that are still there. */
void expect_keep(struct engine *e);
void expect_tick(struct engine *e, int64_t now_us);
int64_t expect_due(const struct engine *e);
/* The first boundary after t. */
int64_t expect_boundary(int64_t t_us, int64_t interval_us, int64_t offset_us);

#endif
