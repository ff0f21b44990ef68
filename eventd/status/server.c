/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections of the status port; see server.h.
 */
#include "eventd/status/server.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"
#include "eventd/receive/listeners.h"
#include "eventd/receive/receive.h"
#include "eventd/rule/match.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>

#define CLIENTS_MAX 500
#define REQUEST_MAX (256 * 1024)
#define IDLE_MS     30000
#define CHECK_MS    1000

enum {
	KIND_UNIX,
	KIND_TCP
};

struct status_client {
	struct status_client *prev, *next;
	struct status_server *owner;
	struct str in;
	size_t scanned; /* bytes known to hold no end of a request */
	bool commands, eof, asked, closing, writing;
	int64_t last; /* monotonic, of the last progress */
	struct str out;
	uv_write_t write;
	struct tls *tls; /* NULL: plain */
	union stream_handle u;
};

struct status_server {
	uv_loop_t *loop;
	status_request_fn *request;
	status_gone_fn *gone;
	void *arg;
	struct status_rules rules;
	struct listeners listeners;
	struct status_client *clients;
	size_t n_clients;
	uint64_t connects;
	uv_timer_t timer;
	SSL_CTX *tls; /* for those that connect from now on; or NULL */
	char buffer[65536];
};

static void
client_closed(uv_handle_t *handle)
{
	struct status_client *c = handle->data;

	str_free(&c->in);
	str_free(&c->out);
	tls_free(&c->tls);
	free(c);
}

static void
client_close(struct status_client *c)
{
	struct status_server *s = c->owner;

	if (c->closing)
		return;
	c->closing = true;
	if (c->asked)
		s->gone(c, s->arg);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->clients = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->n_clients--;
	if (c->tls != NULL) {
		tls_end(c->tls);
		stream_handle_push_tls(&c->u, c->tls);
	}
	uv_close(&c->u.handle, client_closed);
}

/* The next whole request off the front. False: there is none yet. */
static bool
take_request(struct status_client *c, struct str *request)
{
	const char *s = str_get(&c->in);
	size_t n = c->in.len, end = 0, used = 0, line;

	/* Empty lines before a request mean nothing. */
	while (used < n && (s[used] == '\n' || s[used] == '\r'))
		used++;
	line = c->scanned > used ? c->scanned : used;
	while (line < n) {
		const char *lf = memchr(s + line, '\n', n - line);
		size_t len;

		if (lf == NULL)
			break;
		len = (size_t)(lf - (s + line));
		if (len == 0 || (len == 1 && s[line] == '\r')) {
			end = line;
			n = line + len + 1;
			break;
		}
		line += len + 1;
	}
	if (end == 0 && (!c->eof || used == c->in.len)) {
		c->scanned = line;
		return false;
	}
	if (end == 0)
		end = n;
	str_addn(request, s + used, end - used);
	memmove(c->in.s, c->in.s + n, c->in.len - n);
	c->in.len -= n;
	c->in.s[c->in.len] = '\0';
	c->scanned = 0;
	return true;
}

/* Asks the next question, or ends the connection where nothing is left. */
static void
proceed(struct status_client *c, bool answered)
{
	struct str request = {0};

	if (c->asked || c->writing || c->closing)
		return;
	if (take_request(c, &request)) {
		c->asked = true;
		c->last = clock_mono();
		c->owner->request(
		    c, str_slice(&request), c->commands, c->owner->arg);
	} else if (c->eof || (answered && c->in.len == 0)) {
		client_close(c);
	}
	str_free(&request);
}

static void
on_written(uv_write_t *write, int status)
{
	struct status_client *c = write->data;

	c->writing = false;
	c->last = clock_mono();
	str_free(&c->out);
	if (status < 0)
		client_close(c);
	else
		proceed(c, true);
}

void
status_answer(struct status_client *c, struct slice text)
{
	struct err err;
	uv_buf_t buf;

	c->asked = false;
	if (c->closing)
		return;
	str_clear(&c->out);
	if (c->tls == NULL) {
		str_addslice(&c->out, text);
	} else if (tls_send(c->tls, text, &err) == 0) {
		tls_take(c->tls, &c->out);
	} else {
		client_close(c);
		return;
	}
	buf = uv_buf_init(c->out.s, (unsigned)c->out.len);
	c->write.data = c;
	c->writing = true;
	if (uv_write(&c->write, &c->u.stream, &buf, 1, on_written) != 0) {
		c->writing = false;
		client_close(c);
	}
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct status_client *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->owner->buffer, sizeof(c->owner->buffer));
}

static void
end_of_input(struct status_client *c)
{
	c->eof = true;
	uv_read_stop(&c->u.stream);
}

