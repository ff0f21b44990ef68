/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent over TCP: connect, read to the end, hand over. The first two bytes
 * choose the transport (agent_marker.h); plain output is what can be read, the
 * others end in words. What decrypts will stand between on_read() and
 * fetch_take().
 */
#include "fetcher/agent_marker.h"
#include "fetcher/connect.h"
#include "fetcher/fetch.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

struct agent {
	struct connect *connect; /* while connecting */
	uv_tcp_t *tcp;           /* while reading */
	union address peer;
	bool is_plain; /* the marker was seen */
};

static void
release(struct fetch *f)
{
	struct agent *a = f->transport;

	connect_stop(&a->connect);
	if (a->tcp != NULL)
		connect_close_tcp(a->tcp);
	free(a);
	f->transport = NULL;
}

/* Words about bytes that stopped too early; `how` says in which way. */
static void
fail_short(struct fetch *f, const char *peer, const char *how)
{
	size_t len = f->output.len;

	if (len == 0)
		fetch_fail(f,
		    "The agent at %s %s without sending a byte (is this "
		    "site's address allowed there?)",
		    peer, how);
	else
		fetch_fail(f,
		    "The agent at %s %s after %zu byte%s, its output is not "
		    "complete",
		    peer, how, len, len == 1 ? "" : "s");
}

/*
 * Is the end of the output the end of a line, or at least not within a
 * section's header? Plain output has no trailer that would tell more.
 */
static bool
ends_within_header(struct slice out)
{
	size_t line = out.len;
	struct slice last;

	while (line > 0 && out.s[line - 1] != '\n')
		line--;
	last = (struct slice){out.s + line, out.len - line};
	if (last.len < 3)
		return last.len > 0 && last.s[0] == '<';
	return slice_starts(last, "<<<") &&
	    memcmp(last.s + last.len - 3, ">>>", 3) != 0;
}

static void
at_end(struct fetch *f, const char *peer)
{
	struct slice out = str_slice(&f->output);

	if (out.len < LIMIT_OUTPUT_LEAST || ends_within_header(out))
		fail_short(f, peer, "closed the connection");
	else
		fetch_success(f);
}

/* May end the fetch. */
static void
look_at_marker(struct fetch *f, struct agent *a)
{
	struct slice begin = str_slice(&f->output);
	enum agent_marker marker = agent_marker_of(begin);
	struct err why;

	if (marker == AGENT_MORE)
		return;
	if (marker == AGENT_PLAIN) {
		a->is_plain = true;
		return;
	}
	agent_marker_refuse(marker, begin, &why);
	release(f);
	fetch_fail(f, "%s", why.text);
}

static void
give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct fetch *f = handle->data;

	(void)suggested;
	*buf = uv_buf_init(runner_buffer(f->runner), ENGINE_BUFFER_BYTES);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fetch *f = stream->data;
	struct agent *a = f->transport;
	char peer[ADDRESS_TEXT];
	struct err why;

	if (n == 0)
		return;
	address_port_text(&a->peer, peer);
	if (n == UV_EOF) {
		release(f);
		at_end(f, peer);
		return;
	}
	if (n < 0) {
		char how[160];

		snprintf(
		    how, sizeof(how), "broke off (%s)", uv_strerror((int)n));
		release(f);
		fail_short(f, peer, how);
		return;
	}
	if (fetch_take(f, buf->base, (size_t)n, &why) != 0) {
		release(f);
		fetch_fail(f, "The agent at %s: %s", peer, why.text);
		return;
	}
	if (!a->is_plain)
		look_at_marker(f, a);
}

static void
connected(uv_tcp_t *tcp, const union address *peer, const char *why, void *arg)
{
	struct fetch *f = arg;
	struct agent *a = f->transport;
	int rc;

	a->connect = NULL;
	if (tcp == NULL) {
		release(f);
		fetch_fail(f, "%s", why);
		return;
	}
	a->tcp = tcp;
	a->peer = *peer;
	tcp->data = f;
	rc = uv_read_start((uv_stream_t *)tcp, give_buffer, on_read);
	if (rc != 0) {
		release(f);
		fetch_fail(
		    f, "Cannot read from the agent: %s", uv_strerror(rc));
	}
}

static void
start(struct fetch *f)
{
	struct agent *a = xnew(struct agent);

	f->transport = a;
	for (size_t i = 0; i < f->n_addresses; i++)
		address_set_port(&f->addresses[i], (uint16_t)f->job.port);
	a->connect = connect_start(runner_loop(f->runner), f->addresses,
	    f->n_addresses, " (is the agent running?)", connected, f);
}

static void
late(struct fetch *f)
{
	struct agent *a = f->transport;
	bool had_connection = a->tcp != NULL;
	size_t len = f->output.len;
	char peer[ADDRESS_TEXT], timeout[32];

	address_port_text(
	    had_connection ? &a->peer : connect_trying(a->connect), peer);
	fetch_timeout_text(f, timeout);
	release(f);
	if (!had_connection)
		fetch_fail(f,
		    "Cannot connect to %s: no answer within %s (is the host "
		    "up, does a firewall drop the packets?)",
		    peer, timeout);
	else if (len == 0)
		fetch_fail(f,
		    "The agent at %s accepted the connection, but sent nothing "
		    "within %s",
		    peer, timeout);
	else
		fetch_fail(f,
		    "The agent at %s was not done within %s: only %zu byte%s "
		    "had come",
		    peer, timeout, len, len == 1 ? "" : "s");
}

const struct fetch_kind fetch_kind_agent = {
    .name = "agent",
    .one_per_host = true,
    .needs_address = true,
    .start = start,
    .late = late,
    .stop = release,
};
