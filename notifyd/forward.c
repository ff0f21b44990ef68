/* SPDX-License-Identifier: Apache-2.0
 *
 * A window over the spool's notices for other sites.
 */
#include "notifyd/forward.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/context_stored.h"

#include <stdlib.h>
#include <string.h>

#define FULL_MS 200 /* after a refused send */

struct forwarder {
	struct spool *spool;
	struct peers *peers;
	char **targets;
	size_t n_targets;
	bool on, local;
	int64_t limit; /* bytes */

	char *target;      /* who is sent to now; NULL: nobody */
	int64_t sent;      /* the last number of this run */
	uint64_t position; /* of the last one within this run */
	uint64_t run;      /* counts the runs */
	unsigned under_way;
	uint64_t under_way_bytes;
	uint64_t read_run; /* the run that the read is for */
	bool reading, more;

	size_t waiting;
	int64_t waiting_bytes;
	bool dropping, told_full;
	uint64_t stall_ms;
	uv_timer_t *look, *stall;
	struct forwarder_counters counters;
};

static void read_more(struct forwarder *f);

/* --- who -------------------------------------------------------------------
 */

/* How long the peer is waited for still, in milliseconds; 0: no longer. */
static int64_t
patience(const struct peer *peer)
{
	int64_t gone = (clock_mono() - peer->lost) / NS_PER_MS;

	return gone < peer->cooldown_ms ? peer->cooldown_ms - gone : 0;
}

/* Whom to send to now. `again_r`: look again after it; 0: no need. */
static struct peer *
choose(struct forwarder *f, int64_t *again_r)
{
	*again_r = 0;
	for (size_t i = 0; i < f->n_targets; i++) {
		struct peer *peer = peers_named(f->peers, f->targets[i]);

		if (peer == NULL)
			continue;
		if (peer_line(peer) != NULL)
			return peer;
		*again_r = patience(peer);
		if (*again_r > 0)
			return NULL;
	}
	return NULL;
}

static struct peer *
present(const struct forwarder *f)
{
	struct peer *peer =
	    f->target == NULL ? NULL : peers_named(f->peers, f->target);

	return peer == NULL || peer_line(peer) == NULL ? NULL : peer;
}

static void
set_pending(struct forwarder *f)
{
	for (struct peer *p = peers_next(f->peers, NULL); p != NULL;
	     p = peers_next(f->peers, p))
		p->pending =
		    f->target != NULL && strcmp(p->name, f->target) == 0
		    ? f->under_way
		    : 0;
}

/* What was sent and not answered is sent again from the beginning. */
static void
begin_run(struct forwarder *f, const struct peer *peer)
{
	if (f->under_way > 0) {
		spool_forwards_tried(f->spool, f->sent);
		f->counters.again += f->under_way;
	}
	free(f->target);
	f->target = peer == NULL ? NULL : xstrdup(peer->name);
	f->run++;
	f->sent = 0;
	f->position = 0;
	f->under_way = 0;
	f->under_way_bytes = 0;
	uv_timer_stop(f->stall);
	set_pending(f);
}

/* --- send ------------------------------------------------------------------
 */

static void
on_look(uv_timer_t *timer)
{
	forwarder_changed(timer->data);
}

static void
look_in(struct forwarder *f, int64_t ms)
{
	uv_timer_start(f->look, on_look, (uint64_t)ms, 0);
}

static void
on_stall(uv_timer_t *timer)
{
	struct forwarder *f = timer->data;
	struct peer *peer = present(f);

	log_warn("peer %s: no answer for %llu s, %u notifications are sent "
		 "again",
	    f->target == NULL ? "?" : f->target,
	    (unsigned long long)(f->stall_ms / 1000), f->under_way);
	if (f->stall_ms < FORWARD_MAX_STALL_MS)
		f->stall_ms *= 2;
	begin_run(f, peer);
	read_more(f);
}

