/* SPDX-License-Identifier: Apache-2.0
 *
 * The agent over TCP: connect, read to the end, hand over. The first two bytes
 * choose the way (agent_marker.h), and the host's settings say which may be
 * taken (agent_policy.h): plain output is what can be read; TLS is opened as
 * it comes (agent_tls.h); what a passphrase encrypts is decrypted as a whole,
 * in a thread (decrypt.h). Within TLS the first two bytes choose once more.
 */
#include "fetcher/agent_policy.h"
#include "fetcher/agent_tls.h"
#include "fetcher/connect.h"
#include "fetcher/fetch.h"

#include "common/log.h"
#include "common/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>

struct agent {
	struct connect *connect; /* while connecting */
	uv_tcp_t *tcp;           /* while reading */
	union address peer;
	struct agent_policy policy;
	enum agent_marker marker; /* of the connection; MORE: not yet seen */
	enum agent_marker inner;  /* of the output within TLS */
	struct agent_tls *tls;
	struct decrypt *decrypt;
	uint64_t raw; /* bytes that came */
};

static void
release(struct fetch *f)
{
	struct agent *a = f->transport;

	connect_stop(&a->connect);
	decrypt_cancel(&a->decrypt);
	agent_tls_free(&a->tls);
	if (a->tcp != NULL)
		connect_close_tcp(a->tcp);
	agent_policy_free(&a->policy);
	free(a);
	f->transport = NULL;
}

