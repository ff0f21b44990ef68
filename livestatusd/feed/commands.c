/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands for core or eventd; see commands.h.
 */
#include "livestatusd/feed/commands.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define OPEN_MAX_COMMANDS 100000u
#define ANSWER_NS         (10 * NS_PER_S)
#define SWEEP_MS          1000u

struct open_command {
	uint64_t id;
	command_done_fn *done; /* NULL: forgotten */
	void *arg;
	int64_t sent; /* monotonic */
};

struct commands {
	const char *daemon;
	struct bus_link *link;
	struct open_command *open; /* by id, ascending */
	size_t first, n, cap;      /* open[first..n) */
	size_t most;               /* that were open at a time */
	uint64_t last_id;
	const struct bus_handlers *others; /* NULL: nobody shares */
	void *others_arg;
	uv_timer_t sweep;
};

/* Takes the oldest off, and calls. */
static void
finish_first(struct commands *c, const char *refused, uint64_t seq)
{
	struct open_command k = c->open[c->first++];

	if (c->first == c->n)
		c->first = c->n = 0;
	if (k.done != NULL)
		k.done(k.arg, refused, seq);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct commands *c = arg;
	char *reason;

	if (m->id != MSG_ANSWER)
		return;
	if (m->answer.id >= COMMANDS_OTHER_ID) {
		if (c->others != NULL)
			c->others->message(peer, m, c->others_arg);
		return;
	}
	for (size_t i = c->first; i < c->n; i++) {
		struct open_command k = c->open[i];

		if (k.id != m->answer.id)
			continue;
		c->open[i].done = NULL;
		while (c->first < c->n && c->open[c->first].done == NULL)
			c->first++;
		if (c->first == c->n)
			c->first = c->n = 0;
		if (k.done == NULL)
			return;
		reason = slice_dup(m->answer.text);
		k.done(k.arg, m->answer.status == MSG_OK ? NULL : reason,
		    m->answer.seq);
		free(reason);
		return;
	}
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct commands *c = arg;
	size_t n = c->n - c->first;
	char reason[96];

	snprintf(reason, sizeof(reason),
	    "%s stopped; whether the command was taken is not known",
	    c->daemon);
	while (n-- > 0 && c->first < c->n)
		finish_first(c, reason, 0);
	if (c->others != NULL)
		c->others->down(peer, why, c->others_arg);
}

static void
on_sweep(uv_timer_t *timer)
{
	struct commands *c = timer->data;
	char reason[64];

	snprintf(reason, sizeof(reason), "%s does not answer", c->daemon);
	while (c->first < c->n &&
	    clock_mono() - c->open[c->first].sent > ANSWER_NS)
		finish_first(c, reason, 0);
}

struct commands *
commands_new(struct daemon *d, const char *daemon, struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .down = on_down, .message = on_message};
	struct commands *c = xnew(struct commands);
	char *endpoint = daemon_endpoint(d, daemon);

	c->daemon = daemon;
	uv_timer_init(d->loop, &c->sweep);
	c->sweep.data = c;
	c->link = bus_dial(d->bus, endpoint, NULL, &handlers, c, err_r);
	free(endpoint);
	if (c->link == NULL) {
		commands_free(&c);
		return NULL;
	}
	uv_timer_start(&c->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
	return c;
}

static void
on_closed(uv_handle_t *handle)
{
	struct commands *c = handle->data;

	free(c->open);
	free(c);
}

void
commands_free(struct commands **cp)
{
	struct commands *c = *cp;

	if (c == NULL)
		return;
	*cp = NULL;
	if (c->link != NULL)
		bus_close(&c->link);
	while (c->first < c->n)
		finish_first(c, "the status daemon stops", 0);
	uv_close((uv_handle_t *)&c->sweep, on_closed);
}

void
commands_send(struct commands *c, struct slice who, struct slice line,
    command_done_fn *done, void *arg)
{
	struct bus_peer *peer = bus_dialled(c->link);
	char reason[64];
	struct msg m = {
	    .id = MSG_COMMAND, .command = {c->last_id + 1, who, line}};

	if (peer == NULL) {
		snprintf(
		    reason, sizeof(reason), "%s is not running", c->daemon);
		done(arg, reason, 0);
		return;
	}
	if (c->n - c->first >= OPEN_MAX_COMMANDS || bus_send(peer, &m) == -1) {
		snprintf(reason, sizeof(reason), "%s is too busy", c->daemon);
		done(arg, reason, 0);
		return;
	}
	bus_flush(peer);
	c->last_id++;
	if (c->first > 0 && c->n == c->cap) {
		memmove(c->open, c->open + c->first,
		    (c->n - c->first) * sizeof(*c->open));
		c->n -= c->first;
		c->first = 0;
	}
	ARRAY_GROW(c->open, c->n, c->cap);
	c->open[c->n++] =
	    (struct open_command){c->last_id, done, arg, clock_mono()};
	if (c->n - c->first > c->most)
		c->most = c->n - c->first;
}

void
commands_load(const struct commands *c, uint32_t *slots_r, uint32_t *open_r,
    uint32_t *most_r)
{
	*slots_r = OPEN_MAX_COMMANDS;
	*open_r = (uint32_t)(c->n - c->first);
	*most_r = (uint32_t)c->most;
}

bool
commands_is_event(struct slice line)
{
	const char *name = memchr(line.s, ']', line.len);
	size_t left = name == NULL ? 0 : line.len - (size_t)(name - line.s);

	return left > 5 && memcmp(name, "] EC_", 5) == 0;
}

void
commands_forget(struct commands *c, const void *arg)
{
	for (size_t i = c->first; i < c->n; i++)
		if (c->open[i].arg == arg)
			c->open[i].done = NULL;
}

void
commands_share(
    struct commands *c, const struct bus_handlers *handlers, void *arg)
{
	c->others = handlers;
	c->others_arg = arg;
}

struct bus_peer *
commands_peer(const struct commands *c)
{
	return bus_dialled(c->link);
}
