/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection of a network check: names to addresses, the first address
 * that accepts, bytes with or without TLS; see check.h. The socket is an
 * allocation of its own, because libuv closes later than a run ends.
 */
#include "common/mem.h"
#include "fetcher/net/net_internal.h"

#include <errno.h>
#include <stdlib.h>

struct link {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_udp_t udp;
	};
	uv_connect_t connect;
	struct net_run *run; /* NULL: it has gone */
};

struct sending { /* with its bytes behind it */
	union {
		uv_write_t write;
		uv_udp_send_t udp;
	};
	char bytes[];
};

static void
free_link(uv_handle_t *handle)
{
	free(handle->data);
}

static void
drop_link(struct net_run *r)
{
	if (r->link == NULL)
		return;
	r->link->run = NULL;
	uv_close(&r->link->handle, free_link);
	r->link = NULL;
}

/* --- sending ---------------------------------------------------------------
 */

static void
written(uv_write_t *req, int status)
{
	(void)status; /* what is wrong shows at the next read */
	free(req);
}

static void
to_wire(struct net_run *r, struct slice bytes)
{
	uv_buf_t buf = uv_buf_init((char *)bytes.s, (unsigned)bytes.len);
	struct sending *s;
	int n;

	if (bytes.len == 0 || r->link == NULL)
		return;
	n = uv_try_write(&r->link->stream, &buf, 1);
	if (n == (int)bytes.len || (n < 0 && n != UV_EAGAIN))
		return;
	if (n > 0) {
		bytes.s += n;
		bytes.len -= (size_t)n;
	}
	s = xmalloc(sizeof(*s) + bytes.len);
	memcpy(s->bytes, bytes.s, bytes.len);
	buf = uv_buf_init(s->bytes, (unsigned)bytes.len);
	if (uv_write(&s->write, &r->link->stream, &buf, 1, written) != 0)
		free(s);
}

static void
flush_tls(struct net_run *r)
{
	str_clear(&r->wire);
	tls_link_take(r->tls, &r->wire);
	to_wire(r, str_slice(&r->wire));
}

void
net_send(struct net_run *r, struct slice bytes)
{
	if (r->is_udp && r->link != NULL) {
		uv_buf_t buf =
		    uv_buf_init((char *)bytes.s, (unsigned)bytes.len);
		int rc = uv_udp_try_send(&r->link->udp, &buf, 1, NULL);

		(void)rc; /* a refusal comes back as an error of reading */
	} else if (r->tls != NULL) {
		tls_link_write(r->tls, bytes);
		flush_tls(r);
	} else {
		to_wire(r, bytes);
	}
}

void
net_close(struct net_run *r)
{
	if (r->tls != NULL && r->tls_stands && r->link != NULL) {
		tls_link_shutdown(r->tls);
		flush_tls(r);
	}
	tls_link_free(&r->tls);
	r->tls_stands = false;
	drop_link(r);
}

/* --- receiving -------------------------------------------------------------
 */

static void
buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct link *l = (struct link *)handle;

	(void)suggested;
	*buf = l->run == NULL
	    ? uv_buf_init(NULL, 0)
	    : uv_buf_init(l->run->services.buffer, NET_BUFFER);
}

static void
tls_failed(struct net_run *r)
{
	str_clear(&r->tls_words);
	tls_link_words(&r->tls_words);
	flush_tls(r); /* the alert */
	net_close(r);
	net_emit(r, NET_INSECURE);
}

static void
shake_hands(struct net_run *r)
{
	switch (tls_link_handshake(r->tls)) {
	case TLS_MORE:
		flush_tls(r);
		return;
	case TLS_STANDS:
		flush_tls(r);
		r->tls_stands = true;
		net_emit(r, NET_SECURE);
		return;
	case TLS_FAILED:
		tls_failed(r);
		return;
	}
}

/* Bytes that came with the end of the handshake are data already. */
static void
take_secure(struct net_run *r, struct link *l)
{
	size_t before;
	int rc;

	if (!r->tls_stands) {
		shake_hands(r);
		if (l->run == NULL || !r->tls_stands)
			return;
	}
	before = r->in.len;
	rc = tls_link_read(r->tls, &r->in);
	flush_tls(r);
	if (r->in.len > before)
		net_emit(r, NET_BYTES);
	if (l->run == NULL || rc == 1)
		return;
	r->error = 0;
	net_emit(r, rc == 0 ? NET_END : NET_BROKEN);
}

static void
ended(struct net_run *r, ssize_t status)
{
	uv_read_stop(&r->link->stream);
	if (r->tls != NULL && !r->tls_stands) {
		/* The library finds its own words for an end in between. */
		BIO_set_mem_eof_return(SSL_get_rbio(tls_link_ssl(r->tls)), 0);
		tls_link_handshake(r->tls);
		tls_failed(r);
		return;
	}
	r->error = status == UV_EOF ? 0 : (int)-status;
	if (status == UV_EOF && r->tls == NULL)
		net_emit(r, NET_END);
	else
		net_emit(r, NET_BROKEN);
}

