/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection and what is under way on it; see link.h.
 */
#include "eventd/forward/link.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/tls.h"

#include <linux/sockios.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define CHUNK         65536
#define UNDER_WAY_MAX (1u << 20) /* bytes that are not acknowledged */
#define LOOK_MS       100
#define PAUSE_MS      1000
#define PAUSE_MAX_MS  60000
#define CONNECT_MS    20000

enum link_state {
	LINK_WAITING, /* for the next try */
	LINK_CONNECTING,
	LINK_CONNECTED
};

struct under_way { /* frames up to `place` end at that byte of the wire */
	struct under_way *next;
	uint64_t wire;
	struct forward_place place;
	uint64_t frames;
};

/* A connection; lives on its own until libuv has closed it. */
struct connection {
	struct forward_link *link; /* NULL: given up */
	uv_tcp_t tcp;
	uv_connect_t connect;
	struct tls *tls;
	bool open; /* for frames */
	size_t writing;
	uint64_t wire; /* bytes that were given to the kernel or wait for it */
	char buffer[4096];
};
struct sending {
	uv_write_t write;
	struct connection *c;
	struct str bytes;
};
struct lookup {
	uv_getaddrinfo_t request;
	struct forward_link *link; /* NULL: given up */
};

struct forward_link {
	uv_loop_t *loop;
	struct forward_target target;
	SSL_CTX *tls;
	struct forward_queue *queue;
	enum link_state state;
	struct lookup *lookup;
	struct connection *c;
	struct under_way *first, *last;
	int64_t pause_ms, since; /* since: monotonic, of the state */
	uint64_t sent;
	bool told;
	struct err why;
	struct str plain;
	uv_timer_t timer;
};

static void connect_now(struct forward_link *l);
static void on_look(uv_timer_t *timer);

/* --- the end of a connection ---------------------------------------------- */

static void
connection_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;

	tls_free(&c->tls);
	free(c);
}

static void
drop_connection(struct forward_link *l)
{
	struct under_way *next;

	if (l->c != NULL) {
		l->c->link = NULL;
		uv_close((uv_handle_t *)&l->c->tcp, connection_closed);
		l->c = NULL;
	}
	for (struct under_way *u = l->first; u != NULL; u = next) {
		next = u->next;
		free(u);
	}
	l->first = l->last = NULL;
	forward_queue_rewind(l->queue);
}

static void
on_pause_over(uv_timer_t *timer)
{
	connect_now(timer->data);
}

/* The connection failed: again later. */
static void
lost(struct forward_link *l, const char *why)
{
	drop_connection(l);
	err_set(&l->why, "%s", why);
	if (!l->told)
		log_warn("forwarding to %s (%s port %u): %s; trying again",
		    l->target.name, l->target.to, l->target.port, why);
	l->told = true;
	l->state = LINK_WAITING;
	l->since = clock_mono();
	uv_timer_start(&l->timer, on_pause_over, (uint64_t)l->pause_ms, 0);
	l->pause_ms *= 2;
	if (l->pause_ms > PAUSE_MAX_MS)
		l->pause_ms = PAUSE_MAX_MS;
}

/* --- sending -------------------------------------------------------------- */

static void
on_sent(uv_write_t *write, int status)
{
	struct sending *s = write->data;
	struct connection *c = s->c;

	c->writing -= s->bytes.len;
	str_free(&s->bytes);
	free(s);
	if (c->link == NULL)
		return;
	if (status < 0)
		lost(c->link, uv_strerror(status));
	else
		forward_link_pump(c->link);
}

/* Takes the bytes over. */
static int
send_bytes(struct connection *c, struct str *bytes)
{
	struct sending *s;
	uv_buf_t buf;

	if (bytes->len == 0)
		return 0;
	s = xnew(struct sending);
	s->c = c;
	s->bytes = *bytes;
	*bytes = (struct str){0};
	s->write.data = s;
	buf = uv_buf_init(s->bytes.s, (unsigned)s->bytes.len);
	c->writing += s->bytes.len;
	c->wire += s->bytes.len;
	return uv_write(&s->write, (uv_stream_t *)&c->tcp, &buf, 1, on_sent);
}

