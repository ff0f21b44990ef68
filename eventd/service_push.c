/* SPDX-License-Identifier: Apache-2.0
 *
 * From the states of services to core; see service_push.h. A round gathers
 * what must be told, waits until it is durable, and sends it; the next round
 * begins at least GATHER_MS later.
 */
#include "eventd/service_push.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define GATHER_MS   50
#define LATEST_MS   1000 /* the wall clock may be set */
#define WINDOW      256  /* results that core has not answered */
#define COMPLAIN_NS (60 * NS_PER_S)

struct service_push {
	struct daemon *d;
	struct service_states *states;
	struct store *store;
	struct bus_link *link;
	uv_timer_t *timer;
	uint64_t boot; /* of the numbering; the answers of another are late */
	size_t under_way;
	/* Commands of the round, each with its number, that wait for the disk.
	 */
	char **lines;
	uint32_t *numbers;
	size_t n, cap, numbers_cap;
	bool asked; /* the store */
	int64_t complained;
	struct service_push_counters counters;
};

static void on_timer(uv_timer_t *timer);

static void
arm(struct service_push *p)
{
	bool active = uv_is_active((uv_handle_t *)p->timer);
	int64_t due, wait;

	if (p->asked || p->under_way >= WINDOW ||
	    (active && uv_timer_get_due_in(p->timer) <= GATHER_MS) ||
	    p->link == NULL || bus_dialled(p->link) == NULL)
		return;
	due = service_states_due(p->states);
	if (due == INT64_MAX)
		return;
	wait = (due - clock_wall() / NS_PER_US) / 1000 + 1;
	if (wait < GATHER_MS)
		wait = GATHER_MS;
	if (wait > LATEST_MS)
		wait = LATEST_MS;
	if (!active || (int64_t)uv_timer_get_due_in(p->timer) > wait)
		uv_timer_start(p->timer, on_timer, (uint64_t)wait, 0);
}

/* --- a round -------------------------------------------------------------- */

static void
drop_lines(struct service_push *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->lines[i]);
	p->n = 0;
}

static void
add_line(struct service_push *p, const struct service_news *news)
{
	ARRAY_GROW(p->lines, p->n, p->cap);
	if (p->numbers_cap < p->cap) {
		p->numbers_cap = p->cap;
		p->numbers =
		    xreallocarray(p->numbers, p->cap, sizeof(*p->numbers));
	}
	p->numbers[p->n] = news->number;
	p->lines[p->n++] =
	    xasprintf("PROCESS_SERVICE_CHECK_RESULT;%s;%s;%u;%.*s", news->host,
		news->service, news->state, (int)news->text.len, news->text.s);
}

static void
send_line(struct service_push *p, struct bus_peer *core, size_t i)
{
	struct msg m = {.id = MSG_COMMAND,
	    .command = {.id = p->boot << 32 | p->numbers[i],
		.who = SLICE("eventd"),
		.line = slice_of(p->lines[i])}};

	if (bus_send(core, &m) == 0) {
		p->under_way++;
		return;
	}
	service_states_told(p->states, p->numbers[i], false);
}

static void
on_durable(const char *why, void *arg)
{
	struct service_push *p = arg;
	struct bus_peer *core = bus_dialled(p->link);

	p->asked = false;
	for (size_t i = 0; i < p->n; i++) {
		if (core != NULL && why == NULL)
			send_line(p, core, i);
		else
			service_states_told(p->states, p->numbers[i], false);
	}
	if (core != NULL)
		bus_flush(core);
	drop_lines(p);
	arm(p);
}

static void
on_timer(uv_timer_t *timer)
{
	struct service_push *p = timer->data;
	int64_t now_us = clock_wall() / NS_PER_US;
	struct service_news news;
	size_t at = 0;

	if (p->asked || bus_dialled(p->link) == NULL)
		return;
	while (p->under_way + p->n < WINDOW &&
	    service_states_next(p->states, now_us, &at, &news))
		add_line(p, &news);
	if (p->n > 0) {
		p->asked = true;
		ec_store_sync(p->store, on_durable, p);
	} else {
		arm(p);
	}
}

/* --- core ----------------------------------------------------------------- */

static void
on_up(struct bus_peer *peer, void *arg)
{
	(void)peer;
	arm(arg);
}

static void
forget_under_way(struct service_push *p)
{
	p->boot++;
	p->under_way = 0;
	drop_lines(p);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct service_push *p = arg;

	(void)peer;
	(void)why;
	forget_under_way(p);
	service_states_lost(p->states);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct service_push *p = arg;
	bool good, first;

	(void)peer;
	if (m->id != MSG_ANSWER || m->answer.id >> 32 != (p->boot & UINT32_MAX))
		return;
	good = m->answer.status == MSG_OK;
	p->under_way--;
	p->counters.told += good;
	p->counters.refused += !good;
	first = service_states_told(p->states, (uint32_t)m->answer.id, good);
	/* Of a new service core may hear a little later than we do. */
	if (!first &&
	    (p->complained == 0 ||
		clock_mono() - p->complained > COMPLAIN_NS)) {
		p->complained = clock_mono();
		log_warn("core does not take the state of a service that shows "
			 "events: %.*s",
		    (int)m->answer.text.len, m->answer.text.s);
	}
	arm(p);
}

int
service_push_connect(
    struct service_push *p, struct store *store, struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .up = on_up, .down = on_down, .message = on_message};
	char *endpoint = daemon_endpoint(p->d, "core");

	p->store = store;
	p->link = bus_dial(p->d->bus, endpoint, NULL, &handlers, p, err_r);
	free(endpoint);
	return p->link == NULL ? -1 : 0;
}

/* --- the whole ------------------------------------------------------------ */

struct service_push *
service_push_new(struct daemon *d, const struct event_index *index)
{
	struct service_push *p = xnew(struct service_push);

	p->d = d;
	p->states = service_states_new(index);
	p->timer = xnew(uv_timer_t);
	p->timer->data = p;
	must(uv_timer_init(d->loop, p->timer) == 0);
	return p;
}

static void
timer_closed(uv_handle_t *timer)
{
	free(timer);
}

void
service_push_free(struct service_push **pp)
{
	struct service_push *p = *pp;

	if (p == NULL)
		return;
	if (p->link != NULL)
		bus_close(&p->link);
	drop_lines(p);
	free(p->lines);
	free(p->numbers);
	service_states_free(&p->states);
	uv_close((uv_handle_t *)p->timer, timer_closed);
	free(p);
	*pp = NULL;
}

void
service_push_load(struct service_push *p, const struct snapshot *snap)
{
	forget_under_way(p);
	service_states_load(p->states, snap);
	arm(p);
}

void
service_push_event(struct service_push *p, const struct event *ev)
{
	service_states_event(p->states, ev);
	arm(p);
}

void
service_push_core(
    struct service_push *p, uint32_t object, unsigned state, bool checked)
{
	service_states_core(p->states, object, state, checked);
	arm(p);
}

size_t
service_push_count(const struct service_push *p)
{
	return service_states_count(p->states);
}

const struct service_push_counters *
service_push_counters(const struct service_push *p)
{
	return &p->counters;
}