static void
received(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct link *l = (struct link *)stream;
	struct net_run *r = l->run;

	if (r == NULL || n == 0)
		return;
	if (n < 0) {
		ended(r, n);
		return;
	}
	if (r->in.len + (size_t)n > LIMIT_NET_BYTES) {
		net_close(r);
		r->error = EMSGSIZE;
		net_emit(r, NET_BROKEN);
	} else if (r->tls != NULL) {
		tls_link_feed(r->tls, buf->base, (size_t)n);
		take_secure(r, l);
	} else {
		str_addn(&r->in, buf->base, (size_t)n);
		net_emit(r, NET_BYTES);
	}
}

void
net_secure(struct net_run *r, const struct net_tls *tls)
{
	str_clear(&r->in);
	r->tls = tls_link_new(tls);
	must(r->tls != NULL);
	tls_link_handshake(r->tls);
	flush_tls(r);
}

/* --- connecting ------------------------------------------------------------
 */

static void try_address(struct net_run *r);

static void
failed(struct net_run *r, int status)
{
	drop_link(r);
	r->error = -status;
	r->i_address++;
	if (r->i_address < r->n_addresses)
		try_address(r);
	else
		net_emit(r, NET_REFUSED);
}

static void
connected(uv_connect_t *req, int status)
{
	struct link *l = (struct link *)req->handle;
	struct net_run *r = l->run;

	if (r == NULL)
		return;
	if (status != 0) {
		failed(r, status);
		return;
	}
	address_text(&r->addresses[r->i_address], r->address);
	uv_tcp_nodelay(&l->tcp, 1);
	uv_read_start(&l->stream, buffer, received);
	net_emit(r, NET_OPEN);
}

static void
datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf,
    const struct sockaddr *from, unsigned flags)
{
	struct link *l = (struct link *)udp;
	struct net_run *r = l->run;

	(void)flags;
	if (r == NULL || (n == 0 && from == NULL))
		return;
	if (n < 0) {
		r->error = (int)-n;
		net_emit(r, NET_BROKEN);
		return;
	}
	str_clear(&r->in);
	str_addn(&r->in, buf->base, (size_t)n);
	net_emit(r, NET_BYTES);
}

static int
open_link(struct net_run *r, const union address *to)
{
	struct link *l = r->link;
	int rc;

	if (!r->is_udp)
		return uv_tcp_connect(&l->connect, &l->tcp, &to->sa, connected);
	rc = uv_udp_connect(&l->udp, &to->sa);
	return rc != 0 ? rc : uv_udp_recv_start(&l->udp, buffer, datagram);
}

static void
fail_soon(uv_timer_t *timer)
{
	struct net_run *r = timer->data;

	failed(r, -r->error);
}

static void
open_soon(uv_timer_t *timer)
{
	net_emit(timer->data, NET_OPEN);
}

static void
try_address(struct net_run *r)
{
	struct link *l = xnew(struct link);
	union address *to = &r->addresses[r->i_address];
	int rc;

	l->run = r;
	rc = r->is_udp ? uv_udp_init(r->services.loop, &l->udp)
		       : uv_tcp_init(r->services.loop, &l->tcp);
	if (rc != 0) {
		free(l);
	} else {
		l->handle.data = l;
		r->link = l;
		address_set_port(to, r->port);
		rc = open_link(r, to);
	}
	if (rc != 0) {
		r->error = -rc;
		uv_timer_start(&r->timer, fail_soon, 0, 0);
	} else if (r->is_udp) {
		address_text(to, r->address);
		uv_timer_start(&r->timer, open_soon, 0, 0);
	}
}

static void
give_up_soon(uv_timer_t *timer)
{
	struct net_run *r = timer->data;

	r->must_give_up = true;
	net_emit(r, NET_REFUSED);
}

static void
resolved(struct resolve_ask *ask, const union address *addresses, size_t n,
    const char *why)
{
	struct net_run *r =
	    (struct net_run *)((char *)ask - offsetof(struct net_run, ask));

	(void)why;
	r->n_addresses = n < LIMIT_ADDRESSES ? n : LIMIT_ADDRESSES;
	r->i_address = 0;
	if (n == 0) { /* the plugin knows what to say */
		uv_timer_start(&r->timer, give_up_soon, 0, 0);
		return;
	}
	memcpy(r->addresses, addresses, r->n_addresses * sizeof(*addresses));
	if (r->wants_no_link) {
		address_text(&r->addresses[0], r->address);
		uv_timer_start(&r->timer, open_soon, 0, 0);
	} else {
		try_address(r);
	}
}

static void
find(struct net_run *r, const char *name, uint32_t family, uint16_t port,
    bool is_udp, bool no_link)
{
	net_close(r);
	str_clear(&r->in);
	r->port = port;
	r->is_udp = is_udp;
	r->wants_no_link = no_link;
	r->ask.done = resolved;
	net_clock_start(r);
	resolver_ask(r->services.resolver, name, family, &r->ask);
}

void
net_connect(struct net_run *r, const char *name, uint32_t family, uint16_t port)
{
	find(r, name, family, port, false, false);
}

void
net_open_udp(
    struct net_run *r, const char *name, uint32_t family, uint16_t port)
{
	find(r, name, family, port, true, false);
}

void
net_resolve(struct net_run *r, const char *name, uint32_t family)
{
	find(r, name, family, 0, false, true);
}
