/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw notifications until notifyd has them (NO-30): sent when the journal has
 * them, at most OUTBOX_WINDOW unanswered, sent again with the same id at each
 * `up` and after OUTBOX_PATIENCE_S without an answer, forgotten at
 * notice_stored. Takes delivery_log the other way.
 */
#ifndef CORE_EFFECTS_OUTBOX_H
#define CORE_EFFECTS_OUTBOX_H

#include "common/bus.h"

#define OUTBOX_MAX    100000 /* notices that wait; more are refused, counted */
#define OUTBOX_WINDOW 2000   /* sent and not answered */
/* A notifyd that is too busy refuses without a word. */
#define OUTBOX_PATIENCE_S 30

struct outbox;

struct outbox_ops {
	/* notifyd has it: put it into the journal. */
	void (*stored)(void *arg, struct slice id);
	/* A line for the history; true once it is with the kernel. */
	bool (*line)(void *arg, struct slice line);
};

struct outbox *outbox_new(const struct outbox_ops *ops, void *arg);
void outbox_free(struct outbox **outbox);
/* Connects to notifyd; before it nothing is sent. 0 or -1. */
int outbox_dial(
    struct outbox *o, struct bus *bus, const char *endpoint, struct err *err_r);

/*
 * `message` is the encoded notice; it may go out once the journal is durable
 * up to `number`. False: full.
 */
bool outbox_add(
    struct outbox *o, struct slice id, struct slice message, uint64_t number);
/* The notices without a number so far have this one. */
void outbox_numbered(struct outbox *o, uint64_t number);
/* False: there is no such. */
bool outbox_forget(struct outbox *o, struct slice id);
/* Sends what may go. */
void outbox_send(struct outbox *o, uint64_t durable);
/* Each second. */
void outbox_tick(struct outbox *o);
/* All that wait, for the state file, in pieces: the next `n`; true at the
 * end. What is added meanwhile is told too. */
void outbox_save_from_start(struct outbox *o);
bool outbox_save(struct outbox *o, size_t n,
    void (*fn)(void *arg, struct slice id, struct slice message), void *arg);
void outbox_counters(const struct outbox *o, struct str *list);

#endif