/* What was sealed, to what came before. False: the connection is over. */
static bool
unseal(struct status_client *c, struct slice bytes)
{
	struct err err = {""};
	enum tls_state state = tls_receive(c->tls, bytes, &c->in, &err);

	if (state == TLS_FAILED) {
		log_warn("event_status: TLS: %s", err.text);
		client_close(c);
		return false;
	}
	if (!c->writing)
		stream_handle_push_tls(&c->u, c->tls);
	if (state == TLS_ENDED)
		end_of_input(c);
	return true;
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct status_client *c = stream->data;

	if (n == 0)
		return;
	if (n < 0 && n != UV_EOF) {
		client_close(c);
		return;
	}
	c->last = clock_mono();
	if (n == UV_EOF)
		end_of_input(c);
	else if (c->tls == NULL)
		str_addn(&c->in, buf->base, (size_t)n);
	else if (!unseal(c, (struct slice){buf->base, (size_t)n}))
		return;
	if (c->in.len > REQUEST_MAX && !c->asked && !c->writing) {
		str_clear(&c->in);
		c->eof = true;
		uv_read_stop(stream);
		status_answer(c, SLICE("ERROR: the request is too long\n"));
		return;
	}
	if (c->in.len > REQUEST_MAX) {
		client_close(c);
		return;
	}
	proceed(c, false);
}

static bool
allowed(const struct status_server *s, const uv_tcp_t *tcp)
{
	struct sockaddr_storage peer = {0};
	int len = sizeof(peer);
	char text[64];

	if (s->rules.allow == NULL || s->rules.allow->n == 0)
		return true;
	if (uv_tcp_getpeername(tcp, (struct sockaddr *)&peer, &len) != 0)
		return false;
	ec_address_text((struct sockaddr *)&peer, text);
	if (networks_have(s->rules.allow, slice_of(text)))
		return true;
	log_warn("event_status: %s is not allowed (see "
		 "eventd.status_tcp.allow)",
	    text);
	return false;
}

static void
on_connection(uv_stream_t *server, int kind, void *arg)
{
	bool tcp = kind == KIND_TCP;
	struct status_server *s = arg;
	struct status_client *c = xnew(struct status_client);

	c->owner = s;
	c->last = clock_mono();
	c->commands = !tcp || s->rules.commands;
	stream_handle_init(&c->u, s->loop, tcp, c);
	c->next = s->clients;
	if (c->next != NULL)
		c->next->prev = c;
	s->clients = c;
	s->n_clients++;
	s->connects++;
	if (uv_accept(server, &c->u.stream) != 0 ||
	    s->n_clients > CLIENTS_MAX || (tcp && !allowed(s, &c->u.tcp)))
		client_close(c);
	if (c->closing)
		return;
	if (tcp && s->tls != NULL)
		c->tls = tls_new(s->tls);
	uv_read_start(&c->u.stream, on_alloc, on_read);
}

/* Neither asking nor taking its answer. */
static void
on_timer(uv_timer_t *timer)
{
	struct status_server *s = timer->data;
	int64_t now = clock_mono();
	struct status_client *next;

	for (struct status_client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (!c->asked && now - c->last > IDLE_MS * NS_PER_MS)
			client_close(c);
	}
}

struct status_server *
status_new(uv_loop_t *loop, status_request_fn *request, status_gone_fn *gone,
    void *arg)
{
	struct status_server *s = xnew(struct status_server);

	s->loop = loop;
	s->request = request;
	s->gone = gone;
	s->arg = arg;
	s->listeners = (struct listeners){loop, on_connection, s, NULL};
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_timer, CHECK_MS, CHECK_MS);
	uv_unref((uv_handle_t *)&s->timer);
	return s;
}

void
status_set_rules(struct status_server *s, const struct status_rules *r)
{
	s->rules = *r;
}

void
status_set_tls(struct status_server *s, SSL_CTX *context)
{
	SSL_CTX_free(s->tls);
	s->tls = context;
}

void
status_unlisten(struct status_server *s, const char *key)
{
	listeners_close(&s->listeners, key);
}

int
status_listen_unix(struct status_server *s, const char *path, struct err *err_r)
{
	return listeners_unix(&s->listeners, path, KIND_UNIX, err_r);
}

int
status_listen_tcp(
    struct status_server *s, int fd, const char *key, struct err *err_r)
{
	return listeners_tcp(&s->listeners, fd, key, KIND_TCP, err_r);
}

static void
timer_closed(uv_handle_t *handle)
{
	struct status_server *s = handle->data;

	SSL_CTX_free(s->tls);
	free(s);
}

void
status_free(struct status_server **sp)
{
	struct status_server *s = *sp;

	if (s == NULL)
		return;
	listeners_close_all(&s->listeners);
	while (s->clients != NULL)
		client_close(s->clients);
	uv_close((uv_handle_t *)&s->timer, timer_closed);
	*sp = NULL;
}

uint64_t
status_connects(const struct status_server *s)
{
	return s->connects;
}
