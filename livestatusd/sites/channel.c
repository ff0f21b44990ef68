/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection to another site; see channel.h.
 */
#include "livestatusd/sites/channel.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/tls.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#define HEADER 16u

struct channel {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_pipe_t pipe;
		uv_tcp_t tcp;
	};
	union {
		uv_getaddrinfo_t resolve;
		uv_connect_t connect;
	};
	const struct channel_handlers *handlers; /* NULL: nobody listens */
	void *arg;
	char *name; /* in its certificate */
	SSL_CTX *ctx;
	struct tls *tls;
	struct str in; /* plain bytes of an answer */
	size_t want;   /* of its body; SIZE_MAX: the header is not there */
	size_t room;   /* of it: bytes that were granted */
	unsigned code, attempt;
	bool up, resolving, closed;
	unsigned busy; /* requests of libuv that hold it */
};

struct sending {
	uv_write_t write;
	struct channel *ch;
	char *bytes;
};

static void
release(struct channel *ch)
{
	if (ch->busy > 0 || !ch->closed)
		return;
	tls_free(&ch->tls);
	SSL_CTX_free(ch->ctx);
	str_free(&ch->in);
	free(ch->name);
	free(ch);
}

static void
on_closed(uv_handle_t *handle)
{
	struct channel *ch = handle->data;

	ch->closed = true;
	release(ch);
}

static void
leave_room(struct channel *ch)
{
	if (ch->room > 0 && ch->handlers != NULL)
		ch->handlers->left(ch->arg, ch->room);
	ch->room = 0;
}

void
channel_close(struct channel **chp)
{
	struct channel *ch = *chp;

	if (ch == NULL)
		return;
	*chp = NULL;
	leave_room(ch);
	ch->handlers = NULL;
	if (ch->resolving)
		uv_cancel((uv_req_t *)&ch->resolve);
	uv_close(&ch->handle, on_closed);
}

/* The owner closes it. */
static void
fail(struct channel *ch, const char *why)
{
	const struct channel_handlers *h = ch->handlers;

	if (h != NULL)
		h->down(ch->arg, why);
}

/* --- bytes go ------------------------------------------------------------- */

static void
on_sent(uv_write_t *write, int status)
{
	struct sending *s = write->data;
	struct channel *ch = s->ch;

	free(s->bytes);
	free(s);
	ch->busy--;
	if (status != 0 && ch->handlers != NULL)
		fail(ch, uv_strerror(status));
	release(ch);
}

static void
send_bytes(struct channel *ch, struct str *bytes)
{
	struct sending *s;
	uv_buf_t buf;

	if (bytes->len == 0) {
		str_free(bytes);
		return;
	}
	s = xnew(struct sending);
	buf.len = bytes->len;
	buf.base = s->bytes = str_steal(bytes);
	s->ch = ch;
	s->write.data = s;
	ch->busy++;
	if (uv_write(&s->write, &ch->stream, &buf, 1, on_sent) != 0) {
		ch->busy--; /* silence will tell */
		free(s->bytes);
		free(s);
	}
}

static void
send_sealed(struct channel *ch)
{
	struct str bytes = {0};

	tls_take(ch->tls, &bytes);
	send_bytes(ch, &bytes);
}

void
channel_send(struct channel *ch, struct slice request)
{
	struct str bytes = {0};
	struct err err = {""};

	must(ch->up);
	if (ch->tls == NULL) {
		str_addslice(&bytes, request);
		send_bytes(ch, &bytes);
	} else {
		if (tls_send(ch->tls, request, &err) == -1)
			log_warn("TLS: %s", err.text); /* silence will tell */
		send_sealed(ch);
	}
}

/* --- bytes come ----------------------------------------------------------- */

#define SMALL 65536u /* bytes: not worth counting */

/* The rest of such an answer is not read: the connection ends. */
static void
refuse(struct channel *ch)
{
	struct str words = {0};

	str_add(&words, "too many large answers at a time\n");
	ch->handlers->answer(ch->arg, 413, &words);
	str_free(&words);
	fail(ch, "it was sending more than there is room for");
}

/* "200         436\n" */
static bool
read_header(struct channel *ch)
{
	struct slice code = {ch->in.s, 3};
	struct slice len = slice_trim((struct slice){ch->in.s + 4, 11});
	int64_t c, n;

	if (ch->in.s[3] != ' ' || ch->in.s[15] != '\n' ||
	    !num_range(code, 100, 999, &c) ||
	    !num_range(len, 0, INT32_MAX, &n)) {
		fail(ch, "what answers there speaks no Livestatus");
		return false;
	}
	if ((size_t)n > CHANNEL_MAX_BODY) {
		fail(ch, "its answer is larger than 100 MiB");
		return false;
	}
	if (n > SMALL && !ch->handlers->room(ch->arg, (size_t)n)) {
		refuse(ch);
		return false;
	}
	ch->room = n > SMALL ? (size_t)n : 0;
	ch->code = (unsigned)c;
	ch->want = (size_t)n;
	str_reserve(&ch->in, HEADER + ch->want);
	return true;
}

static void
drop(struct str *s, size_t n)
{
	memmove(s->s, s->s + n, s->len - n);
	s->len -= n;
	s->s[s->len] = '\0';
}

