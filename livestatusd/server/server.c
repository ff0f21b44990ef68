/* SPDX-License-Identifier: Apache-2.0
 *
 * Listeners of Livestatus; see server.h.
 */
#include "livestatusd/server/server.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/server/client.h"
#include "livestatusd/server/keeper.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SWEEP_MS 1000u
#define WAIT_MS  50u /* while a query waits, its time is looked at */

/* The limit that the newest connection is beyond; or 0. */
static unsigned
limit(const struct livestatus *s, const struct client *newest)
{
	const struct network *peer = &newest->peer;
	unsigned n = 0;

	if (s->counters.active > LIVESTATUS_MAX)
		return LIVESTATUS_MAX;
	if (s->counters.active <= LIVESTATUS_MAX_PEER || peer->family == 0)
		return 0;
	for (const struct client *c = s->clients; c != NULL; c = c->next)
		n += c->peer.family == peer->family &&
		    memcmp(c->peer.address, peer->address,
			sizeof(peer->address)) == 0;
	return n > LIVESTATUS_MAX_PEER ? LIVESTATUS_MAX_PEER : 0;
}

void
livestatus_on_connection(uv_stream_t *listener, int status)
{
	struct livestatus *s = listener->data;
	unsigned most;

	if (status != 0) {
		log_warn("live: %s", uv_strerror(status));
		return;
	}
	client_accept(s, listener, listener->type == UV_TCP);
	most = limit(s, s->clients);
	if (most != 0 || s->stopping) {
		s->counters.refused++;
		if (s->counters.refused % 1000 == 1)
			log_warn("live: more than %u connections%s, further "
				 "ones are closed",
			    most,
			    most < LIVESTATUS_MAX ? " from one address" : "");
		client_close(s->clients);
	} else {
		client_read_early(s->clients);
	}
}

bool
livestatus_has_waiting(const struct livestatus *s)
{
	for (const struct client *c = s->clients; c != NULL; c = c->next)
		if (c->query != NULL && c->at == CARRY_NOT)
			return true;
	return false;
}

#define USAGE_MEMORY 10.0 /* seconds in which the average forgets */

/* The threads' share of time at work, since the last look a second ago. */
static void
look_at_usage(struct livestatus *s, int64_t now)
{
	double seconds = (double)(now - s->looked) / (double)NS_PER_S, keep;
	struct pool_counters c;

	if (s->looked != 0 && now - s->looked < NS_PER_S)
		return;
	pool_counters(s->l->pool, &c);
	if (s->looked != 0) {
		keep = exp(-seconds / USAGE_MEMORY);
		s->usage = s->usage * keep +
		    (double)(c.busy_ns - s->busy_ns) / (double)NS_PER_S /
			seconds / c.threads * (1 - keep);
	}
	s->busy_ns = c.busy_ns;
	s->looked = now;
}

static void
on_sweep(uv_timer_t *timer)
{
	struct livestatus *s = timer->data;
	int64_t now = clock_mono();
	struct client *next;

	keeper_look(s->l->keeper);
	look_at_usage(s, now);
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		client_sweep(c, now);
	}
	carry_sweep(s, now);
	uv_timer_start(timer, on_sweep,
	    livestatus_has_waiting(s) || carry_is_full(s) ? WAIT_MS : SWEEP_MS,
	    0);
}

void
livestatus_look_soon(struct livestatus *s)
{
	if (!s->stopping && uv_timer_get_due_in(&s->sweep) > WAIT_MS)
		uv_timer_start(&s->sweep, on_sweep, WAIT_MS, 0);
}

void
livestatus_changed(struct livestatus *s)
{
	struct client *next;

	if (s == NULL)
		return;
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (c->query != NULL && c->at == CARRY_NOT)
			client_go(c);
	}
	if (livestatus_has_waiting(s))
		livestatus_look_soon(s);
}

static int
open_unix(
    struct livestatus *s, uv_pipe_t *pipe, const char *path, struct err *err_r)
{
	int rc;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		err_set(
		    err_r, "%s: longer than the name of a socket may be", path);
		return -1;
	}
	uv_pipe_init(s->l->d->loop, pipe, 0);
	pipe->data = s;
	s->handles++;
	unlink(path);
	rc = uv_pipe_bind(pipe, path);
	if (rc == 0 && chmod(path, 0660) != 0)
		rc = UV_EACCES;
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)pipe, LIVESTATUS_BACKLOG,
		    livestatus_on_connection);
	if (rc != 0)
		err_set(err_r, "%s: %s", path, uv_strerror(rc));
	return rc == 0 ? 0 : -1;
}

struct livestatus *
livestatus_new(struct livestatusd *l, struct err *err_r)
{
	struct livestatus *s = xnew(struct livestatus);

	s->l = l;
	s->path = daemon_path(l->d, "tmp/run/live");
	s->sites_path = daemon_path(l->d, "tmp/run/sites");
	uv_timer_init(l->d->loop, &s->sweep);
	s->sweep.data = s;
	s->handles = 1;
	for (int q = 0; q < QUEUES; q++)
		s->line[q].last = &s->line[q].first;
	if (open_unix(s, &s->unix_socket, s->path, err_r) != 0 ||
	    open_unix(s, &s->sites_socket, s->sites_path, err_r) != 0 ||
	    livestatus_prepare(s, l->d->settings, err_r) != 0) {
		livestatus_free(&s);
		return NULL;
	}
	livestatus_commit(s);
	s->open = true;
	uv_timer_start(&s->sweep, on_sweep, SWEEP_MS, 0);
	return s;
}

static void
finish(struct livestatus *s)
{
	free(s->path);
	free(s->sites_path);
	free(s);
}

void
livestatus_handle_closed(struct livestatus *s)
{
	if (--s->handles == 0)
		finish(s);
}

static void
on_closed(uv_handle_t *handle)
{
	livestatus_handle_closed(handle->data);
}

static void
close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

void
livestatus_stop(struct livestatus *s)
{
	int64_t now = clock_mono();
	struct client *next;

	s->stopping = true;
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		client_sweep(c, now);
	}
}

bool
livestatus_is_idle(const struct livestatus *s)
{
	return s == NULL || s->clients == NULL;
}

void
livestatus_free(struct livestatus **sp)
{
	struct livestatus *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	for (struct client *c = s->clients; c != NULL; c = c->next)
		client_close(c);
	if (s->open) {
		unlink(s->path);
		unlink(s->sites_path);
	}
	livestatus_close_tcp(s);
	if (s->unix_socket.data != NULL)
		close_handle((uv_handle_t *)&s->unix_socket);
	if (s->sites_socket.data != NULL)
		close_handle((uv_handle_t *)&s->sites_socket);
	close_handle((uv_handle_t *)&s->sweep);
}

uint32_t
livestatus_queued(const struct livestatus *s)
{
	return s->queued;
}

double
livestatus_usage(const struct livestatus *s)
{
	return s->usage < 1 ? s->usage : 1;
}

const struct livestatus_counters *
livestatus_counters(const struct livestatus *s)
{
	return &s->counters;
}