/* False: the line is full. */
static bool
send_one(
    struct forwarder *f, struct peer *peer, const struct spool_forwarded *one)
{
	const struct spool_notice *n = &one->notice;
	struct context ctx = {0};
	struct str pairs = {0};
	struct msg m = {.id = MSG_FORWARD,
	    .forward = {.number = (uint64_t)n->seq,
		.position = f->position + 1,
		.tries = one->tries + 1,
		.sent_us = clock_wall() / NS_PER_US,
		.id = slice_of(n->id),
		.created_us = n->created_us,
		.site = slice_of(n->site),
		.what = slice_of(n->what),
		.host = slice_of(n->host),
		.service = slice_of(n->service)}};
	bool full;

	context_from_stored(&ctx, str_slice(&n->context));
	context_to_pairs(&ctx, &pairs);
	m.forward.context = str_slice(&pairs);
	full = bus_send(peer_line(peer), &m) < 0;
	context_free(&ctx);
	str_free(&pairs);
	if (full)
		return false;
	f->position++;
	f->sent = n->seq;
	f->under_way++;
	f->under_way_bytes += n->context.len;
	peer->sent++;
	return true;
}

static void
on_forwards(const struct spool_forwarded *list, size_t n, void *arg)
{
	struct forwarder *f = arg;
	struct peer *peer = present(f);
	bool more = f->more || n > 0;

	f->reading = f->more = false;
	if (peer == NULL || f->read_run != f->run) {
		forwarder_changed(f);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!send_one(f, peer, &list[i])) {
			look_in(f, FULL_MS);
			more = false;
			break;
		}
	}
	if (n > 0)
		bus_flush(peer_line(peer));
	set_pending(f);
	if (f->under_way > 0 && !uv_is_active((uv_handle_t *)f->stall))
		uv_timer_start(f->stall, on_stall, f->stall_ms, 0);
	if (more)
		read_more(f);
}

static void
read_more(struct forwarder *f)
{
	if (present(f) == NULL || f->waiting == 0 ||
	    f->under_way >= FORWARD_WINDOW / 2 ||
	    f->under_way_bytes >= FORWARD_WINDOW_BYTES / 2)
		return;
	if (f->reading) {
		f->more = true;
		return;
	}
	f->reading = true;
	f->read_run = f->run;
	spool_forwards(
	    f->spool, f->sent, FORWARD_WINDOW - f->under_way, on_forwards, f);
}

void
forwarder_changed(struct forwarder *f)
{
	int64_t again;
	struct peer *best = choose(f, &again), *now = present(f);

	if (now != NULL && best != now && f->under_way > 0)
		return; /* what is under way comes to its end first */
	if (now == NULL && f->target != NULL)
		begin_run(f, NULL);
	if (best != NULL && best != now) {
		log_info("notifications go to %s", best->name);
		f->stall_ms = FORWARD_STALL_MS;
		begin_run(f, best);
	}
	if (best == NULL && again > 0)
		look_in(f, again + 1);
	read_more(f);
}

/* --- answers ---------------------------------------------------------------
 */

static void
on_taken(int64_t bytes, void *arg)
{
	struct forwarder *f = arg;

	if (bytes == 0)
		return;
	f->waiting -= f->waiting > 0;
	f->waiting_bytes -= bytes;
	f->counters.taken++;
	f->told_full = false;
}

void
forwarder_answer(struct forwarder *f, struct peer *peer, uint64_t number)
{
	spool_forward_taken(f->spool, (int64_t)number, peer->name, on_taken, f);
	if (f->target == NULL || strcmp(f->target, peer->name) != 0 ||
	    (int64_t)number > f->sent || f->under_way == 0)
		return; /* of a run before this one */
	f->under_way_bytes -= f->under_way_bytes / f->under_way;
	f->under_way--;
	f->stall_ms = FORWARD_STALL_MS;
	set_pending(f);
	if (f->under_way > 0)
		uv_timer_start(f->stall, on_stall, f->stall_ms, 0);
	else
		uv_timer_stop(f->stall);
	if (f->under_way == 0)
		forwarder_changed(f);
	else
		read_more(f);
}

/* --- the bound -------------------------------------------------------------
 */

static void
on_dropped(const struct spool_notice *list, size_t n, int64_t bytes, void *arg)
{
	struct forwarder *f = arg;

	f->dropping = false;
	for (size_t i = 0; i < n; i++)
		log_error("notice %s: %s of %s%s%s is given up: too much waits "
			  "for another site (notifications.forward_limit)",
		    list[i].id, list[i].what, list[i].host,
		    list[i].service[0] == '\0' ? "" : " / ", list[i].service);
	f->counters.dropped += n;
	f->waiting -= n < f->waiting ? n : f->waiting;
	f->waiting_bytes -= bytes;
}

