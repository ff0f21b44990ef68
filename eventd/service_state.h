/* SPDX-License-Identifier: Apache-2.0
 *
 * The services that show a host's events (check_mkevents): what core is to be
 * told of them as soon as it changes (event-console.md 17, EC-27). Pure: time
 * is an argument, the events are asked of the index.
 */
#ifndef EVENTD_SERVICE_STATE_H
#define EVENTD_SERVICE_STATE_H

#include "common/config/snapshot.h"
#include "eventd/event/index.h"

struct service_states;

/* What is to be told. Borrowed until the next call. */
struct service_news {
	uint32_t number; /* for service_states_told(); not the object's */
	const char *host, *service;
	unsigned state; /* 0 to 3 */
	struct slice text;
};

/* `index` is borrowed for ever. */
struct service_states *service_states_new(const struct event_index *index);
void service_states_free(struct service_states **s);
/*
 * Works by this snapshot from now on; everything is looked at anew. What was
 * under way to core no longer is.
 */
void service_states_load(struct service_states *s, const struct snapshot *snap);
size_t service_states_count(const struct service_states *s);

/* The event is new, other than before, or about to go. */
void service_states_event(struct service_states *s, const struct event *ev);
/* What core has; `checked` false: it had no result yet. */
void service_states_core(
    struct service_states *s, uint32_t object, unsigned state, bool checked);
/*
 * One that core must be told of now; false: none is left. It counts as under
 * way until service_states_told(). `*at` is 0 where a round begins.
 */
bool service_states_next(struct service_states *s, int64_t now_us, size_t *at,
    struct service_news *news_r);
/* Core took it, or not. False: not for the first time. */
bool service_states_told(struct service_states *s, uint32_t number, bool good);
/* Core went away: nothing is under way. */
void service_states_lost(struct service_states *s);
/* When service_states_next() may have one; INT64_MAX: nothing waits. */
int64_t service_states_due(const struct service_states *s);

#endif
