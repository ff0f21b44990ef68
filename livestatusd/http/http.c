/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests in, answers out: libmicrohttpd with its epoll descriptor on the
 * daemon's loop; see http.h.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/http/chore.h"
#include "livestatusd/http/internal.h"
#include "livestatusd/http/link.h"
#include "livestatusd/http/multisite.h"
#include "livestatusd/http/people/directory.h"
#include "livestatusd/http/people/people.h"
#include "livestatusd/http/rest/rest.h"
#include "livestatusd/http/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1000
#define IDLE_S          60
#define END_ROUNDS      8 /* steps of libmicrohttpd to a stream's end */

bool
http_may(const struct http_request *r, const char *permission)
{
	uint64_t bit = permission_bit(permission);

	must(bit != 0);
	return (r->may & bit) != 0;
}

const char *
http_argument(struct http_request *r, const char *key)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, key);
}

const char *
http_header(struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_HEADER_KIND, name);
}

/* --- routes --------------------------------------------------------------- */

/*
 * Another site's page can make a browser send a form, but not this header:
 * together with SameSite cookies that keeps forged requests out.
 */
static bool
is_forged(struct http_request *r)
{
	return r->by_cookie && strcmp(r->method, "GET") != 0 &&
	    strcmp(r->method, "HEAD") != 0 &&
	    http_header(r, "X-Vedette") == NULL;
}

static void
handle_page(struct http_request *r)
{
	if (is_forged(r))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "The header X-Vedette is expected with a cookie.");
	else if (!http_may(r, "general.use"))
		http_fail(r, MHD_HTTP_FORBIDDEN,
		    "You are not allowed to use the console.");
	else if (r->view != NULL && !view_may_ask(r))
		http_fail(
		    r, MHD_HTTP_FORBIDDEN, "This view may not show that.");
	else if (r->rest)
		rest_handle(r);
	else if (strcmp(r->path, "metrics") == 0)
		metrics_handle(r);
	else
		console_handle(r);
}

static void
handle_session(struct http_request *r, void (*handler)(struct http_request *r))
{
	if (strcmp(r->method, "POST") != 0 ||
	    http_header(r, "X-Vedette") == NULL)
		http_fail(r, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "POST with the header X-Vedette is expected.");
	else
		handler(r);
}

static enum MHD_Result
handle_file(struct http_request *r)
{
	const struct asset *a = NULL;

	if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0) {
		http_fail(r, MHD_HTTP_METHOD_NOT_ALLOWED, "GET is expected.");
		return answer_send(r);
	}
	if (strncmp(r->path, "assets/", 7) == 0)
		a = assets_find(r->h->assets, r->path + 7);
	else if (strchr(r->path, '.') == NULL)
		a = assets_find(r->h->assets, "index.html");
	if (a != NULL)
		return answer_asset(r, a);
	http_fail(r, MHD_HTTP_NOT_FOUND, "There is no such page.");
	return answer_send(r);
}

static void
suspend(struct http_request *r)
{
	r->next = r->h->waiting;
	r->link = &r->h->waiting;
	if (r->next != NULL)
		r->next->link = &r->next;
	r->h->waiting = r;
	MHD_suspend_connection(r->connection);
}

/* The request is whole: makes its answer, or suspends the connection. */
static enum MHD_Result
handle(struct http_request *r)
{
	r->h->requests++;
	peers_busy(r, true);
	if (r->path == NULL)
		return answer_redirect(r, r->h->prefix);
	r->rest = rest_is_path(r->path);
	if (!r->rest && strncmp(r->path, "console/", 8) != 0 &&
	    strcmp(r->path, "metrics") != 0 && !link_is_path(r->path) &&
	    !multisite_is_path(r->path))
		return handle_file(r);
	if (r->body_too_long)
		http_fail(
		    r, MHD_HTTP_CONTENT_TOO_LARGE, "The request is too long.");
	else if (link_is_path(r->path))
		link_handle(r);
	else if (multisite_is_path(r->path))
		multisite_handle(r);
	else if (strcmp(r->path, "console/login") == 0)
		handle_session(r, login_handle);
	else if (strcmp(r->path, "console/logout") == 0)
		handle_session(r, logout_handle);
	else if (!r->rest || !rest_handle_open(r))
		auth_start(r, handle_page);
	if (r->status != 0)
		return answer_send(r);
	suspend(r);
	return MHD_YES;
}

static void run_mhd(struct http_listener *l);

void
http_done(struct http_request *r)
{
	if (r->link == NULL || r->status == 0)
		return;
	*r->link = r->next;
	if (r->next != NULL)
		r->next->link = r->link;
	r->link = NULL;
	MHD_resume_connection(r->connection);
	run_mhd(r->listener);
}

