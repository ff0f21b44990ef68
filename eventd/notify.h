/* SPDX-License-Identifier: Apache-2.0
 *
 * Notifications about events: the context that the notifier's rules see
 * (event-console.md 16.3), and the outbox that keeps each until the notifier
 * has stored it (EC-26).
 */
#ifndef EVENTD_NOTIFY_H
#define EVENTD_NOTIFY_H

#include "common/daemon.h"
#include "eventd/action.h"
#include "eventd/store/store.h"
#include "eventd/world.h"

struct outbox;

struct outbox *ec_outbox_new(struct daemon *d);
void ec_outbox_free(struct outbox **o);
/* Restored from the journal. */
void ec_outbox_restore(struct outbox *o, struct slice id, struct slice body);
void ec_outbox_forget(struct outbox *o, struct slice id);
/* ec_store_notice() for each that waits. */
void ec_outbox_save(struct outbox *o, struct store *st);
/* Connects to the notifier; from now on answers are told to the store. */
int ec_outbox_connect(struct outbox *o, struct store *st, struct err *err_r);
/*
 * Where there is a fallback that follows: calls `done` once it has what is
 * durable here; a notice leaves after that, so that a takeover knows of it.
 */
typedef void outbox_wait_fn(void (*done)(void *), void *done_arg, void *arg);
void ec_outbox_wait_for(struct outbox *o, outbox_wait_fn *wait, void *arg);
/* Keeps a notification about the event, and sends it once it is durable. */
void ec_outbox_notify(struct outbox *o, struct world *w, struct event *ev,
    bool recovery, int64_t now_us);
/*
 * The action is a mail: keeps it, sends it, writes it into the history, with
 * who asked for it. False: it is none.
 */
bool ec_outbox_mail(struct outbox *o, struct world *w,
    const struct action_table *t, const char *action, struct event *ev,
    bool recovery, const char *who, int64_t now_us);
size_t ec_outbox_waiting(const struct outbox *o);
/* Held: nothing more is sent; answers still come. */
void ec_outbox_hold(struct outbox *o, bool held);
/* Sent, and not answered yet. */
size_t ec_outbox_under_way(const struct outbox *o);
/* Those that `keep` does not want are forgotten, here and in the store. */
void ec_outbox_filter(struct outbox *o, struct store *st,
    bool (*keep)(const char *id, void *arg), void *arg);

/* Appends the context, records: pair. Pure but for the process's zone. */
void notify_context(struct str *list, const struct snapshot *snap,
    const struct event *ev, bool recovery);
/* Makes a mail of it, past the notifier's rules. */
void notify_context_mail(struct str *list, const struct action_mail *mail);

#endif
