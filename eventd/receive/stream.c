/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams: TCP, with and without TLS, the Unix socket, the FIFO. A client that
 * leaves a message unfinished, or never sends one, is closed after a while; an
 * idle one that sent whole messages stays, because a sender would lose what it
 * writes next.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"
#include "eventd/receive/listeners.h"
#include "eventd/receive/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED_MS 300000
#define HANDSHAKE_MS  10000
#define CHECK_MS      5000

struct client {
	struct client *prev, *next;
	struct stream_receiver *owner;
	enum input input;
	bool closing, permanent; /* permanent: the FIFO */
	char address[64];
	struct frame_reader frames;
	struct tls *tls; /* NULL: plain */
	bool shaken;
	int64_t last_byte; /* monotonic */
	uint64_t messages;
	union stream_handle u;
};

struct stream_receiver {
	uv_loop_t *loop;
	struct receive_limits limits;
	struct receive_counters *counters;
	receive_fn *fn;
	receive_admit_fn *admit; /* NULL: everyone */
	void *arg;
	struct listeners listeners;
	struct client *clients;
	uv_timer_t timer;
	bool paused, refusing;
	SSL_CTX *tls;     /* for those that connect from now on */
	struct str plain; /* what came through TLS just now */
	int64_t now_us;
	char buffer[65536];
};

static void
on_message(struct slice raw, void *arg)
{
	struct client *c = arg;

	c->messages++;
	c->owner->fn(
	    raw, c->address, c->input, c->owner->now_us, c->owner->arg);
}

static void
client_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;

	frame_free(&c->frames);
	tls_free(&c->tls);
	free(c);
}

static void
client_close(struct client *c, bool take_rest)
{
	struct stream_receiver *s = c->owner;

	if (c->closing)
		return;
	c->closing = true;
	s->now_us = clock_wall() / NS_PER_US;
	if (take_rest)
		frame_end(&c->frames, &s->counters->frames, on_message, c);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->clients = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	if (!c->permanent)
		s->counters->clients--;
	uv_close(&c->u.handle, client_closed);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct client *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->owner->buffer, sizeof(c->owner->buffer));
}

/* False: there is nothing to look at. */
static bool
through_tls(struct client *c, struct slice *bytes)
{
	struct stream_receiver *s = c->owner;
	struct err err = {""};
	enum tls_state state;

	str_clear(&s->plain);
	state = tls_receive(c->tls, *bytes, &s->plain, &err);
	stream_handle_push_tls(&c->u, c->tls);
	*bytes = str_slice(&s->plain);
	if (state == TLS_FAILED) {
		s->counters->tls_failed++;
		log_warn("%s %s: TLS: %s", input_name(c->input), c->address,
		    err.text);
		client_close(c, false);
	}
	c->shaken |= state != TLS_SHAKING;
	return !c->closing && bytes->len > 0;
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;
	struct stream_receiver *s = c->owner;
	struct slice bytes = {buf->base, n > 0 ? (size_t)n : 0};
	struct err err;

	if (n == 0)
		return;
	if (n < 0) {
		client_close(c, n == UV_EOF);
		return;
	}
	s->now_us = clock_wall() / NS_PER_US;
	c->last_byte = clock_mono();
	if (c->tls != NULL && !through_tls(c, &bytes))
		return;
	if (frame_feed(&c->frames, bytes, &s->counters->frames, on_message, c,
		&err) == 0)
		return;
	log_warn("%s %s: %s", input_name(c->input),
	    c->address[0] != '\0' ? c->address : "sender", err.text);
	if (c->permanent) {
		frame_free(&c->frames);
		frame_init(&c->frames, s->limits.max_message);
		return;
	}
	client_close(c, false);
}

static void
client_start(struct client *c)
{
	if (!c->owner->paused && !c->closing)
		uv_read_start(&c->u.stream, on_alloc, on_read);
}

static struct client *
client_new(struct stream_receiver *s, enum input input)
{
	struct client *c = xnew(struct client);

	c->owner = s;
	c->input = input;
	c->last_byte = clock_mono();
	frame_init(&c->frames, s->limits.max_message);
	stream_handle_init(
	    &c->u, s->loop, input == INPUT_TCP || input == INPUT_TLS, c);
	c->next = s->clients;
	if (c->next != NULL)
		c->next->prev = c;
	s->clients = c;
	s->counters->clients++;
	return c;
}

