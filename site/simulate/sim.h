/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated site, and what the files of this folder offer each other.
 */
#ifndef SITE_SIMULATE_SIM_H
#define SITE_SIMULATE_SIM_H

#include "common/clock.h"
#include "common/settings.h"
#include "core/config/match.h"
#include "core/config/tombs.h"
#include "core/history/lines.h"
#include "core/schedule/schedule.h"
#include "livestatusd/history/memory.h"
#include "livestatusd/mirror/mirror.h"
#include "notifyd/chains.h"
#include "notifyd/rulebook.h"
#include "notifyd/told.h"
#include "site/simulate/scenario.h"
#include "site/simulate/simulate.h"

struct sim_seen { /* of an object, what was printed last */
	uint8_t state, hard, checked, stale;
	uint16_t attempt, max;
	/* by what it was judged whether it is stale, see stale.c */
	bool judged;
	uint32_t interval, period;
	int64_t from;
};
struct sim_last { /* the last result that the timeline gave an object */
	char *raw;
	uint32_t len;
	uint8_t code;
	bool given;
};

struct sim {
	const struct sim_scenario *sc;
	const struct sim_options *options;
	/* the clocks: ns */
	int64_t t;    /* since the start */
	int64_t base; /* wall at the start; the monotonic clock begins so */
	int64_t jump; /* what `clock` added to the wall clock */
	/* output */
	struct str out;
	const char *rule; /* --explain: what the next event is due to */
	/* configuration */
	json_t *config; /* as written; what `reload` adds to */
	struct settings *settings;
	struct snapshot *snap;
	struct periods *periods;
	struct rulebook *book;
	uint64_t generation;
	char **keys; /* by object: ,"host":"...","service":"..." */
	/* the site */
	bool up;
	int ends;        /* by command: 1 to start anew, 2 for good */
	int64_t boot_at; /* while off */
	struct engine *engine;
	struct schedule *schedule;
	struct tombs *tombs;
	struct told *told;
	struct chains *chains; /* escalations */
	struct mirror *mirror; /* NULL until somebody asks */
	struct past_memory *past;
	struct sim_seen *seen; /* by object */
	struct sim_last *last; /* by object */
	struct quick *quick;   /* quick.c */
	struct heap stale;     /* objects by the second to look again */
	uint64_t notices, commands, checks;
	uint8_t *started; /* by id of a downtime: it was active */
	uint64_t n_started;
	/* the history */
	int64_t day_ends, last_stamp;
	char day[PAST_DAY]; /* of the present file */
	/* what a crash would leave */
	struct str image;
	int64_t crash_at; /* of the next one; INT64_MAX */
	size_t next_item;
	bool imaged;
	/* of the invariants: whose turn it is, and did the clock go back */
	uint32_t look_at, look_at_plan;
	bool went_back;
};

/* --- clock.c: see play.c -------------------------------------------------- */
static inline int64_t
sim_mono(const struct sim *s)
{
	return s->base + s->t;
}
static inline int64_t
sim_wall(const struct sim *s)
{
	return s->base + s->t + s->jump;
}
/* Wall seconds. */
static inline int64_t
sim_now(const struct sim *s)
{
	return sim_wall(s) / NS_PER_S;
}

/* --- print.c -------------------------------------------------------------- */
void sim_begin(struct sim *s, const char *event);
void sim_object(struct sim *s, uint32_t object);
void sim_text(struct sim *s, const char *key, struct slice value);
void sim_number(struct sim *s, const char *key, int64_t value);
void sim_real(struct sim *s, const char *key, double value);
void sim_bool(struct sim *s, const char *key, bool value);
void sim_json(struct sim *s, const char *key, const json_t *value);
void sim_end(struct sim *s);
void sim_error(struct sim *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Once the numbers of objects are others. */
void sim_keys_make(struct sim *s);
void sim_keys_free(struct sim *s);
#define SIM_FLUSH_BYTES (64u << 10)
void sim_flush(struct sim *s, bool all);
/* Appends seconds with milliseconds where there are any. */
void sim_add_time(struct str *to, int64_t ns);
/* UP, CRIT, ... */
const char *sim_state_word(const struct sim *s, uint32_t object, uint8_t state);
/* A line for people. */
void sim_table_line(struct sim *s, struct slice json, struct str *to);

/* --- tell.c: what the engine tells -----------------------------------------
 */
extern const struct engine_ops sim_ops;
/* Prints a `state` event if the object differs from what was printed. */
void sim_tell_state(struct sim *s, uint32_t object);

/* --- log.c ---------------------------------------------------------------- */
void sim_log(struct sim *s, struct slice line);
void sim_log_start(struct sim *s);
void sim_log_stop(struct sim *s);
/* A new day: states, once it has begun. */
void sim_log_turn(struct sim *s);
int64_t sim_log_day_ends(int64_t now);

/* --- notice.c --------------------------------------------------------------
 */
void sim_notice(struct sim *s, const struct notice *n);
/* What nobody is told, but ends escalations (engine_ops.quiet). */
void sim_quiet(struct sim *s, uint32_t object, const char *what);
struct chains *sim_chains_new(struct sim *s);
/* Wall milliseconds. */
static inline int64_t
sim_now_ms(const struct sim *s)
{
	return sim_wall(s) / NS_PER_MS;
}
/* The rules of a configuration. NULL with a reason. */
struct rulebook *sim_rules_make(const struct snapshot *snap,
    const struct settings *settings, struct err *err_r);

/* --- config.c --------------------------------------------------------------
 */
struct sim_config {
	struct snapshot *snap;
	struct settings *settings;
	struct periods *periods;
	struct rulebook *book;
	json_t *config; /* NULL where it came from files */
};
/* The scenario's or, for a reload, `value` at `way`. -1: mistakes. */
int sim_config_open(struct sim *s, json_t *value, const struct schema_way *way,
    struct sim_config *c_r, struct mistakes *m);
void sim_config_free(struct sim_config *c);
/* The present configuration with additions and without what was removed. */
json_t *sim_config_change(
    const json_t *config, const json_t *reload, struct err *err_r);

/* --- site.c: start, stop, reload -------------------------------------------
 */
void sim_site_start(struct sim *s, struct sim_config *c);
void sim_site_stop(struct sim *s, bool crash, int64_t down);
void sim_site_boot(struct sim *s);
/* Takes over what `c` holds. */
void sim_site_reload(struct sim *s, struct sim_config *c);
void sim_site_free(struct sim *s);
/* What the journal and the state file hold from now on. */
void sim_image(struct sim *s);

/* --- stale.c ---------------------------------------------------------------
 */
void sim_stale_init(struct sim *s);
void sim_stale_touch(struct sim *s, uint32_t object);
int64_t sim_stale_next(const struct sim *s); /* wall seconds */
void sim_stale_advance(struct sim *s);

/* --- play.c ----------------------------------------------------------------
 */
void sim_play(struct sim *s);
/* Everything that is due at this instant. */
void sim_due(struct sim *s);
/* A run of an active check, or a passive result. */
void sim_result(struct sim *s, uint32_t object, uint8_t code, struct slice raw,
    int64_t measured);

/* --- item.c, ask.c ---------------------------------------------------------
 */
void sim_item(struct sim *s, const struct sim_item *item);
void sim_query(struct sim *s, const char *request);
void sim_show(struct sim *s, uint32_t object, const json_t *columns);

#endif
