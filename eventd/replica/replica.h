/* SPDX-License-Identifier: Apache-2.0
 *
 * Two event consoles, a master and its fallback (event-console.md section 20,
 * EC-33; see DESIGN): what they say to each other and what each does with it.
 * The connection, the clock and the rest of the daemon are the caller's
 * (struct replica_ops); no I/O but that of the store.
 */
#ifndef EVENTD_REPLICA_REPLICA_H
#define EVENTD_REPLICA_REPLICA_H

#include "common/msg.h"
#include "eventd/replica/held.h"
#include "eventd/replica/mode.h"
#include "eventd/store/store.h"

struct replica;

struct replica_now {
	int64_t mono_us, wall_us;
};

struct replica_ops {
	struct replica_now (*now)(void *arg);
	/* To the other side; -1: it does not take so much. */
	int (*send)(const struct msg *m, void *arg);
	/* The conversation cannot go on; calls replica_down(). */
	void (*end)(const char *why, void *arg);
	/*
	 * The engine works from now on, or does not: notices, spool files and
	 * deadlines wait while it does not.
	 */
	void (*working)(bool works, void *arg);
	/* Notices that are sent and not answered yet. */
	size_t (*under_way)(void *arg);
	/* Those that `keep` does not want are forgotten. */
	void (*filter_notices)(bool (*keep)(const char *id, void *keep_arg),
	    void *keep_arg, void *arg);
	/* Master: the rules and actions that it works by, as JSON. */
	void (*rules)(
	    struct slice *rules_r, struct slice *actions_r, void *arg);
	/* Slave: the master's; 0, or -1: they cannot be used here. */
	int (*take_rules)(struct slice rules, struct slice actions,
	    struct err *err_r, void *arg);
	void *arg;
};

/* The engine's ids are set by the role; before the store is opened. */
void replica_set_ids(struct engine *e, const struct replica_options *o);

/* After the store was opened; the engine does not work yet. */
struct replica *replica_new(struct engine *e, struct store *st,
    const struct replica_options *o, const struct replica_ops *ops);
void replica_free(struct replica **r);
/* Begins, by the options; the engine works by the return, or waits. */
void replica_begin(struct replica *r);
/* Other options, after a reload. */
void replica_configure(struct replica *r, const struct replica_options *o);
/* Master: rules are new. */
void replica_rules_changed(struct replica *r);

/* The other side can be spoken to, and no more. `name`: of its site. */
void replica_up(struct replica *r, const char *name);
void replica_down(struct replica *r, const char *why);
/* Slave: the master lives and does not let us in. */
void replica_refused(struct replica *r, const char *why);
void replica_message(struct replica *r, const struct msg *m);
/* A few times a second. */
void replica_tick(struct replica *r);

/* Before the engine gets a message: true: it must not, a fallback keeps it. */
bool replica_keeps(struct replica *r, const struct message *m);
/* The engine made use of the message that it got last. */
void replica_heard(struct replica *r);
/*
 * Calls `done` when the fallback has all that is durable here by now, or there
 * is none that follows.
 */
typedef void replica_done_fn(void *arg);
void replica_sync(struct replica *r, replica_done_fn *done, void *arg);
/* SWITCHMODE. 0, or -1 with a reason. */
int replica_switch(struct replica *r, const char *mode, struct err *err_r);

/* Master: it waits for what its fallback did. */
bool replica_joins(const struct replica *r);
bool replica_works(const struct replica *r);

struct replica_status {
	const char *role, *slave_mode; /* slave_mode: "", sync, takeover */
	char words[256];
	int64_t last_sync_us; /* slave; wall time, 0: never */
	bool success;
	size_t held;
	uint64_t held_lost;
	uint64_t missing; /* slave: lines of the archive still to come */
	uint64_t behind;  /* master: batches that the slave does not have yet */
};
void replica_status(const struct replica *r, struct replica_status *s_r);

#endif
