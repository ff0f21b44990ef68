/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the port accept a connection? The output is worded as check_tcp's.
 */
#include "fetcher/connect.h"
#include "fetcher/fetch.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

struct tcp {
	struct connect *connect;
	int64_t started_ns;
};

static void
release(struct fetch *f)
{
	struct tcp *t = f->transport;

	connect_stop(&t->connect);
	free(t);
	f->transport = NULL;
}

static void
critical(struct fetch *f, const char *why)
{
	struct str text = {0};

	str_addf(&text, "TCP CRITICAL - %s", why);
	fetch_result(f, 2, str_slice(&text), SLICE(""), SLICE(""));
	str_free(&text);
}

static void
connected(uv_tcp_t *tcp, const union address *peer, const char *why, void *arg)
{
	struct fetch *f = arg;
	struct tcp *t = f->transport;
	double s = (double)(clock_mono() - t->started_ns) / (double)NS_PER_S;
	struct str text = {0}, perf = {0};
	char at[ADDRESS_TEXT];

	f->alive = connect_answered(t->connect);
	t->connect = NULL;
	release(f);
	if (tcp == NULL) {
		critical(f, why);
		return;
	}
	connect_close_tcp(tcp);
	str_addf(&text, "TCP OK - %.3f second response time on %s port %u", s,
	    address_text(peer, at), f->job.port);
	str_addf(
	    &perf, "time=%.6fs;;;0.000000;%.6f", s, f->job.timeout_ms / 1000.0);
	fetch_result(f, 0, str_slice(&text), SLICE(""), str_slice(&perf));
	str_free(&text);
	str_free(&perf);
}

static void
start(struct fetch *f)
{
	struct tcp *t = xnew(struct tcp);

	f->transport = t;
	t->started_ns = clock_mono();
	for (size_t i = 0; i < f->n_addresses; i++)
		address_set_port(&f->addresses[i], (uint16_t)f->job.port);
	t->connect = connect_start(runner_loop(f->runner), f->addresses,
	    f->n_addresses, " (nothing listens on that port)", connected, f);
}

static void
late(struct fetch *f)
{
	struct tcp *t = f->transport;
	char at[ADDRESS_TEXT], timeout[32];
	struct err why;

	err_set(&why, "Cannot connect to %s: no answer within %s",
	    address_port_text(connect_trying(t->connect), at),
	    fetch_timeout_text(f, timeout));
	release(f);
	critical(f, why.text);
}

const struct fetch_kind fetch_kind_tcp = {
    .name = "tcp",
    .needs_address = true,
    .start = start,
    .late = late,
    .stop = release,
};
