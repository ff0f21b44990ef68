/* SPDX-License-Identifier: Apache-2.0
 *
 * Connecting, one address after the other; see connect.h. The handle and its
 * request live in one allocation of their own, because libuv closes handles
 * later than we forget them.
 */
#include "fetcher/connect.h"
#include "fetcher/limits.h"

#include "common/err.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

struct attempt { /* freed by its close; `tcp` is its first member */
	uv_tcp_t tcp;
	uv_connect_t req;
};

struct connect {
	uv_timer_t timer;
	uv_loop_t *loop;
	struct attempt *attempt; /* of addresses[i] */
	union address addresses[LIMIT_ADDRESSES];
	size_t n, i;
	uint32_t within_ms; /* one address */
	bool answered;      /* one accepted, or refused */
	const char *hint;
	connect_fn *done;
	void *arg;
	struct err why; /* of the first address: the others are fallbacks */
};

static void
free_attempt(uv_handle_t *handle)
{
	free(handle);
}

static void
free_connect(uv_handle_t *handle)
{
	free(handle->data);
}

void
connect_close_tcp(uv_tcp_t *tcp)
{
	uv_close((uv_handle_t *)tcp, free_attempt);
}

static void
drop_attempt(struct connect *c)
{
	if (c->attempt == NULL)
		return;
	c->attempt->tcp.data = NULL;
	connect_close_tcp(&c->attempt->tcp);
	c->attempt = NULL;
}

static void
finish(struct connect *c, uv_tcp_t *tcp)
{
	connect_fn *done = c->done;
	void *arg = c->arg;
	size_t i = c->i < c->n ? c->i : c->n - 1;

	uv_close((uv_handle_t *)&c->timer, free_connect);
	done(tcp, &c->addresses[i], c->why.text, arg);
}

static void
note_failure(struct connect *c, int status)
{
	char at[ADDRESS_TEXT];
	const char *words = uv_strerror(status);
	const char *hint = "";

	if (c->why.text[0] != '\0')
		return;
	address_port_text(&c->addresses[c->i], at);
	if (status == UV_ECONNREFUSED)
		hint = c->hint;
	else if (status == UV_EHOSTUNREACH || status == UV_ENETUNREACH)
		hint = " (no route: is the host up, is its address right?)";
	else if (status == UV_EMFILE || status == UV_ENFILE)
		hint = " (raise the site's limit of open files)";
	if (status == UV_ETIMEDOUT)
		err_set(&c->why,
		    "Cannot connect to %s: no answer within %.3gs (is the host "
		    "up, does a firewall drop the packets?)",
		    at, c->within_ms / 1000.0);
	else
		err_set(&c->why, "Cannot connect to %s: %s%s", at, words, hint);
}

static int try_address(struct connect *c);

static void
try_next(struct connect *c, int status)
{
	do {
		note_failure(c, status);
		drop_attempt(c);
		c->i++;
		if (c->i == c->n) {
			finish(c, NULL);
			return;
		}
		status = try_address(c);
	} while (status != 0);
}

static void
connected(uv_connect_t *req, int status)
{
	struct attempt *a = (struct attempt *)req->handle;
	struct connect *c = a->tcp.data;

	if (c == NULL)
		return; /* stopped */
	c->answered = c->answered || status == 0 || status == UV_ECONNREFUSED;
	if (status != 0) {
		try_next(c, status);
		return;
	}
	c->attempt = NULL;
	finish(c, &a->tcp);
}

static void
timed_out(uv_timer_t *timer)
{
	try_next(timer->data, UV_ETIMEDOUT);
}

/* 0: under way. */
static int
try_address(struct connect *c)
{
	struct attempt *a = xnew(struct attempt);
	int rc = uv_tcp_init(c->loop, &a->tcp);

	if (rc != 0) {
		free(a);
		return rc;
	}
	a->tcp.data = c;
	c->attempt = a;
	rc =
	    uv_tcp_connect(&a->req, &a->tcp, &c->addresses[c->i].sa, connected);
	if (rc == 0)
		uv_timer_start(&c->timer, timed_out, c->within_ms, 0);
	return rc;
}

/* A failure on the spot is told from the loop, never from connect_start(). */
static void
failed_at_once(uv_timer_t *timer)
{
	struct connect *c = timer->data;

	finish(c, NULL);
}

struct connect *
connect_start(uv_loop_t *loop, const union address *addresses, size_t n,
    const char *hint, connect_fn *done, void *arg)
{
	struct connect *c = xnew(struct connect);
	int status;

	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	c->loop = loop;
	c->n = n < LIMIT_ADDRESSES ? n : LIMIT_ADDRESSES;
	memcpy(c->addresses, addresses, c->n * sizeof(*addresses));
	c->within_ms = LIMIT_CONNECT_MS;
	c->hint = hint;
	c->done = done;
	c->arg = arg;
	while (c->i < c->n && (status = try_address(c)) != 0) {
		note_failure(c, status);
		drop_attempt(c);
		c->i++;
	}
	if (c->i == c->n)
		uv_timer_start(&c->timer, failed_at_once, 0, 0);
	return c;
}

void
connect_within(struct connect *c, uint32_t ms)
{
	c->within_ms = ms;
	if (c->attempt != NULL)
		uv_timer_start(&c->timer, timed_out, ms, 0);
}

bool
connect_answered(const struct connect *c)
{
	return c->answered;
}

void
connect_stop(struct connect **cp)
{
	struct connect *c = *cp;

	if (c == NULL)
		return;
	drop_attempt(c);
	uv_close((uv_handle_t *)&c->timer, free_connect);
	*cp = NULL;
}

const union address *
connect_trying(const struct connect *c)
{
	return &c->addresses[c->i < c->n ? c->i : c->n - 1];
}