/* --- libmicrohttpd's callbacks ---------------------------------------------
 */

static struct http_request *
request_new(struct http *h, struct MHD_Connection *connection, const char *url,
    const char *method)
{
	struct http_request *r = xnew(struct http_request);
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON);

	r->h = h;
	r->connection = connection;
	r->method = method;
	r->path = address_below(url, h->prefix);
	for (r->listener = h->listeners; r->listener->mhd != info->daemon;
	     r->listener = r->listener->next)
		;
	return r;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **request)
{
	struct http_request *r = *request;

	(void)version;
	if (r == NULL) {
		*request = request_new(arg, connection, url, method);
		return MHD_YES;
	}
	if (*len > 0) {
		if (r->body.len + *len > HTTP_MAX_BODY)
			r->body_too_long = true;
		else
			str_addn(&r->body, data, *len);
		*len = 0;
		return MHD_YES;
	}
	if (r->status != 0) /* resumed */
		return answer_send(r);
	return handle(r);
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode why)
{
	struct http_request *r = *request;

	(void)arg;
	(void)connection;
	(void)why;
	*request = NULL;
	if (r == NULL)
		return;
	peers_busy(r, false);
	r->h->unread -= r->unread;
	if (r->cancel != NULL)
		r->cancel(r);
	if (r->link != NULL) {
		*r->link = r->next;
		if (r->next != NULL)
			r->next->link = r->link;
	}
	str_free(&r->body);
	str_free(&r->out);
	free(r->cookie);
	free(r->location);
	free(r->etag);
	free(r->user);
	json_decref(r->groups);
	json_decref(r->view);
	free(r->path);
	free(r);
}

/* --- on the loop -----------------------------------------------------------
 */

static void
on_timer(uv_timer_t *timer)
{
	run_mhd(timer->data);
}

static void
free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void
listener_free(struct http_listener *l)
{
	uv_poll_stop(l->poll);
	uv_close((uv_handle_t *)l->poll, free_handle);
	uv_close((uv_handle_t *)l->timer, free_handle);
	MHD_stop_daemon(l->mhd);
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	free(l);
}

static bool
is_drained(const struct http_listener *l)
{
	return l->draining &&
	    MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections == 0;
}

static void
run_mhd(struct http_listener *l)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(l->mhd);
	if (is_drained(l))
		listener_free(l);
	else if (MHD_get_timeout(l->mhd, &ms) == MHD_YES)
		uv_timer_start(l->timer, on_timer, ms, 0);
	else
		uv_timer_stop(l->timer);
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run_mhd(poll->data);
}

/* Takes the descriptor; nothing is accepted until listener_start(). */
static struct http_listener *
listener_new(struct http *h, int fd)
{
	struct http_listener *l = xnew(struct http_listener);
	int epoll_fd;

	l->h = h;
	l->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0,
	    NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, peers_notify, h,
	    MHD_OPTION_UNESCAPE_CALLBACK, address_unescape, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_END);
	if (l->mhd == NULL) {
		free(l);
		return NULL;
	}
	epoll_fd =
	    MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	l->poll = xnew(uv_poll_t);
	l->timer = xnew(uv_timer_t);
	l->poll->data = l->timer->data = l;
	must(uv_poll_init(h->d->loop, l->poll, epoll_fd) == 0);
	must(uv_timer_init(h->d->loop, l->timer) == 0);
	l->next = h->listeners;
	l->link = &h->listeners;
	if (l->next != NULL)
		l->next->link = &l->next;
	h->listeners = l;
	return l;
}

static void
listener_start(struct http_listener *l)
{
	uv_poll_start(l->poll, UV_READABLE, on_readable);
}

static void
listener_abort(void *server)
{
	listener_free(server);
}

void
http_run(struct http *h)
{
	struct http_listener *l, *next;

	for (l = h->listeners; l != NULL; l = next) {
		next = l->next;
		run_mhd(l);
	}
}

/* Closes the socket; what is connected may finish. */
static void
listener_drain(void *server)
{
	struct http_listener *l = server;
	int fd = MHD_quiesce_daemon(l->mhd);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	l->draining = true;
	live_end(l->h, l);
	run_mhd(l);
}

int
http_prepare(struct http *h, const struct settings *settings, struct err *err_r)
{
	if (directory_conf_check(settings->ldap, err_r) == -1 ||
	    series_conf_check(h, settings->metrics_influx, err_r) == -1 ||
	    sockets_prepare(&h->next, &h->sockets, &settings->http,
		"listen.http", err_r) == -1)
		return -1;
	for (size_t i = 0; i < h->next.n; i++) {
		h->next.v[i].server = listener_new(h, h->next.v[i].fd);
		if (h->next.v[i].server != NULL)
			continue;
		err_set(err_r, "listen.http: the server cannot be started");
		http_abort(h);
		return -1;
	}
	return 0;
}