/* Bytes of the wire that the other side's kernel has. */
static uint64_t
acknowledged(const struct connection *c)
{
	uv_os_fd_t fd;
	int queued = 0;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) != 0 ||
	    ioctl(fd, SIOCOUTQ, &queued) != 0)
		return 0;
	return c->wire - c->writing - (uint64_t)queued;
}

static void
commit(struct forward_link *l)
{
	uint64_t upto = acknowledged(l->c);
	struct forward_place place;
	bool any = false;

	while (l->first != NULL && l->first->wire <= upto) {
		struct under_way *u = l->first;

		place = u->place;
		any = true;
		l->sent += u->frames;
		l->first = u->next;
		if (l->first == NULL)
			l->last = NULL;
		free(u);
	}
	if (any)
		forward_queue_commit(l->queue, &place);
}

static void
remember(struct forward_link *l, const struct forward_place *place, size_t n)
{
	struct under_way *u = xnew(struct under_way);

	*u = (struct under_way){
	    .wire = l->c->wire, .place = *place, .frames = n};
	if (l->last == NULL)
		l->first = u;
	else
		l->last->next = u;
	l->last = u;
}

void
forward_link_pump(struct forward_link *l)
{
	struct connection *c = l->c;
	struct forward_place place;
	struct err err;

	if (l->state != LINK_CONNECTED)
		return;
	commit(l);
	while (c->wire - (l->first == NULL ? c->wire : l->first->wire) <
	    UNDER_WAY_MAX) {
		struct str bytes = {0};
		size_t n = forward_queue_take(l->queue, &bytes, CHUNK, &place);
		int rc;

		if (n == 0) {
			str_free(&bytes);
			return;
		}
		if (c->tls != NULL) {
			rc = tls_send(c->tls, str_slice(&bytes), &err);
			str_free(&bytes);
			tls_take(c->tls, &bytes);
			if (rc != 0) {
				str_free(&bytes);
				lost(l, err.text);
				return;
			}
		}
		rc = send_bytes(c, &bytes);
		remember(l, &place, n);
		if (rc != 0) {
			lost(l, uv_strerror(rc));
			return;
		}
	}
}

static void
on_look(uv_timer_t *timer)
{
	struct forward_link *l = timer->data;

	if (l->state == LINK_CONNECTED)
		forward_link_pump(l);
	else if (clock_mono() - l->since > CONNECT_MS * NS_PER_MS)
		lost(l, "no answer");
}

/* --- connecting ----------------------------------------------------------- */

static void
opened(struct forward_link *l)
{
	if (l->told)
		log_info("forwarding to %s: connected", l->target.name);
	l->told = false;
	l->why = (struct err){""};
	l->pause_ms = PAUSE_MS;
	l->state = LINK_CONNECTED;
	l->since = clock_mono();
	l->c->open = true;
	forward_link_pump(l);
}

static void
tls_step(struct connection *c, struct slice bytes)
{
	struct forward_link *l = c->link;
	struct err err = {""};
	struct str out = {0};
	enum tls_state state;
	const char *distrust;

	str_clear(&l->plain);
	state = tls_receive(c->tls, bytes, &l->plain, &err);
	tls_take(c->tls, &out);
	if (send_bytes(c, &out) != 0)
		state = TLS_ENDED;
	str_free(&out);
	if (state == TLS_FAILED) {
		distrust = tls_distrust(c->tls);
		lost(l, distrust != NULL ? distrust : err.text);
	} else if (state == TLS_ENDED) {
		lost(l, "the other side closed the connection");
	} else if (state == TLS_OPEN && !c->open) {
		opened(l);
	}
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct connection *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->buffer, sizeof(c->buffer));
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = stream->data;

	if (c->link == NULL || n == 0)
		return;
	if (n < 0)
		lost(c->link,
		    n == UV_EOF ? "the other side closed the connection"
				: uv_strerror((int)n));
	else if (c->tls != NULL)
		tls_step(c, (struct slice){buf->base, (size_t)n});
}

