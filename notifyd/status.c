/* SPDX-License-Identifier: Apache-2.0
 *
 * What notifyd counts, for people who ask Livestatus: told to core, which shows
 * it with its own counters. Each other site has four of its own.
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

#define TELL_MS 2000
/* Of the health in the spool; those of methods have blanks in their names. */
#define MEMORY "health"

static void
put(struct str *list, const char *name, double value)
{
	struct msg_counter c = {slice_of(name), value};

	msg_counter_put(list, &c);
}

static void
put_peer(struct str *list, const struct peer *peer)
{
	const struct {
		const char *name;
		double value;
	} facts[] = {
	    {"established", peer_line(peer) != NULL},
	    {"pending", peer->pending},
	    {"sent", (double)peer->sent},
	    {"received", (double)peer->received},
	};

	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		char *name =
		    xasprintf("notifyd_peer_%s_%s", peer->name, facts[i].name);

		put(list, name, facts[i].value);
		free(name);
	}
}

static void
collect(struct notifyd *n, struct str *to)
{
	struct str own = {0};
	struct slice rest;
	struct msg_counter c;

	notifyd_def.counters(n->d, &own);
	rest = str_slice(&own);
	while (rest.len > 0 && msg_counter_next(&rest, &c)) {
		char *name =
		    xasprintf("notifyd_%.*s", (int)c.name.len, c.name.s);

		put(to, name, c.value);
		free(name);
	}
	for (struct peer *p = peers_next(n->peers, NULL); p != NULL;
	     p = peers_next(n->peers, p))
		put_peer(to, p);
	str_free(&own);
}

void
status_health(struct notifyd *n)
{
	int64_t now = clock_wall() / NS_PER_S;
	const uint64_t totals[HEALTH_EVENTS] = {
	    [HEALTH_FALLBACK] = n->counters.fallbacks - n->counters.nobody,
	    [HEALTH_NOBODY] = n->counters.nobody,
	    [HEALTH_FAILED] = deliverer_counters(n->deliverer)->failed,
	    [HEALTH_DROPPED] = n->forwarder == NULL
		? 0
		: forwarder_counters(n->forwarder)->dropped};
	json_t *saved;
	char *text;

	if (!health_update(&n->health, totals, now))
		return;
	saved = health_save(&n->health);
	text = json_dumps(saved, JSON_COMPACT);
	spool_memory_put(n->spool, MEMORY, text, now);
	free(text);
	json_decref(saved);
}

static void
on_saved(const char *value, void *arg)
{
	struct notifyd *n = arg;
	json_t *saved = value == NULL ? NULL : json_loads(value, 0, NULL);

	health_load(&n->health, saved);
	json_decref(saved);
}

static void
on_timer(uv_timer_t *timer)
{
	struct notifyd *n = timer->data;
	struct str list = {0};
	struct msg m = {.id = MSG_NOTIFY_STATUS};

	status_health(n);
	if (n->core == NULL || n->peers == NULL)
		return;
	collect(n, &list);
	m.notify_status.counters = str_slice(&list);
	bus_send(n->core, &m); /* a full queue: the next one comes soon */
	str_free(&list);
}

void
status_start(struct notifyd *n)
{
	spool_memory_get(n->spool, MEMORY, on_saved, n);
	n->status_timer = xnew(uv_timer_t);
	uv_timer_init(n->d->loop, n->status_timer);
	n->status_timer->data = n;
	uv_timer_start(n->status_timer, on_timer, 0, TELL_MS);
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

void
status_stop(struct notifyd *n)
{
	if (n->status_timer != NULL)
		uv_close((uv_handle_t *)n->status_timer, on_closed);
	n->status_timer = NULL;
}