bool
forwarder_room(struct forwarder *f)
{
	if (f->waiting_bytes <= f->limit)
		return true;
	if (!f->dropping) {
		f->dropping = true;
		spool_forwards_drop(
		    f->spool, f->waiting_bytes - f->limit, on_dropped, f);
	}
	if (f->waiting_bytes <= f->limit + f->limit / 10)
		return true;
	if (!f->told_full)
		log_error("%zu notifications wait for another site, %lld MiB: "
			  "new ones are left with their senders",
		    f->waiting, (long long)(f->waiting_bytes >> 20));
	f->told_full = true;
	return false;
}

void
forwarder_added(struct forwarder *f, int64_t bytes)
{
	f->waiting++;
	f->waiting_bytes += bytes;
	read_more(f);
}

/* --- life
 * -------------------------------------------------------------------------- */

static void
on_sum(int64_t n, int64_t bytes, void *arg)
{
	struct forwarder *f = arg;

	f->waiting += (size_t)n;
	f->waiting_bytes += bytes;
	if (n > 0)
		log_info("spool: %lld notifications wait for another site",
		    (long long)n);
	forwarder_changed(f);
}

static uv_timer_t *
timer_new(struct forwarder *f, uv_loop_t *loop)
{
	uv_timer_t *timer = xnew(uv_timer_t);

	uv_timer_init(loop, timer);
	timer->data = f;
	return timer;
}

struct forwarder *
forwarder_new(uv_loop_t *loop, struct spool *spool, struct peers *peers)
{
	struct forwarder *f = xnew(struct forwarder);

	f->spool = spool;
	f->peers = peers;
	f->local = true;
	f->stall_ms = FORWARD_STALL_MS;
	f->look = timer_new(f, loop);
	f->stall = timer_new(f, loop);
	spool_forwards_sum(spool, on_sum, f);
	return f;
}

static void
forget_targets(struct forwarder *f)
{
	while (f->n_targets > 0)
		free(f->targets[--f->n_targets]);
	free(f->targets);
	f->targets = NULL;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

void
forwarder_stop(struct forwarder *f)
{
	f->peers = NULL;
	uv_timer_stop(f->look);
	uv_timer_stop(f->stall);
}

void
forwarder_free(struct forwarder **forwarder)
{
	struct forwarder *f = *forwarder;

	if (f == NULL)
		return;
	*forwarder = NULL;
	forget_targets(f);
	free(f->target);
	uv_close((uv_handle_t *)f->look, on_closed);
	uv_close((uv_handle_t *)f->stall, on_closed);
	free(f);
}

void
forwarder_configure(struct forwarder *f, const struct settings *settings)
{
	const char *mode = settings->notify_mode;
	size_t i;
	json_t *name;

	forget_targets(f);
	f->targets = xcalloc(
	    json_array_size(settings->notify_forward_to) + 1, sizeof(char *));
	json_array_foreach(settings->notify_forward_to, i, name)
	    f->targets[f->n_targets++] = xstrdup(json_string_value(name));
	f->on = mode != NULL && strcmp(mode, "local") != 0;
	f->local = mode == NULL || strcmp(mode, "forward") != 0;
	f->limit = settings->notify_forward_limit << 20;
	forwarder_changed(f);
}

bool
forwarder_on(const struct forwarder *f)
{
	return f->on;
}

bool
forwarder_local(const struct forwarder *f)
{
	return f->local;
}

json_t *
forwarder_targets_json(const struct forwarder *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n_targets; i++)
		json_array_append_new(list, json_string(f->targets[i]));
	return list;
}

size_t
forwarder_waiting(const struct forwarder *f)
{
	return f->waiting;
}

int64_t
forwarder_waiting_bytes(const struct forwarder *f)
{
	return f->waiting_bytes;
}

const struct forwarder_counters *
forwarder_counters(const struct forwarder *f)
{
	return &f->counters;
}
