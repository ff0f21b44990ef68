/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon: what its parts share, and its hooks.
 */
#ifndef NOTIFYD_NOTIFYD_H
#define NOTIFYD_NOTIFYD_H

#include "common/daemon.h"
#include "notifyd/deliver.h"
#include "notifyd/escalate.h"
#include "notifyd/forward.h"
#include "notifyd/health.h"
#include "notifyd/outbox.h"
#include "notifyd/peers.h"
#include "notifyd/results.h"
#include "notifyd/rulebook.h"
#include "notifyd/spool/spool.h"
#include "notifyd/told.h"

#define NOTIFYD_MAX_ADDRESSES 16
/* Notices that wait for the disk; beyond it none is taken. */
#define NOTIFYD_MAX_PENDING       20000
#define NOTIFYD_MAX_PENDING_BYTES (UINT64_C(128) << 20)

struct notifyd_counters {
	uint64_t received, stored, duplicates, invalid, unmatched, fallbacks;
	uint64_t refused_full, planned, skipped;
	uint64_t nobody;       /* no rule matched, and there is no fallback */
	uint64_t out_of_order; /* forwards behind one that was not taken */
};

struct listening { /* for other sites */
	struct listening_at {
		struct bus_link *link; /* prepared and NULL: it stays */
		char *endpoint;
	} at[NOTIFYD_MAX_ADDRESSES];
	size_t n;
};

struct notifyd {
	struct daemon *d;
	char *machine; /* name of this machine */
	struct spool *spool;
	struct rulebook *book, *next_book; /* next: prepared */
	struct told *told;
	struct deliverer *deliverer;
	struct outbox *outbox;
	struct peers *peers;
	struct forwarder *forwarder;
	struct results *results;
	struct bus_curve curve;
	struct bus_link *local; /* ipc "notify" */
	struct bus_peer *core;  /* while it is there */
	uv_timer_t *status_timer;
	struct listening now, next;
	size_t pending; /* notices that wait for their commit */
	uint64_t pending_bytes;
	uint64_t next_own; /* for ids of tests and resends */
	uint64_t boot;
	bool recovered; /* the spool's open deliveries are queued */
	uv_timer_t stop_timer;
	unsigned stop_ticks; /* until the end comes anyway */
	struct ask *asks;    /* questions that wait for the spool */
	struct notifyd_counters counters;
	struct health health;
	struct escalations *escalations;
};

extern const struct daemon_def notifyd_def;

/* --- intake.c
 * ----------------------------------------------------------------- */

/* Listens on "notify", inside of the site and on its port. */
int intake_open(struct notifyd *n, struct err *err_r);
void intake_close(struct notifyd *n);
extern const struct bus_handlers intake_handlers; /* arg: struct notifyd */

/* --- status.c
 * ----------------------------------------------------------------- */

/* Tells core every two seconds what is counted. */
void status_start(struct notifyd *n);
void status_stop(struct notifyd *n);
/* What is counted comes into n->health, and is kept. */
void status_health(struct notifyd *n);

/* --- listen.c
 * ----------------------------------------------------------------- */

/* Binds what is new. -1: nothing changed. Commit or abort must follow. */
int listening_prepare(
    struct notifyd *n, const struct settings_listener *l, struct err *err_r);
void listening_commit(struct notifyd *n);
void listening_abort(struct notifyd *n);
void listening_close(struct notifyd *n);

/* --- process.c
 * ----------------------------------------------------------------- */

/* `ctx` gets the notifier's additions. `foreign`: another site knows it. */
void process_prepare(struct notifyd *n, struct context *ctx, const char *site,
    int64_t created_us, bool foreign);
/* The object's key for who was told of its problem; freed by the caller. */
char *process_object(const struct context *ctx);
/* Evaluates by the present rules. Free the plan with plan_free(). */
void process_plan(struct notifyd *n, const struct context *ctx,
    const char *site, int64_t at, bool explain, struct plan *plan_r);

/* Do the present rules tell this contact? `arg`: struct notifyd. */
bool process_tells(const struct context *ctx, const char *contact,
    const char *method, void *arg);

typedef void process_stored_fn(
    const char *id, bool duplicate, bool committed, void *arg);
struct process_from { /* another site */
	const char *peer;
	int64_t sent_us; /* by its clock */
};
/*
 * Evaluates and stores the notice, or stores it for another site, or both
 * (notifications.mode); what follows begins once it is durable.
 * `only_method` (or NULL) leaves the other methods out, and is for this site
 * alone. `from` NULL: it is of this site.
 */
void process_notice(struct notifyd *n, const struct msg_notice *m,
    const char *only_method, const struct process_from *from,
    process_stored_fn *stored, void *arg);

/* The same for core's short ones. */
void process_alert(struct notifyd *n, const struct msg_alert *m,
    process_stored_fn *stored, void *arg);

/* process_steps.c: for struct escalations_world; `arg`: struct notifyd. */
bool process_policy(const char *rule, struct rules_escalation *e_r, void *arg);
bool process_gone(const struct context *ctx, void *arg);
void process_step(
    const char *id, const char *site, const struct context *ctx, void *arg);

/* --- ask.c
 * --------------------------------------------------------------------- */

void ask_query(
    struct daemon *d, struct bus_peer *peer, const struct msg_query *q);
void ask_peer_down(struct daemon *d, struct bus_peer *peer);
/* At the end. */
void ask_drop_all(struct notifyd *n);

#endif
