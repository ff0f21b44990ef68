/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to a daemon, each until its answer: what queries of the tables of
 * eventd and notifyd need. An answer may be 60 MiB, so few are open at a time;
 * the others wait for their turn, in order.
 */
#ifndef LIVESTATUSD_FEED_QUESTIONS_H
#define LIVESTATUSD_FEED_QUESTIONS_H

#include "livestatusd/feed/commands.h"

struct questions;

/*
 * The answer, or `why` (a whole sentence's words) there is none. Called exactly
 * once, unless forgotten; never before questions_ask() returns.
 */
typedef void question_done_fn(void *arg, struct slice answer, const char *why);

/*
 * Asks on the connection of a daemon's commands, which must outlive it. `who`:
 * the daemon for people, "the event console"; borrowed for ever.
 */
struct questions *questions_new(
    struct daemon *d, struct commands *link, const char *who);
/* Calls nobody. */
void questions_free(struct questions **q);

/* `text` is copied. There is an answer within QUESTION_NS. */
#define QUESTION_NS (5 * NS_PER_S)
void questions_ask(
    struct questions *q, struct slice text, question_done_fn *done, void *arg);
/*
 * `arg` has done with the answer, or wants none any more: the next has its
 * turn. May be called for one that has asked nothing.
 */
void questions_forget(struct questions *q, const void *arg);

struct questions_counters {
	uint64_t asked, failed;
};
const struct questions_counters *questions_counters(const struct questions *q);

#endif
