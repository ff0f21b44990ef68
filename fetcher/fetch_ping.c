/* SPDX-License-Identifier: Apache-2.0
 *
 * Pings. A host is UP at its first answer; three requests go out in a window
 * after which it is DOWN. The service PING sends its packets in a row and
 * waits for all.
 */
#include "fetcher/fetch.h"
#include "fetcher/ping_result.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

/* Core says how long is left of 15 s without a sign of life (ST-31). */
#define HOST_WINDOW_MS  9000
#define HOST_TRIES      3
#define SERVICE_GAP_MS  80
#define SERVICE_WAIT_MS 1000 /* for the last answer, at least */

struct ping {
	uv_timer_t timer; /* the next request, or the end of waiting */
	struct fetch *fetch;
	struct icmp_probe probes[LIMIT_PING_PACKETS];
	union address to;
	char to_text[ADDRESS_TEXT];
	struct ping_plan plan; /* of a service; of a host `packets` alone */
	struct ping_answers answers;
	uint32_t gap_ms, wait_ms;
};

static void
free_ping(uv_handle_t *handle)
{
	free(handle->data);
}

static void
release(struct fetch *f)
{
	struct ping *p = f->transport;

	for (uint32_t i = 0; i < p->answers.sent; i++)
		icmp_stop(runner_icmp(f->runner), &p->probes[i]);
	f->transport = NULL;
	uv_close((uv_handle_t *)&p->timer, free_ping);
}

static bool
is_host(const struct fetch *f)
{
	return f->job.service.len == 0;
}

static void
judge(struct fetch *f)
{
	struct ping *p = f->transport;
	struct str output = {0}, perfdata = {0};
	uint32_t state;

	if (is_host(f))
		state = ping_judge_host(
		    &p->answers, p->gap_ms * p->plan.packets, &output);
	else
		state = ping_judge_service(
		    &p->answers, &p->plan, &output, &perfdata);
	release(f);
	fetch_result(
	    f, state, str_slice(&output), SLICE(""), str_slice(&perfdata));
	str_free(&output);
	str_free(&perfdata);
}

static void
answered(struct icmp_probe *probe, int status, int64_t rtt_ns)
{
	struct ping *p = probe->arg;

	if (status != 0) {
		p->answers.why = uv_strerror(status);
		return; /* the next request may find a way */
	}
	p->fetch->alive = true;
	ping_answers_add(&p->answers, (double)rtt_ns / (double)NS_PER_MS);
	if (is_host(p->fetch) || p->answers.answered == p->plan.packets)
		judge(p->fetch);
}

static void
step(uv_timer_t *timer)
{
	struct ping *p = timer->data;
	struct icmp_probe *probe;

	if (p->answers.sent == p->plan.packets) {
		judge(p->fetch);
		return;
	}
	probe = &p->probes[p->answers.sent++];
	probe->to = p->to;
	probe->done = answered;
	probe->arg = p;
	icmp_start(runner_icmp(p->fetch->runner), probe);
	uv_timer_start(&p->timer, step,
	    p->answers.sent < p->plan.packets ? p->gap_ms : p->wait_ms, 0);
}

static void
plan_service(struct fetch *f, struct ping *p)
{
	uint64_t left = fetch_left_ms(f);

	p->plan = ping_plan_read(f->job.options);
	p->gap_ms = SERVICE_GAP_MS;
	if (p->gap_ms * p->plan.packets > left / 2)
		p->gap_ms = (uint32_t)(left / 2 / p->plan.packets);
	p->wait_ms = SERVICE_WAIT_MS;
	if (p->plan.rta_crit * 2 > p->wait_ms && p->plan.rta_crit < 30000)
		p->wait_ms = (uint32_t)(p->plan.rta_crit * 2);
	if (p->wait_ms > left / 2)
		p->wait_ms = (uint32_t)(left / 2);
}

static void
plan_host(struct fetch *f, struct ping *p)
{
	uint64_t left = fetch_left_ms(f);
	uint64_t window =
	    f->job.window_ms == 0 ? HOST_WINDOW_MS : f->job.window_ms;

	if (window > left)
		window = left;
	p->plan.packets = HOST_TRIES;
	p->gap_ms = p->wait_ms = (uint32_t)(window / HOST_TRIES);
}

/* The first address of a family that can be pinged. */
static const union address *
choose(struct fetch *f, struct icmp *icmp)
{
	for (size_t i = 0; i < f->n_addresses; i++)
		if (icmp_has_family(icmp, f->addresses[i].sa.sa_family))
			return &f->addresses[i];
	return NULL;
}

static void
start(struct fetch *f)
{
	struct icmp *icmp = runner_icmp(f->runner);
	const union address *to = icmp == NULL ? NULL : choose(f, icmp);
	struct ping *p;

	if (to == NULL) {
		fetch_fail_soon(f, "Cannot ping %s: %s", f->name,
		    icmp == NULL ? runner_no_ping(f->runner)
				 : "this machine has no ICMP socket for the "
				   "address's family");
		return;
	}
	p = xnew(struct ping);
	p->fetch = f;
	p->to = *to;
	p->answers.address = address_text(to, p->to_text);
	if (is_host(f))
		plan_host(f, p);
	else
		plan_service(f, p);
	f->transport = p;
	uv_timer_init(runner_loop(f->runner), &p->timer);
	p->timer.data = p;
	step(&p->timer);
}

const struct fetch_kind fetch_kind_ping = {
    .name = "ping",
    .needs_address = true,
    .start = start,
    .late = judge,
    .stop = release,
};