void
http_commit(struct http *h)
{
	rights_free(&h->rights);
	h->rights_of = NULL;
	h->directory_dead_until = h->lookup_after = 0;
	for (size_t i = 0; i < h->next.n; i++)
		listener_start(h->next.v[i].server);
	sockets_commit(&h->sockets, &h->next, listener_drain);
}

void
http_abort(struct http *h)
{
	sockets_close(&h->next, listener_abort);
}

/* --- waiting requests ------------------------------------------------------
 */

void
http_changed(struct http *h)
{
	struct http_request *r, *next;

	for (r = h->waiting; r != NULL; r = next) {
		next = r->next;
		if (r->tick != NULL)
			r->tick(r);
	}
	live_tick(h);
}

static void
on_second(uv_timer_t *timer)
{
	peers_tick(timer->data);
	http_changed(timer->data);
}

struct http *
http_open(struct daemon *d, const struct http_source *source, struct err *err_r)
{
	struct http *h = xnew(struct http);
	char *path;

	h->d = d;
	h->source = *source;
	h->unread_max = HTTP_MAX_UNREAD;
	h->prefix = xasprintf("/%s/", d->site);
	h->passwords = passwords_new();
	h->graphs = chores_new(d->loop, 2);
	must(getrandom(h->transactions, sizeof(h->transactions), 0) ==
	    sizeof(h->transactions));
	h->explained = chores_new(d->loop, 1);
	h->tick = xnew(uv_timer_t);
	h->tick->data = h;
	must(uv_timer_init(d->loop, h->tick) == 0);
	uv_timer_start(h->tick, on_second, 1000, 1000);
	path = daemon_path(d, "share/web");
	h->assets = assets_load(path, err_r);
	free(path);
	path = daemon_path(d, "var/vedette/livestatusd");
	if (file_mkdirs(path, 0750, err_r) == -1)
		log_warn("sessions: %s", err_r->text);
	free(path);
	path = daemon_path(d, "var/vedette/livestatusd/sessions");
	h->sessions = sessions_open(path, clock_wall() / NS_PER_S);
	free(path);
	path = daemon_path(d, "var/vedette/livestatusd/people.json");
	h->people = people_open(path);
	free(path);
	if (h->assets == NULL || http_prepare(h, d->settings, err_r) == -1) {
		http_close(&h);
		return NULL;
	}
	http_commit(h);
	return h;
}

void
http_close(struct http **hp)
{
	struct http *h = *hp;

	*hp = NULL;
	if (h == NULL)
		return;
	while (h->waiting != NULL) {
		struct http_request *r = h->waiting;

		if (r->cancel != NULL)
			r->cancel(r);
		r->cancel = NULL;
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "The server ends; try again in a moment.");
		http_done(r);
	}
	live_end(h, NULL);
	for (int i = 0; i < END_ROUNDS && h->lives != NULL; i++)
		http_run(h);
	http_abort(h);
	while (h->listeners != NULL)
		listener_free(h->listeners);
	for (size_t i = 0; i < h->sockets.n; i++)
		free(h->sockets.v[i].address);
	free(h->sockets.v);
	assets_free(&h->assets);
	who_close(h);
	sessions_close(&h->sessions);
	people_close(&h->people);
	passwords_free(&h->passwords);
	chores_free(&h->graphs);
	chores_free(&h->explained);
	rights_free(&h->rights);
	uv_close((uv_handle_t *)h->tick, free_handle);
	free(h->prefix);
	free(h);
}

static void
put(struct str *list, const char *name, double value)
{
	msg_counter_put(list, &(struct msg_counter){slice_of(name), value});
}

void
http_counters(const struct http *h, struct str *list)
{
	put(list, "http_requests", (double)h->requests);
	put(list, "http_logins_refused", (double)h->refused_logins);
	put(list, "http_commands", (double)h->commands);
	put(list, "http_commands_refused", (double)h->commands_refused);
	put(list, "http_sessions", (double)sessions_count(h->sessions));
	put(list, "http_live", (double)h->n_lives);
	put(list, "http_connections", (double)h->n_peers);
	put(list, "http_clients_slow", (double)h->peers_slow);
	put(list, "http_answers_bytes", (double)h->unread);
	put(list, "http_answers_refused", (double)h->answers_refused);
	put(list, "http_live_refused", (double)h->lives_refused);
}