static void
on_connected(uv_connect_t *connect, int status)
{
	struct connection *c = connect->data;
	struct forward_link *l = c->link;

	if (l == NULL)
		return;
	if (status < 0) {
		lost(l, uv_strerror(status));
		return;
	}
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
	uv_tcp_keepalive(&c->tcp, 1, 60);
	if (l->tls == NULL) {
		opened(l);
		return;
	}
	c->tls = tls_new_client(l->tls,
	    l->target.tls_name != NULL ? l->target.tls_name : l->target.to);
	tls_step(c, (struct slice){0});
}

static void
on_address(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct lookup *lookup = request->data;
	struct forward_link *l = lookup->link;
	struct connection *c;

	free(lookup);
	if (l == NULL) {
		uv_freeaddrinfo(list);
		return;
	}
	l->lookup = NULL;
	if (status < 0 || l->state != LINK_CONNECTING) {
		/* Later than it was waited for: the next try asks again. */
		uv_freeaddrinfo(list);
		if (l->state == LINK_CONNECTING)
			lost(l, uv_strerror(status));
		return;
	}
	c = l->c = xnew(struct connection);
	c->link = l;
	must(uv_tcp_init(l->loop, &c->tcp) == 0);
	c->tcp.data = c->connect.data = c;
	status =
	    uv_tcp_connect(&c->connect, &c->tcp, list->ai_addr, on_connected);
	uv_freeaddrinfo(list);
	if (status != 0)
		lost(l, uv_strerror(status));
}

static void
connect_now(struct forward_link *l)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct lookup *lookup;
	char port[8];
	int rc;

	l->state = LINK_CONNECTING;
	l->since = clock_mono();
	uv_timer_start(&l->timer, on_look, LOOK_MS, LOOK_MS);
	if (l->lookup != NULL) {
		/* It still asks for the address. */
		return;
	}
	lookup = l->lookup = xnew(struct lookup);
	lookup->link = l;
	lookup->request.data = lookup;
	snprintf(port, sizeof(port), "%u", l->target.port);
	rc = uv_getaddrinfo(
	    l->loop, &lookup->request, on_address, l->target.to, port, &hints);
	if (rc != 0) {
		free(lookup);
		l->lookup = NULL;
		lost(l, uv_strerror(rc));
	}
}

struct forward_link *
forward_link_new(uv_loop_t *loop, const struct forward_target *target,
    SSL_CTX *tls, struct forward_queue *q)
{
	struct forward_link *l = xnew(struct forward_link);

	l->loop = loop;
	forward_target_copy(&l->target, target);
	l->tls = tls;
	l->queue = q;
	l->pause_ms = PAUSE_MS;
	must(uv_timer_init(loop, &l->timer) == 0);
	l->timer.data = l;
	connect_now(l);
	return l;
}

static void
link_closed(uv_handle_t *handle)
{
	struct forward_link *l = handle->data;

	forward_target_clear(&l->target);
	SSL_CTX_free(l->tls);
	str_free(&l->plain);
	free(l);
}

void
forward_link_free(struct forward_link **lp)
{
	struct forward_link *l = *lp;

	if (l == NULL)
		return;
	if (l->lookup != NULL) {
		l->lookup->link = NULL;
		uv_cancel((uv_req_t *)&l->lookup->request);
	}
	if (l->state == LINK_CONNECTED)
		commit(l);
	drop_connection(l);
	uv_close((uv_handle_t *)&l->timer, link_closed);
	*lp = NULL;
}

const char *
forward_link_state(const struct forward_link *l)
{
	static const char *const names[] = {
	    "waiting", "connecting", "connected"};

	return names[l->state];
}

const char *
forward_link_why(const struct forward_link *l)
{
	return l->why.text;
}

uint64_t
forward_link_sent(const struct forward_link *l)
{
	return l->sent;
}
