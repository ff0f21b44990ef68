/* SPDX-License-Identifier: Apache-2.0
 *
 * A line between two sites for tests: a TCP relay on the test's own loop that
 * can be cut, or go silent in one direction.
 */
#ifndef TESTS_UNIT_NOTIFYD_LINE_H
#define TESTS_UNIT_NOTIFYD_LINE_H

#include "common/mem.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

static uv_loop_t loop;

enum {
	FROM_REMOTE,
	FROM_CENTRAL
};

struct half { /* what one end says to the other */
	uv_tcp_t handle;
	struct half *other;
	bool up, reading;
	int direction;
	char bytes[65536];
};

static struct line {
	uv_tcp_t listener;
	int port, to; /* where it listens, where the other end does */
	struct half *halves[64];
	size_t n;
	bool silent[2];
} line;

static void
on_half_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
drop_half(struct half *h)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.halves[i] == h)
			line.halves[i--] = line.halves[--line.n];
	}
	if (h->other != NULL) {
		struct half *other = h->other;

		h->other = other->other = NULL;
		drop_half(other);
	}
	if (!uv_is_closing((uv_handle_t *)&h->handle))
		uv_close((uv_handle_t *)&h->handle, on_half_closed);
}

static void
on_alloc(uv_handle_t *handle, size_t want, uv_buf_t *buf)
{
	struct half *h = handle->data;

	(void)want;
	*buf = uv_buf_init(h->bytes, sizeof(h->bytes));
}

static void
on_written(uv_write_t *w, int status)
{
	(void)status;
	free(w);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct half *h = stream->data;
	struct put {
		uv_write_t w;
		char bytes[];
	} * put;
	uv_buf_t out;

	(void)buf;
	if (n < 0 || h->other == NULL) {
		drop_half(h);
		return;
	}
	put = xmalloc(sizeof(*put) + (size_t)n);
	memcpy(put->bytes, h->bytes, (size_t)n);
	out = uv_buf_init(put->bytes, (unsigned)n);
	if (uv_write(&put->w, (uv_stream_t *)&h->other->handle, &out, 1,
		on_written) < 0)
		free(put);
}

/* A silent direction is not read: TCP holds it back. */
static void
flow(struct half *h)
{
	bool read = h->up && !line.silent[h->direction];

	if (read == h->reading || uv_is_closing((uv_handle_t *)&h->handle))
		return;
	h->reading = read;
	if (read)
		uv_read_start((uv_stream_t *)&h->handle, on_alloc, on_read);
	else
		uv_read_stop((uv_stream_t *)&h->handle);
}

static struct half *
half_new(int direction)
{
	struct half *h = xnew(struct half);

	uv_tcp_init(&loop, &h->handle);
	h->handle.data = h;
	h->direction = direction;
	return h;
}

static void
on_connected(uv_connect_t *connect, int status)
{
	struct half *h = connect->handle->data;

	free(connect);
	if (status < 0) {
		if (h->other != NULL)
			drop_half(h);
		return;
	}
	h->up = true;
	flow(h);
	if (h->other != NULL) {
		h->other->up = true;
		flow(h->other);
	}
}

static void
on_connection(uv_stream_t *listener, int status)
{
	struct half *a = half_new(FROM_REMOTE), *b = half_new(FROM_CENTRAL);
	uv_connect_t *connect = xnew(uv_connect_t);
	struct sockaddr_in to;

	(void)status;
	a->other = b;
	b->other = a;
	if (uv_accept(listener, (uv_stream_t *)&a->handle) < 0 ||
	    line.n + 2 > ARRAY_LEN(line.halves)) {
		free(connect);
		drop_half(a);
		return;
	}
	line.halves[line.n++] = a;
	line.halves[line.n++] = b;
	uv_ip4_addr("127.0.0.1", line.to, &to);
	uv_tcp_connect(
	    connect, &b->handle, (struct sockaddr *)&to, on_connected);
}

static void
cut_line(void)
{
	while (line.n > 0)
		drop_half(line.halves[0]);
}

static void
silence(int direction, bool silent)
{
	line.silent[direction] = silent;
	for (size_t i = 0; i < line.n; i++)
		flow(line.halves[i]);
}

static void
open_line(void)
{
	struct sockaddr_in to;

	line.port = free_port();
	uv_ip4_addr("127.0.0.1", line.port, &to);
	uv_tcp_init(&loop, &line.listener);
	must(uv_tcp_bind(&line.listener, (struct sockaddr *)&to, 0) == 0);
	must(uv_listen((uv_stream_t *)&line.listener, 16, on_connection) == 0);
}

#endif
