/* SPDX-License-Identifier: Apache-2.0
 *
 * The bus on libuv's loop: when sockets are looked at, when messages that
 * wait for company go out, when the heart beats. See bus.c for why the
 * descriptors' callback does nothing.
 */
#include "common/bus_internal.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define BEAT_MS 200

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	struct bus_link *link = poll->data;

	/* It wakes the loop, no more: `check` reads. */
	if (link != NULL)
		link->quiet = false;
	(void)status;
	(void)events;
}

static void
on_idle(uv_idle_t *idle)
{
	(void)idle;
}

static void
free_handle(uv_handle_t *handle)
{
	free(handle);
}

uv_poll_t *
bus_loop_watch(struct bus *bus, struct bus_link *link, int fd)
{
	uv_poll_t *poll = xnew(uv_poll_t);

	must(uv_poll_init(bus->loop, poll, fd) == 0);
	poll->data = link;
	must(uv_poll_start(poll, UV_READABLE, on_readable) == 0);
	return poll;
}

void
bus_loop_unwatch(uv_poll_t *poll)
{
	if (poll == NULL)
		return;
	uv_poll_stop(poll);
	uv_close((uv_handle_t *)poll, free_handle);
}

void
bus_loop_free_closed(struct bus *bus)
{
	struct bus_link **at = &bus->links, *link;

	while ((link = *at) != NULL) {
		if (!link->closed || link->busy > 0) {
			at = &link->next;
			continue;
		}
		*at = link->next;
		free(link->endpoint);
		free(link);
	}
}

static bool
anything_gathered(const struct bus *bus)
{
	for (const struct bus_link *l = bus->links; l != NULL; l = l->next)
		for (const struct bus_peer *p = l->peers; p != NULL;
		     p = p->next)
			if (p->gather.len > 0 || p->first != NULL)
				return true;
	return false;
}

static void
on_gathered(uv_timer_t *timer)
{
	struct bus *bus = timer->data;

	for (struct bus_link *l = bus->links; l != NULL; l = l->next) {
		bus_talk_gathered(l);
		bus_talk_retry(l);
	}
}

static void
on_prepare(uv_prepare_t *prepare)
{
	struct bus *bus = prepare->data;

	bus_loop_free_closed(bus);
	if (bus_sockets_ready(bus))
		uv_idle_start(bus->idle, on_idle);
	if (!uv_is_active((uv_handle_t *)bus->gather) && anything_gathered(bus))
		uv_timer_start(bus->gather, on_gathered, BUS_GATHER_MS, 0);
}

static void
on_check(uv_check_t *check)
{
	struct bus *bus = check->data;

	uv_idle_stop(bus->idle);
	bus_sockets_read(bus);
}

static void
on_beat(uv_timer_t *timer)
{
	struct bus *bus = timer->data;

	for (struct bus_link *l = bus->links; l != NULL; l = l->next)
		if (!l->closed) {
			l->quiet = false;
			bus_talk_beat(l);
			bus_socket_redial(l);
		}
}

void
bus_loop_open(struct bus *bus)
{
	bus->prepare = xnew(uv_prepare_t);
	bus->check = xnew(uv_check_t);
	bus->idle = xnew(uv_idle_t);
	bus->beat = xnew(uv_timer_t);
	bus->gather = xnew(uv_timer_t);
	uv_prepare_init(bus->loop, bus->prepare);
	uv_check_init(bus->loop, bus->check);
	uv_idle_init(bus->loop, bus->idle);
	uv_timer_init(bus->loop, bus->beat);
	uv_timer_init(bus->loop, bus->gather);
	bus->prepare->data = bus->check->data = bus->beat->data =
	    bus->gather->data = bus;
	uv_prepare_start(bus->prepare, on_prepare);
	uv_check_start(bus->check, on_check);
	uv_timer_start(bus->beat, on_beat, BEAT_MS, BEAT_MS);
	uv_unref((uv_handle_t *)bus->prepare);
	uv_unref((uv_handle_t *)bus->check);
	uv_unref((uv_handle_t *)bus->beat);
}

void
bus_loop_close(struct bus *bus)
{
	uv_close((uv_handle_t *)bus->prepare, free_handle);
	uv_close((uv_handle_t *)bus->check, free_handle);
	uv_close((uv_handle_t *)bus->idle, free_handle);
	uv_close((uv_handle_t *)bus->beat, free_handle);
	uv_close((uv_handle_t *)bus->gather, free_handle);
}
