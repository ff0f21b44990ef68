/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading, writing and the end of a connection; see client.h.
 */
#include "livestatusd/server/client.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

static void
on_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;
	struct livestatus *s = c->server;

	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->counters.active--;
	client_unref(c);
}

void
client_unref(struct client *c)
{
	struct livestatus *s = c->server;

	if (--c->refs > 0)
		return;
	s->asked -= c->weight;
	s->held -= c->held;
	s->wide -= c->wide;
	lql_free(&c->query);
	str_free(&c->in);
	str_free(&c->out);
	str_free(&c->next_out);
	str_free(&c->made);
	str_free(&c->failures);
	str_free(&c->raw);
	tls_free(&c->tls);
	free(c);
	livestatus_handle_closed(s);
}

void
client_close(struct client *c)
{
	if (c->closing)
		return;
	c->closing = true;
	client_forget_others(c);
	commands_forget(c->server->l->commands, c);
	commands_forget(c->server->l->event_commands, c);
	questions_forget(c->server->l->questions, c);
	questions_forget(c->server->l->of_notifier, c);
	carry_forget(c);
	uv_close(&c->handle, on_closed);
}

/* Bytes that were received and not yet taken. */
static struct slice
pending(const struct client *c)
{
	return (struct slice){
	    c->in.s == NULL ? NULL : c->in.s + c->taken, c->in.len - c->taken};
}

void
client_weigh(struct client *c)
{
	size_t now = pending(c).len;

	if (c->query != NULL)
		now += lql_weight(c->query);
	c->server->asked += now - c->weight;
	c->weight = now;
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	static char sealed[65536]; /* taken in before the next read */
	struct client *c = handle->data;

	(void)size;
	if (c->tls != NULL) {
		*buf = uv_buf_init(sealed, sizeof(sealed));
		return;
	}
	str_reserve(&c->in, 65536);
	*buf = uv_buf_init(
	    c->in.s + c->in.len, (unsigned)(c->in.cap - c->in.len - 1));
}

/* `n` bytes more lie in c->in. */
static void
received(struct client *c, size_t n)
{
	c->moved = clock_mono();
	if (c->begun == 0)
		c->begun = c->moved;
	c->in.len += n;
	c->in.s[c->in.len] = '\0';
}

/* Nothing follows. Without TLS's own end it may have been cut by anybody. */
static void
end_of_input(struct client *c)
{
	if (c->tls == NULL)
		c->eof = true;
	else if (!c->eof)
		c->cut = true;
	uv_read_stop(&c->stream);
	c->reading = false;
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;

	if (n == 0)
		return;
	c->moved = clock_mono();
	c->at_once = 0;
	if (n == UV_EOF) {
		end_of_input(c);
	} else if (n < 0) {
		client_close(c);
		return;
	} else if (c->tls != NULL) {
		secure_received(c, (struct slice){buf->base, (size_t)n});
		if (c->closing)
			return;
	} else {
		received(c, (size_t)n);
	}
	client_go(c);
}

/* Reads on unless enough lies here that cannot be looked at yet. */
static void
set_reading(struct client *c)
{
	bool busy = c->writing || c->query != NULL;
	bool want = !c->eof && !c->cut && !c->closing &&
	    (!busy || pending(c).len < CLIENT_READ_AHEAD);

	if (want == c->reading)
		return;
	c->reading = want;
	if (want)
		uv_read_start(&c->stream, on_alloc, on_read);
	else
		uv_read_stop(&c->stream);
}

/* What lies in next_out is the next to be written; or it was the end. */
static void
write_next(struct client *c)
{
	struct str empty = c->out;

	if (c->close_after_write || (c->next_out.len == 0 && c->last)) {
		client_close(c);
		return;
	}
	if (c->next_out.len == 0)
		return;
	c->out = c->next_out;
	c->next_out = empty;
	client_write(c, c->last);
}

void
client_add(struct client *c, struct str *bytes, bool last)
{
	struct str swap = c->next_out;

	c->last = last;
	if (c->next_out.len == 0) {
		c->next_out = *bytes;
		*bytes = swap;
	} else {
		str_addslice(&c->next_out, str_slice(bytes));
	}
	str_clear(bytes);
	if (!c->writing && !c->closing)
		write_next(c);
}

static void
clear_out(struct client *c)
{
	c->writing = false;
	c->sealed = 0;
	if (c->out.cap > 1u << 20)
		str_free(&c->out);
	else
		str_clear(&c->out);
}

void
client_written(struct client *c)
{
	clear_out(c);
	c->at_once = 0;
	write_next(c);
	if (c->closing)
		return;
	carry_written(c);
	if (!c->writing && !c->closing)
		client_go(c);
}

