/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that a fallback keeps while the master handles them: those of which
 * it is not known yet that the master's events have them. When the fallback
 * takes over it handles these itself, so that nothing is lost in between, and
 * nothing is done twice. Pure; times are wall time in microseconds.
 */
#ifndef EVENTD_REPLICA_HELD_H
#define EVENTD_REPLICA_HELD_H

#include "eventd/parse/syslog.h"

struct held;

/* At most so many bytes; beyond them the oldest are lost, and counted. */
struct held *held_new(size_t max_bytes);
void held_free(struct held **h);
/* The same on both sides, whatever way the message came. */
uint64_t held_hash(const struct message *m);
/* Keeps a copy, unless the master handled it before it came here. */
void held_add(struct held *h, const struct message *m);
/* The master's events have a message of this hash. */
void held_handled(struct held *h, uint64_t hash, int64_t now_us);
/* The master has handled what was received before. */
void held_forget(struct held *h, int64_t before_us);
/* The oldest, NULL if there is none; it lives until held_drop(). */
struct message *held_first(struct held *h);
void held_drop(struct held *h);
size_t held_count(const struct held *h);
uint64_t held_lost(const struct held *h);

#endif
