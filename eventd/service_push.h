/* SPDX-License-Identifier: Apache-2.0
 *
 * Tells core what services show of events (EC-27): results from outside, each
 * when what it says is durable, and again where core did not take it.
 */
#ifndef EVENTD_SERVICE_PUSH_H
#define EVENTD_SERVICE_PUSH_H

#include "common/daemon.h"
#include "eventd/service_state.h"
#include "eventd/store/store.h"

struct service_push;

struct service_push_counters {
	uint64_t told, refused; /* results that core took, and did not */
};

/* The index is borrowed for ever. */
struct service_push *service_push_new(
    struct daemon *d, const struct event_index *index);
void service_push_free(struct service_push **p);
/* Works by this snapshot from now on. */
void service_push_load(struct service_push *p, const struct snapshot *snap);
/* Connects to core; what is told is durable in that store before. */
int service_push_connect(
    struct service_push *p, struct store *store, struct err *err_r);
/* The event is new, other than before, or about to go. */
void service_push_event(struct service_push *p, const struct event *ev);
/* Core has this. */
void service_push_core(
    struct service_push *p, uint32_t object, unsigned state, bool checked);
size_t service_push_count(const struct service_push *p);
const struct service_push_counters *service_push_counters(
    const struct service_push *p);

#endif