/* Whole answers; the handler may close the channel. */
static void
read_answers(struct channel *ch)
{
	while (ch->handlers != NULL && ch->in.len >= HEADER) {
		struct str body = {0}, rest = {0};
		size_t end;

		if (ch->want == SIZE_MAX && !read_header(ch))
			return;
		end = HEADER + ch->want;
		if (ch->in.len < end)
			return;
		str_addn(&rest, ch->in.s + end, ch->in.len - end);
		ch->in.len = end;
		drop(&ch->in, HEADER);
		body = ch->in;
		ch->in = rest;
		ch->want = SIZE_MAX;
		leave_room(ch);
		ch->handlers->answer(ch->arg, ch->code, &body);
		str_free(&body);
	}
}

static void
became_up(struct channel *ch)
{
	ch->up = true;
	ch->handlers->up(ch->arg);
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	static char sealed[65536]; /* taken in before the next read */
	struct channel *ch = handle->data;

	(void)size;
	if (ch->tls != NULL) {
		*buf = uv_buf_init(sealed, sizeof(sealed));
		return;
	}
	str_reserve(&ch->in, 65536);
	*buf = uv_buf_init(
	    ch->in.s + ch->in.len, (unsigned)(ch->in.cap - ch->in.len - 1));
}

/* False: it has failed. */
static bool
unseal(struct channel *ch, struct slice bytes)
{
	struct err err = {""};
	enum tls_state state = tls_receive(ch->tls, bytes, &ch->in, &err);
	const char *distrust;

	if (state == TLS_FAILED) {
		distrust = tls_distrust(ch->tls);
		send_sealed(ch);
		fail(ch, distrust == NULL ? err.text : distrust);
		return false;
	}
	send_sealed(ch);
	if (state != TLS_SHAKING && !ch->up && ch->handlers != NULL)
		became_up(ch);
	return true;
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct channel *ch = stream->data;

	if (n == 0 || ch->handlers == NULL)
		return;
	if (n < 0) {
		fail(ch,
		    n == UV_EOF ? "it has closed the connection"
				: uv_strerror((int)n));
		return;
	}
	ch->busy++; /* a handler may close it */
	ch->handlers->moved(ch->arg, (size_t)n);
	if (ch->handlers != NULL) {
		if (ch->tls == NULL) {
			ch->in.len += (size_t)n;
			ch->in.s[ch->in.len] = '\0';
			read_answers(ch);
		} else if (unseal(ch, (struct slice){buf->base, (size_t)n})) {
			read_answers(ch);
		}
	}
	ch->busy--;
	release(ch);
}

/* --- the beginning -------------------------------------------------------- */

static void
on_connect(uv_connect_t *connect, int status)
{
	struct channel *ch = connect->data;

	ch->busy--;
	if (ch->handlers == NULL) {
		release(ch);
		return;
	}
	if (status != 0) {
		fail(ch, uv_strerror(status));
		return;
	}
	uv_read_start(&ch->stream, on_alloc, on_read);
	if (ch->ctx == NULL) {
		became_up(ch);
		return;
	}
	ch->tls = tls_new_client(ch->ctx, ch->name);
	send_sealed(ch);
}

/* Each attempt takes the next one, so one that is dead is not all. */
static const struct sockaddr *
address_of(const struct addrinfo *list, unsigned attempt)
{
	const struct addrinfo *a;
	unsigned n = 0;

	for (a = list; a != NULL; a = a->ai_next)
		n++;
	for (a = list, n = attempt % n; n > 0; n--)
		a = a->ai_next;
	return a->ai_addr;
}

static void
on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *list)
{
	struct channel *ch = resolve->data;
	int rc = status;

	ch->busy--;
	ch->resolving = false;
	if (ch->handlers != NULL && rc == 0) {
		ch->connect.data = ch;
		rc = uv_tcp_connect(&ch->connect, &ch->tcp,
		    address_of(list, ch->attempt), on_connect);
		if (rc == 0)
			ch->busy++;
	}
	uv_freeaddrinfo(list);
	if (ch->handlers != NULL && rc != 0)
		fail(ch, uv_strerror(rc));
	release(ch);
}

static void
open_tcp(struct channel *ch, uv_loop_t *loop, const struct site_conf *conf)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};

	uv_tcp_init(loop, &ch->tcp);
	uv_tcp_nodelay(&ch->tcp, 1);
	ch->handle.data = ch;
	ch->resolve.data = ch;
	if (uv_getaddrinfo(loop, &ch->resolve, on_resolved, conf->host,
		conf->port, &hints) == 0) {
		ch->busy++;
		ch->resolving = true;
	}
}

static void
open_unix(struct channel *ch, uv_loop_t *loop, const struct site_conf *conf)
{
	uv_pipe_init(loop, &ch->pipe, 0);
	ch->handle.data = ch;
	ch->connect.data = ch;
	ch->busy++;
	uv_pipe_connect(&ch->connect, &ch->pipe, conf->path, on_connect);
}

struct channel *
channel_open(uv_loop_t *loop, const struct site_conf *conf, SSL_CTX *ctx,
    unsigned attempt, const struct channel_handlers *handlers, void *arg)
{
	struct channel *ch = xnew(struct channel);

	ch->attempt = attempt;
	ch->handlers = handlers;
	ch->arg = arg;
	ch->want = SIZE_MAX;
	ch->name = xstrdup(conf->name);
	if (ctx != NULL) {
		SSL_CTX_up_ref(ctx);
		ch->ctx = ctx;
	}
	if (conf->path != NULL)
		open_unix(ch, loop, conf);
	else
		open_tcp(ch, loop, conf);
	return ch;
}
