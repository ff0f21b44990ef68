/* SPDX-License-Identifier: Apache-2.0
 *
 * The event console's daemon: what its parts share.
 */
#ifndef EVENTD_EVENTD_H
#define EVENTD_EVENTD_H

#include "eventd/configured.h"
#include "eventd/event/engine.h"
#include "eventd/fallback.h"
#include "eventd/intake.h"
#include "eventd/notify.h"
#include "eventd/receive/receive.h"
#include "eventd/scanner.h"
#include "eventd/service_push.h"
#include "eventd/status/server.h"
#include "eventd/status/values.h"
#include "eventd/store/store.h"
#include "eventd/traps.h"
#include "eventd/world.h"

/* What a configuration gives, built before it is taken. */
struct eventd_config {
	struct event_rules *made;
	struct bound_list udp, traps, tcp, tls,
	    status;              /* fd -1: listening already */
	SSL_CTX *tls_context;    /* own; NULL: no TLS */
	SSL_CTX *status_context; /* the same for the status port */
	struct source_rules sources;
};

struct request;
struct question;

struct eventd {
	struct daemon *d;
	struct engine *engine;
	struct engine_effects effects;
	struct store *store;
	struct world *world;
	struct outbox *outbox;
	struct service_push *push;
	struct action_table *actions;
	struct action_runner *runner;
	struct scanner *scanner;
	struct fallback *fallback;
	struct udp_receiver *udp;
	struct traps *traps;
	struct stream_receiver *streams;
	struct intake intake;
	struct status_server *status;
	struct bound_list listening_udp, listening_traps, listening_tcp,
	    listening_tls, listening_status;
	int udp_fds[32];
	struct eventd_config *prepared;
	struct snapshot *own_snapshot; /* by RELOAD; else NULL */
	struct syslog_parser parser;
	struct receive_counters received;
	struct rates rates;
	int64_t config_loaded_us;
	int64_t keep_us;            /* archived events; 0: for ever */
	struct request *requests;   /* that wait */
	struct question *questions; /* of the bus, that wait */
	bool full;                  /* the store's queues are */
	uv_timer_t due, second, hour;
	int handles;
};

int64_t eventd_now(void);

/* --- config.c ---------------------------------------------------------------
 */

/* NULL with a reason: every mistake, as far as there is room. */
struct eventd_config *eventd_config_build(struct eventd *ed,
    const struct snapshot *snap, const struct settings *settings,
    struct err *err_r);
void eventd_config_free(struct eventd_config **c);
/* The parts work by the options that the engine has. */
void eventd_apply_options(struct eventd *ed);
/* Its sockets listen from now on, those that it does not name no more. */
int eventd_config_listen(
    struct eventd *ed, struct eventd_config *c, struct err *err_r);

/* --- service.c ---------------------------------------------------------------
 */

/*
 * A request in the language of the status port; `done` is called once, now or
 * later, unless eventd_forget() was called with its arg before. `text` has its
 * line end; `good` is false for errors.
 */
typedef void eventd_done_fn(bool good, struct slice text, void *arg);
void eventd_request(struct eventd *ed, struct slice text, bool commands,
    eventd_done_fn *done, void *arg);
void eventd_forget(struct eventd *ed, const void *arg);
/* Commands that waited for the engine to work. */
void eventd_run_held(struct eventd *ed);
/* Input waits, or does not, by what the store and replication say. */
void eventd_intake_gate(struct eventd *ed);
/* At the end: frees those that will not be answered. */
void eventd_drop_requests(struct eventd *ed);
/* When the engine wants to be called again. */
void eventd_arm(struct eventd *ed);
/* RELOAD: the current snapshot and settings. 0 or -1 with a reason. */
int eventd_reload(struct eventd *ed, struct err *err_r);
void eventd_status_values(struct eventd *ed, struct cell *values,
    struct strings *hosts, struct strings *rules);

/* --- questions.c -------------------------------------------------------------
 */

/* Of struct daemon_def. */
void eventd_bus_command(
    struct daemon *d, struct bus_peer *peer, const struct msg_command *c);
void eventd_bus_query(
    struct daemon *d, struct bus_peer *peer, const struct msg_query *q);
void eventd_bus_down(struct daemon *d, struct bus_peer *peer);
/* At the end: frees those that will not be answered. */
void eventd_drop_questions(struct eventd *ed);

#endif