static void
on_written(uv_write_t *write, int status)
{
	struct client *c = write->data;

	c->moved = clock_mono();
	if (status != 0) {
		c->writing = false;
		client_close(c);
	} else {
		client_written(c);
	}
}

/*
 * Most answers fit into the socket: then the loop need not come round for their
 * end. After some of them it is others' turn. False: `buf` is left.
 */
static bool
write_at_once(struct client *c, uv_buf_t *buf)
{
	int n;

	if (c->at_once >= CLIENT_AT_ONCE)
		return false;
	c->at_once++;
	n = uv_try_write(&c->stream, buf, 1);
	if (n > 0) { /* else uv_write() will tell why */
		buf->base += n;
		buf->len -= (size_t)n;
	}
	return buf->len == 0;
}

void
client_write(struct client *c, bool close_after)
{
	uv_buf_t buf = {.base = c->out.s, .len = c->out.len};

	c->close_after_write = close_after;
	if (c->out.len == 0) {
		if (close_after)
			client_close(c);
		return;
	}
	c->moved = clock_mono();
	if (c->tls == NULL && write_at_once(c, &buf)) {
		clear_out(c);
		write_next(c);
		if (!c->closing)
			carry_written(c);
		return;
	}
	c->writing = true;
	c->left = buf.len;
	if (c->tls != NULL) {
		secure_push(c);
		return;
	}
	c->write.data = c;
	if (uv_write(&c->write, &c->stream, &buf, 1, on_written) != 0) {
		c->writing = false;
		client_close(c);
	}
}

static void
drop_input(struct client *c, size_t n)
{
	c->taken += n;
	/* Moved seldom: behind each of many small requests lie the others. */
	if (c->taken == c->in.len || c->taken >= CLIENT_READ_AHEAD / 2) {
		c->in.len -= c->taken;
		if (c->in.len > 0)
			memmove(c->in.s, c->in.s + c->taken, c->in.len);
		c->taken = 0;
		if (c->in.s != NULL)
			c->in.s[c->in.len] = '\0';
	}
	if (c->in.len == 0 && c->in.cap > 1u << 18)
		str_free(&c->in);
	c->begun = c->in.len > 0 ? clock_mono() : 0;
	client_weigh(c);
}

#define TOO_LONG "the request is too long: 16 MiB are the most"
_Static_assert(CLIENT_MAX_REQUEST == 16u << 20, "see TOO_LONG");
#define CROWDED                                                                \
	"too many long requests at the same time: more than 16 KiB are not "   \
	"taken until some are answered"
_Static_assert(CLIENT_SMALL == 16u << 10, "see CROWDED");

static void
refuse(struct client *c, enum lql_code code, const char *why)
{
	c->server->counters.failed++;
	lql_failure(&c->out, client_wants_header(pending(c)), code, why);
	client_write(c, true);
}

/* Others' requests hold much memory already. */
static bool
is_crowded(struct client *c, size_t n)
{
	client_weigh(c);
	return n > CLIENT_SMALL && c->server->asked > CLIENT_ASKED_MAX;
}

/* The next request from the input. False: nothing is to be done at present. */
static bool
take_request(struct client *c)
{
	struct slice request;
	enum lql_frame_kind kind;
	size_t used;

	kind = lql_frame(pending(c), c->eof, &c->scanned, &request, &used);
	switch (kind) {
	case LQL_FRAME_MORE:
		if (c->cut) {
			drop_input(c, pending(c).len);
			c->eof = true;
			return false;
		}
		if (pending(c).len > CLIENT_MAX_REQUEST)
			refuse(c, LQL_INCOMPLETE, TOO_LONG);
		else if (is_crowded(c, pending(c).len))
			refuse(c, LQL_LIMIT, CROWDED);
		return false;
	case LQL_FRAME_EMPTY:
		c->close_after_write = true;
		drop_input(c, pending(c).len);
		c->eof = true;
		return false;
	case LQL_FRAME_CUT:
		c->server->counters.failed++;
		lql_failure(&c->out, client_wants_header(pending(c)),
		    LQL_INCOMPLETE,
		    "Client connection terminated while request still "
		    "incomplete");
		drop_input(c, used);
		client_write(c, true);
		return false;
	case LQL_FRAME_REQUEST:
		if (!is_crowded(c, request.len))
			break;
		refuse(c, LQL_LIMIT, CROWDED);
		return false;
	}
	client_request(c, request);
	if (!c->closing)
		drop_input(c, used);
	return true;
}