static void fail(struct fetch *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
fail(struct fetch *f, const char *fmt, ...)
{
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	release(f);
	fetch_fail(f, "%s", why.text);
}

/* --- the end of the output ------------------------------------------------ */

/* Words about bytes that stopped too early; `how` says in which way. */
static void
fail_short(struct fetch *f, const char *peer, const char *how)
{
	size_t len = f->output.len;

	if (len == 0)
		fail(f,
		    "The agent at %s %s without sending a byte (is this "
		    "site's address allowed there?)",
		    peer, how);
	else
		fail(f,
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
plain_end(struct fetch *f, const char *peer)
{
	struct slice out = str_slice(&f->output);

	if (out.len < LIMIT_OUTPUT_LEAST || ends_within_header(out)) {
		fail_short(f, peer, "closed the connection");
		return;
	}
	release(f);
	fetch_success(f);
}

static void
decrypted(void *arg, struct slice output, const char *why)
{
	struct fetch *f = arg;
	struct agent *a = f->transport;
	char peer[ADDRESS_TEXT];
	struct err err;

	a->decrypt = NULL;
	address_port_text(&a->peer, peer);
	if (why != NULL)
		fail(f, "The agent at %s: %s", peer, why);
	else if (agent_marker_of(output) != AGENT_PLAIN)
		fail(f,
		    "The agent at %s: its decrypted output is none (another "
		    "passphrase?)",
		    peer);
	else if (fetch_replace(f, output, &err) == -1)
		fail(f, "The agent at %s: %s", peer, err.text);
	else
		plain_end(f, peer);
}

static void
decrypt_all(struct fetch *f, const char *peer)
{
	struct agent *a = f->transport;
	struct identity *id = runner_identity(f->runner);
	struct str passphrase = {0}, bytes;
	struct err err;

	if (identity_passphrase(
		id, a->policy.passphrase_file, &passphrase, &err) == -1) {
		fail(f, "The agent at %s is encrypted, its passphrase: %s",
		    peer, err.text);
		return;
	}
	connect_close_tcp(a->tcp);
	a->tcp = NULL;
	bytes = fetch_steal(f);
	a->decrypt = decrypt_start(
	    runner_decrypts(f->runner), &bytes, &passphrase, decrypted, f);
}

/* No byte follows. */
static void
at_end(struct fetch *f, const char *peer)
{
	struct agent *a = f->transport;
	enum agent_marker marker = a->marker;
	struct err err;

	if (a->tls != NULL) {
		if (agent_tls_end(a->tls, &err) == -1) {
			fail(f, "The agent at %s: %s", peer, err.text);
			return;
		}
		if (f->output.len <= 2) {
			fail(f, "The agent at %s sent an empty output", peer);
			return;
		}
		marker = a->inner;
	}
	if (marker == AGENT_SYMMETRIC)
		decrypt_all(f, peer);
	else
		plain_end(f, peer);
}

/* --- the beginning -------------------------------------------------------- */

/* False: the fetch has ended. */
static bool
look_at_marker(struct fetch *f, enum agent_marker *marker, bool inside)
{
	struct agent *a = f->transport;
	struct runner_counters *count = runner_counting(f->runner);
	struct slice begin = str_slice(&f->output);
	struct err why;

	if (*marker != AGENT_MORE)
		return true;
	*marker = agent_marker_of(begin);
	if (*marker == AGENT_MORE)
		return true;
	if (!agent_policy_allows(
		&a->policy, f->job.host, *marker, inside, begin, &why)) {
		count->agents_refused++;
		fail(f, "%s", why.text);
		return false;
	}
	count->agents_tls += *marker == AGENT_TLS;
	count->agents_symmetric += *marker == AGENT_SYMMETRIC;
	return true;
}

/* --- TLS ------------------------------------------------------------------ */

struct sending {
	uv_write_t req;
	struct str bytes;
};

static void
sent(uv_write_t *req, int status)
{
	struct sending *s = (struct sending *)req;

	(void)status; /* reading tells of a broken connection */
	str_free(&s->bytes);
	free(s);
}

static void
send_tls(struct agent *a)
{
	struct sending *s = xnew(struct sending);
	uv_buf_t buf;

	agent_tls_take(a->tls, &s->bytes);
	buf = uv_buf_init(s->bytes.s, (unsigned)s->bytes.len);
	if (s->bytes.len == 0 ||
	    uv_write(&s->req, (uv_stream_t *)a->tcp, &buf, 1, sent) != 0) {
		str_free(&s->bytes);
		free(s);
	}
}

static int
take_output(void *arg, const char *bytes, size_t n, struct err *err_r)
{
	return fetch_take(arg, bytes, n, err_r);
}

/* False: the fetch has ended. */
static bool
start_tls(struct fetch *f)
{
	struct agent *a = f->transport;
	struct err err;
	SSL_CTX *ctx = identity_tls(runner_identity(f->runner), &err);

	if (ctx == NULL) {
		fail(f, "The agent answered with TLS, but %s", err.text);
		return false;
	}
	a->tls = agent_tls_new(ctx, a->policy.uuid, take_output, f);
	send_tls(a);
	return true;
}

static void
take_tls(struct fetch *f, struct slice bytes, const char *peer)
{
	struct agent *a = f->transport;
	struct err err;
	int rc = agent_tls_receive(a->tls, bytes, &err);

	if (rc != -1)
		send_tls(a);
	if (rc == -1)
		fail(f, "The agent at %s: %s", peer, err.text);
	else if (uv_stream_get_write_queue_size((uv_stream_t *)a->tcp) >
	    LIMIT_TLS_UNSENT)
		fail(f, "The agent at %s asks without reading answers", peer);
	else if (look_at_marker(f, &a->inner, true) && rc == 1)
		at_end(f, peer);
}

/* --- the connection ------------------------------------------------------- */

static void
give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct fetch *f = handle->data;

	(void)suggested;
	*buf = uv_buf_init(runner_buffer(f->runner), ENGINE_BUFFER_BYTES);
}

static void
take_bytes(struct fetch *f, struct slice bytes, const char *peer)
{
	struct agent *a = f->transport;
	struct err why;

	a->raw += bytes.len;
	if (a->tls != NULL) {
		take_tls(f, bytes, peer);
		return;
	}
	if (fetch_take(f, bytes.s, bytes.len, &why) != 0) {
		fail(f, "The agent at %s: %s", peer, why.text);
		return;
	}
	if (a->marker != AGENT_MORE || !look_at_marker(f, &a->marker, false) ||
	    a->marker != AGENT_TLS)
		return;
	/* What came behind the two bytes is TLS already. */
	struct str rest = fetch_steal(f);

	if (start_tls(f) && rest.len > 2)
		take_tls(f, (struct slice){rest.s + 2, rest.len - 2}, peer);
	str_free(&rest);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fetch *f = stream->data;
	struct agent *a = f->transport;
	char peer[ADDRESS_TEXT];

	if (n == 0)
		return;
	address_port_text(&a->peer, peer);
	if (n == UV_EOF) {
		at_end(f, peer);
		return;
	}
	if (n < 0) {
		char how[160];

		snprintf(
		    how, sizeof(how), "broke off (%s)", uv_strerror((int)n));
		fail_short(f, peer, how);
		return;
	}
	take_bytes(f, (struct slice){buf->base, (size_t)n}, peer);
}

static void
connected(uv_tcp_t *tcp, const union address *peer, const char *why, void *arg)
{
	struct fetch *f = arg;
	struct agent *a = f->transport;
	int rc;

	f->alive = connect_answered(a->connect);
	a->connect = NULL;
	if (tcp == NULL) {
		fail(f, "%s", why);
		return;
	}
	a->tcp = tcp;
	a->peer = *peer;
	tcp->data = f;
	rc = uv_read_start((uv_stream_t *)tcp, give_buffer, on_read);
	if (rc != 0)
		fail(f, "Cannot read from the agent: %s", uv_strerror(rc));
}

static void
start(struct fetch *f)
{
	struct agent *a = xnew(struct agent);
	struct err why;

	f->transport = a;
	if (agent_policy_read(f->job.options, f->job.uuid, &a->policy, &why) ==
	    -1) {
		release(f);
		fetch_fail_soon(f, "%s", why.text);
		return;
	}
	for (size_t i = 0; i < f->n_addresses; i++)
		address_set_port(&f->addresses[i], (uint16_t)f->job.port);
	a->connect = connect_start(runner_loop(f->runner), f->addresses,
	    f->n_addresses, " (is the agent running?)", connected, f);
	if (a->policy.connect_ms > 0)
		connect_within(a->connect, a->policy.connect_ms);
}

static void
late(struct fetch *f)
{
	struct agent *a = f->transport;
	char peer[ADDRESS_TEXT], timeout[32];

	address_port_text(
	    a->connect == NULL ? &a->peer : connect_trying(a->connect), peer);
	fetch_timeout_text(f, timeout);
	if (a->connect != NULL)
		fail(f,
		    "Cannot connect to %s: no answer within %s (is the host "
		    "up, does a firewall drop the packets?)",
		    peer, timeout);
	else if (a->decrypt != NULL)
		fail(f,
		    "The output of the agent at %s was not decrypted within "
		    "%s: too many hosts are encrypted by a passphrase "
		    "(register "
		    "them: TLS costs a hundredth)",
		    peer, timeout);
	else if (a->tls != NULL && agent_tls_is_shaking(a->tls))
		fail(f,
		    "The agent at %s did not finish the TLS handshake within "
		    "%s",
		    peer, timeout);
	else if (f->output.len == 0)
		fail(f,
		    "The agent at %s accepted the connection, but sent nothing "
		    "within %s",
		    peer, timeout);
	else
		fail(f,
		    "The agent at %s was not done within %s: only %zu byte%s "
		    "had come",
		    peer, timeout, f->output.len,
		    f->output.len == 1 ? "" : "s");
}

const struct fetch_kind fetch_kind_agent = {
    .name = "agent",
    .one_per_host = true,
    .needs_address = true,
    .start = start,
    .late = late,
    .stop = release,
};
