/* SPDX-License-Identifier: Apache-2.0
 *
 * Listeners of Livestatus; see server.h.
 */
#include "livestatusd/server/server.h"

#include "common/clock.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/server/client.h"
#include "livestatusd/server/logfiles.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_CLIENTS 500u
#define BACKLOG     128
#define SWEEP_MS    1000u
#define WAIT_MS     50u /* while a query waits, its time is looked at */

static void
on_connection(uv_stream_t *listener, int status)
{
	struct livestatus *s = listener->data;

	if (status != 0) {
		log_warn("live: %s", uv_strerror(status));
		return;
	}
	client_accept(s, listener, listener->type == UV_TCP);
	if (s->counters.active > MAX_CLIENTS || s->stopping) {
		s->counters.refused++;
		if (s->counters.refused % 1000 == 1)
			log_warn("live: more than %u connections, further "
				 "ones are closed",
			    MAX_CLIENTS);
		client_close(s->clients);
	}
}

bool
livestatus_has_waiting(const struct livestatus *s)
{
	for (const struct client *c = s->clients; c != NULL; c = c->next)
		if (c->query != NULL)
			return true;
	return false;
}

static void
on_sweep(uv_timer_t *timer)
{
	struct livestatus *s = timer->data;
	int64_t now = clock_mono();
	struct client *next;

	if (livestatus_has_waiting(s) && logfiles_is_used(s->l->logfiles) &&
	    logfiles_refresh(s->l->logfiles))
		feed_log_event(s->l->feed);
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		client_sweep(c, now);
	}
	uv_timer_start(
	    timer, on_sweep, livestatus_has_waiting(s) ? WAIT_MS : SWEEP_MS, 0);
}

void
livestatus_changed(struct livestatus *s)
{
	struct client *next;

	if (s == NULL)
		return;
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (c->query != NULL)
			client_go(c);
	}
	if (livestatus_has_waiting(s) && !s->stopping &&
	    uv_timer_get_due_in(&s->sweep) > WAIT_MS)
		uv_timer_start(&s->sweep, on_sweep, WAIT_MS, 0);
}

static int
open_unix(struct livestatus *s, struct err *err_r)
{
	int rc;

	if (strlen(s->path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		err_set(err_r, "%s: longer than the name of a socket may be",
		    s->path);
		return -1;
	}
	uv_pipe_init(s->l->d->loop, &s->unix_socket, 0);
	s->unix_socket.data = s;
	s->handles++;
	unlink(s->path);
	rc = uv_pipe_bind(&s->unix_socket, s->path);
	if (rc == 0 && chmod(s->path, 0660) != 0)
		rc = UV_EACCES;
	if (rc == 0)
		rc = uv_listen(
		    (uv_stream_t *)&s->unix_socket, BACKLOG, on_connection);
	if (rc != 0)
		err_set(err_r, "%s: %s", s->path, uv_strerror(rc));
	return rc == 0 ? 0 : -1;
}

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* YAML takes the word off for false. */
static bool
tls_is_off(const struct settings_listener *l)
{
	const json_t *tls = json_object_get(l->extra, "tls");
	const char *word = json_string_value(tls);

	return json_is_false(tls) || (word != NULL && strcmp(word, "off") == 0);
}

int
livestatus_check_listener(const struct settings_listener *l, struct err *err_r)
{
	if (!l->enabled)
		return 0;
	if (!tls_is_off(l)) {
		err_set(err_r,
		    "listen.livestatus: this version serves TCP without TLS "
		    "only (set listen.livestatus.tls to off, which allows "
		    "loopback addresses alone, or listen.livestatus.enabled "
		    "to false)");
		return -1;
	}
	for (size_t i = 0; i < l->n_addresses; i++) {
		if (!is_loopback(l->addresses[i])) {
			err_set(err_r,
			    "listen.livestatus: without TLS only loopback "
			    "addresses are allowed, not %s",
			    l->addresses[i]);
			return -1;
		}
	}
	return 0;
}

static int
open_tcp(struct livestatus *s, struct err *err_r)
{
	const struct settings_listener *l = &s->l->d->settings->livestatus;
	struct err err = {""};

	if (livestatus_check_listener(l, err_r) != 0)
		return -1;
	if (!l->enabled)
		return 0;
	s->tcp = xcalloc(l->n_addresses + 1, sizeof(*s->tcp));
	for (size_t i = 0; i < l->n_addresses; i++) {
		int fd = listen_open(l->addresses[i], l->port, SOCK_STREAM,
		    "listen.livestatus", &err);
		uv_tcp_t *tcp = &s->tcp[s->n_tcp];

		if (fd == -1 && listen_missing_address() &&
		    l->n_addresses > 1) {
			log_warn("%s", err.text);
			continue;
		}
		if (fd == -1) {
			*err_r = err;
			return -1;
		}
		uv_tcp_init(s->l->d->loop, tcp);
		tcp->data = s;
		s->n_tcp++;
		s->handles++;
		uv_tcp_open(tcp, fd);
		if (uv_listen((uv_stream_t *)tcp, BACKLOG, on_connection) !=
		    0) {
			err_set(err_r, "listen.livestatus: cannot listen");
			return -1;
		}
	}
	return 0;
}

struct livestatus *
livestatus_new(struct livestatusd *l, struct err *err_r)
{
	struct livestatus *s = xnew(struct livestatus);

	s->l = l;
	s->path = daemon_path(l->d, "tmp/run/live");
	uv_timer_init(l->d->loop, &s->sweep);
	s->sweep.data = s;
	s->handles = 1;
	if (open_unix(s, err_r) != 0 || open_tcp(s, err_r) != 0) {
		livestatus_free(&s);
		return NULL;
	}
	s->open = true;
	uv_timer_start(&s->sweep, on_sweep, SWEEP_MS, 0);
	return s;
}

static void
finish(struct livestatus *s)
{
	free(s->tcp);
	free(s->path);
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
	if (s->open)
		unlink(s->path);
	for (size_t i = 0; i < s->n_tcp; i++)
		close_handle((uv_handle_t *)&s->tcp[i]);
	if (s->unix_socket.data != NULL)
		close_handle((uv_handle_t *)&s->unix_socket);
	close_handle((uv_handle_t *)&s->sweep);
}

const struct livestatus_counters *
livestatus_counters(const struct livestatus *s)
{
	return &s->counters;
}