/* Refused commands are told to who can only be waiting for that. */
static bool
tell_failures(struct client *c)
{
	bool last = c->eof && pending(c).len == 0 && c->query == NULL;

	if (c->failures.len == 0 || c->at != CARRY_NOT ||
	    c->open_commands > 0 || (!c->failures_now && !last))
		return false;
	str_addslice(&c->out, str_slice(&c->failures));
	str_clear(&c->failures);
	client_write(c, last && c->open_commands == 0);
	return true;
}

void
client_go(struct client *c)
{
	if (c->going)
		return; /* a command was refused at once */
	c->going = true;
	while (!c->closing && !c->writing) {
		/* Before the answer to a query that came after them. */
		if (c->open_commands == 0 && tell_failures(c))
			continue;
		if (!client_try_query(c))
			break;
		if (c->closing || c->writing)
			continue;
		if (take_request(c))
			continue;
		if (!c->closing && !c->writing && c->eof &&
		    pending(c).len == 0 && c->open_commands == 0 &&
		    c->failures.len == 0)
			client_close(c);
		break;
	}
	c->going = false;
	if (!c->closing)
		set_reading(c);
}

void
client_accept(struct livestatus *s, uv_stream_t *listener, bool tcp)
{
	bool all =
	    tcp ? s->policy.sites : listener == (uv_stream_t *)&s->sites_socket;
	struct client *c = xnew(struct client);

	if (tcp)
		uv_tcp_init(listener->loop, &c->tcp);
	else
		uv_pipe_init(listener->loop, &c->pipe, 0);
	c->handle.data = c;
	c->server = s;
	c->refs = 1;
	c->direct = -1;
	c->moved = clock_mono();
	c->remote = tcp;
	c->commands = !tcp || s->policy.commands;
	c->all_sites = all;
	c->next = s->clients;
	c->prev = &s->clients;
	if (s->clients != NULL)
		s->clients->prev = &c->next;
	s->clients = c;
	s->counters.active++;
	s->handles++;
	if (uv_accept(listener, &c->stream) != 0) {
		client_close(c);
		return;
	}
	s->counters.connections++;
	if (tcp &&
	    (!livestatus_peer(&c->tcp, &c->peer) ||
		!livestatus_allows(s, &c->peer))) {
		s->counters.refused++;
		client_close(c);
		return;
	}
	if (tcp)
		uv_tcp_nodelay(&c->tcp, 1);
	if (tcp && s->policy.tls != NULL) {
		c->tls = tls_new(s->policy.tls);
		c->begun = c->moved; /* the handshake counts as a request */
	}
	set_reading(c);
}

void
client_read_early(struct client *c)
{
	uv_os_fd_t fd;
	ssize_t n;

	if (c->closing || c->tls != NULL || uv_fileno(&c->handle, &fd) != 0)
		return;
	str_reserve(&c->in, CLIENT_EARLY);
	n = recv(fd, c->in.s, CLIENT_EARLY - 1, MSG_DONTWAIT);
	if (n <= 0)
		return; /* the loop finds out why */
	received(c, (size_t)n);
	client_go(c);
}

/* Nobody is at the other end: neither reading nor writing. */
static bool
is_gone(struct client *c)
{
	struct pollfd p = {.events = 0};
	uv_os_fd_t fd;

	if (uv_fileno(&c->handle, &fd) != 0)
		return true;
	p.fd = fd;
	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR));
}

void
client_sweep(struct client *c, int64_t now)
{
	struct livestatus *s = c->server;
	size_t left;

	if (c->closing)
		return;
	if (c->writing) {
		left = uv_stream_get_write_queue_size(&c->stream);
		if (left != c->left)
			c->moved = now;
		c->left = left;
		if (now - c->moved > CLIENT_STALL_NS) {
			log_warn("client: has not read its answer for %lld s, "
				 "closed",
			    (long long)(CLIENT_STALL_NS / NS_PER_S));
			s->counters.stalled++;
			client_close(c);
		}
		return;
	}
	if (c->at != CARRY_NOT && !((c->eof || c->cut) && is_gone(c)))
		return;
	if (c->query != NULL || c->open_commands > 0) {
		if ((c->eof || c->cut) && is_gone(c))
			client_close(c);
		else
			client_go(c); /* time may be up */
		return;
	}
	if (c->begun != 0 && now - c->begun > CLIENT_QUERY_NS) {
		log_warn("client: a request was not complete after %lld s, "
			 "closed",
		    (long long)(CLIENT_QUERY_NS / NS_PER_S));
		client_close(c);
	} else if (c->begun == 0 &&
	    (now - c->moved > CLIENT_IDLE_NS || s->stopping)) {
		client_close(c);
	}
}
