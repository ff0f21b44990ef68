/* SPDX-License-Identifier: Apache-2.0
 *
 * What the event console says of itself: losses, sources above their rate
 * (event-console.md 15.3). One event a subject and host, brought up to date
 * while it lives; it uses up no place of a limit.
 */
#include "eventd/event/engine.h"

#define APPLICATION "Event Console"

static struct event *
find(struct engine *e, const char *subject, const char *host)
{
	struct event_group *g = index_host(&e->index, host);
	struct event *ev = g == NULL ? NULL : g->first;

	while (ev != NULL &&
	    (!ev->overflow || ev->groups.n != 1 ||
		strcmp(ev->groups.v[0], subject) != 0))
		ev = ev->by_host.next;
	return ev;
}

void
ec_engine_tell(struct engine *e, const char *subject, const char *host,
    struct slice text, int64_t now_us)
{
	struct event *ev = find(e, subject, host);

	if (ev != NULL) {
		event_set(&ev->text, text);
		ev->last_us = now_us;
		ev->count++;
		ec_engine_changed(e, ev);
		return;
	}
	ev = event_new();
	ev->overflow = true;
	ev->id = e->next_id++;
	ev->first_us = ev->last_us = ev->started_us = now_us;
	ev->facility = 5; /* syslog */
	ev->priority = 4;
	ev->state = 1;
	ev->phase = PHASE_OPEN;
	ev->acted = true;
	event_set(&ev->application, SLICE(APPLICATION));
	event_set(&ev->host, slice_of(host));
	event_set(&ev->ipaddress, slice_of(host));
	event_set(&ev->text, text);
	strings_add(&ev->groups, slice_of(subject));
	ec_engine_find_core_host(e, ev);
	index_add(&e->index, ev);
	e->effects->history("NEW", "", "", ev, now_us, e->effects->arg);
	ec_engine_changed(e, ev);
}
