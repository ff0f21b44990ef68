/* SPDX-License-Identifier: Apache-2.0
 *
 * Another site: connections that are kept, heartbeats, what it is asked, and
 * the state that it is in (site-and-distributed.md sections 5.1 to 5.3).
 * Nobody waits for a site that is known not to answer: it is asked by
 * heartbeats alone until it does.
 */
#ifndef LIVESTATUSD_SITES_SITE_H
#define LIVESTATUSD_SITES_SITE_H

#include "common/clock.h"
#include "livestatusd/lql/env.h"
#include "livestatusd/sites/channel.h"

#define SITE_CHANNELS         5u   /* queries at a time */
#define SITE_WAITING_CHANNELS 10u  /* of queries with Wait headers */
#define SITE_QUEUE            200u /* queries that wait for one of them */
#define SITE_HEARTBEAT_NS     (5 * NS_PER_S)
#define SITE_COOLDOWN_NS      (4 * NS_PER_S) /* between tries of a dead one */
#define SITE_QUERY_NS         (120 * NS_PER_S)
#define SITE_TICK_MS          250u

enum site_state {
	SITE_NEW, /* it has not been heard of yet: waiting */
	SITE_ONLINE,
	SITE_DEAD,
	SITE_DISABLED,
	SITE_DOWN,    /* its status host is DOWN */
	SITE_UNREACH, /* ... UNREACHABLE */
	SITE_WAITING, /* ... pending */
	SITE_UNKNOWN  /* ... not to be found */
};
const char *site_state_name(enum site_state state);

/* What its status host says. */
enum site_gate {
	GATE_OPEN, /* UP, or there is none */
	GATE_DOWN,
	GATE_UNREACH,
	GATE_PENDING,
	GATE_UNKNOWN
};

struct site;
struct site_ask;

/* code 0: there is no answer, and `why`. The body may be taken. */
typedef void site_done_fn(
    void *arg, unsigned code, struct str *body, const char *why);

struct site_host { /* a status host that this site monitors for another */
	const char *host;
	enum site_gate *gate; /* where its state goes */
};
struct site_hooks {
	/* The state changed. */
	void (*changed)(void *arg, struct site *s);
	/* Hosts that this site is asked for with each heartbeat. */
	size_t (*hosts)(void *arg, struct site *s, struct site_host **v_r);
	/* Room for an answer's bytes, before they come; and no more of it. */
	bool (*room)(void *arg, size_t bytes);
	void (*left)(void *arg, size_t bytes);
	void *arg;
};

/* `conf` is taken. */
struct site *site_new(
    uv_loop_t *loop, struct site_conf *conf, const struct site_hooks *hooks);
/* Everything that is asked fails before. */
void site_close(struct site **s, const char *why);
const struct site_conf *site_conf(const struct site *s);
enum site_state site_state(const struct site *s);
bool site_is_vedette(const struct site *s);
/* Appends why it is not online, with the age of what is known. */
void site_say(const struct site *s, struct str *to);
void site_row(const struct site *s, struct lql_site *row_r);

#define SITE_ASK_COMMAND 0x1u
#define SITE_ASK_WAITS   0x2u /* the answer may take any time */
/*
 * Sends a request. A command has a query behind it: its answer comes first if
 * it is refused, else the query's. NULL with a reason: it is not asked. `done`
 * is called once, never before this returns.
 */
struct site_ask *site_ask(struct site *s, struct slice request, unsigned flags,
    site_done_fn *done, void *arg, struct err *err_r);
/* `done` is not called. */
void site_forget(struct site_ask **ask);

/* Every SITE_TICK_MS. */
void site_tick(struct site *s, enum site_gate gate);

#endif