static void
on_connection(uv_stream_t *server, int kind, void *arg)
{
	struct stream_receiver *s = arg;
	enum input input = (enum input)kind;
	struct sockaddr_storage peer = {0};
	int len = sizeof(peer);
	struct client *c;

	c = client_new(s, input);
	if (uv_accept(server, &c->u.stream) != 0) {
		client_close(c, false);
		return;
	}
	if (s->counters->clients > s->limits.max_clients) {
		s->counters->clients_refused++;
		if (!s->refusing)
			log_warn("%s: more than %u clients, refusing (see "
				 "eventd.max_clients)",
			    input_name(input), s->limits.max_clients);
		s->refusing = true;
		client_close(c, false);
		return;
	}
	s->refusing = false;
	if (input != INPUT_SOCKET) {
		uv_tcp_keepalive(&c->u.tcp, 1, 60);
		if (uv_tcp_getpeername(
			&c->u.tcp, (struct sockaddr *)&peer, &len) == 0)
			ec_address_text((struct sockaddr *)&peer, c->address);
		if (s->admit != NULL && !s->admit(input, c->address, s->arg)) {
			client_close(c, false);
			return;
		}
	}
	if (input == INPUT_TLS)
		c->tls = tls_new(s->tls);
	client_start(c);
}

/* Those that hold a place and send nothing whole. */
static void
on_timer(uv_timer_t *timer)
{
	struct stream_receiver *s = timer->data;
	int64_t now = clock_mono();
	struct client *next;

	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (c->tls != NULL && !c->shaken &&
		    now - c->last_byte > HANDSHAKE_MS * NS_PER_MS) {
			client_close(c, false);
			continue;
		}
		if (c->permanent || s->paused ||
		    now - c->last_byte < UNFINISHED_MS * NS_PER_MS)
			continue;
		if (c->messages == 0 || c->frames.buf.len > 0)
			client_close(c, true);
	}
}

struct stream_receiver *
ec_stream_new(uv_loop_t *loop, const struct receive_limits *limits,
    struct receive_counters *counters, receive_fn *fn, void *arg)
{
	struct stream_receiver *s = xnew(struct stream_receiver);

	s->loop = loop;
	s->limits = *limits;
	s->counters = counters;
	s->fn = fn;
	s->arg = arg;
	s->listeners = (struct listeners){loop, on_connection, s, NULL};
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_timer, CHECK_MS, CHECK_MS);
	uv_unref((uv_handle_t *)&s->timer);
	return s;
}

void
ec_stream_set_admit(struct stream_receiver *s, receive_admit_fn *admit)
{
	s->admit = admit;
}

void
ec_stream_set_limits(
    struct stream_receiver *s, const struct receive_limits *limits)
{
	s->limits = *limits;
	for (struct client *c = s->clients; c != NULL; c = c->next)
		c->frames.max = limits->max_message;
}

void
ec_stream_unlisten(struct stream_receiver *s, const char *key)
{
	listeners_close(&s->listeners, key);
}

int
ec_stream_listen_tcp(
    struct stream_receiver *s, int fd, const char *key, struct err *err_r)
{
	return listeners_tcp(&s->listeners, fd, key, INPUT_TCP, err_r);
}

void
ec_stream_set_tls(struct stream_receiver *s, SSL_CTX *context)
{
	SSL_CTX_free(s->tls);
	s->tls = context;
}

int
ec_stream_listen_tls(
    struct stream_receiver *s, int fd, const char *key, struct err *err_r)
{
	must(s->tls != NULL);
	return listeners_tcp(&s->listeners, fd, key, INPUT_TLS, err_r);
}

int
ec_stream_listen_unix(
    struct stream_receiver *s, const char *path, struct err *err_r)
{
	return listeners_unix(&s->listeners, path, INPUT_SOCKET, err_r);
}

int
ec_stream_open_fifo(
    struct stream_receiver *s, const char *path, struct err *err_r)
{
	struct client *c;
	struct stat sb;
	int fd, rc;

	if (stat(path, &sb) == 0 && !S_ISFIFO(sb.st_mode))
		unlink(path);
	if ((mkfifo(path, 0660) != 0 && errno != EEXIST) ||
	    chmod(path, 0660) != 0) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	/* Also for writing: then it never comes to its end. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		err_set(err_r, "%s: %s", path, strerror(errno));
		return -1;
	}
	c = client_new(s, INPUT_PIPE);
	c->permanent = true;
	s->counters->clients--;
	rc = uv_pipe_open(&c->u.pipe, fd);
	if (rc != 0) {
		close(fd);
		err_set(err_r, "%s: %s", path, uv_strerror(rc));
		client_close(c, false);
		return -1;
	}
	client_start(c);
	return 0;
}

void
ec_stream_pause(struct stream_receiver *s, bool paused)
{
	s->paused = paused;
	for (struct client *c = s->clients; c != NULL; c = c->next) {
		if (paused)
			uv_read_stop(&c->u.stream);
		else
			client_start(c);
	}
}

static void
timer_closed(uv_handle_t *handle)
{
	struct stream_receiver *s = handle->data;

	SSL_CTX_free(s->tls);
	str_free(&s->plain);
	free(s);
}

void
ec_stream_free(struct stream_receiver **sp)
{
	struct stream_receiver *s = *sp;

	if (s == NULL)
		return;
	listeners_close_all(&s->listeners);
	while (s->clients != NULL)
		client_close(s->clients, false);
	uv_close((uv_handle_t *)&s->timer, timer_closed);
	*sp = NULL;
}
