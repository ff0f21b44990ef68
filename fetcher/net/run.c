/* SPDX-License-Identifier: Apache-2.0
 *
 * A network check under way: its connection, its timers, its end; see check.h
 * and net.h. A check acts within event(); what it asks for happens from the
 * loop, so that no event comes within another.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "fetcher/limits.h"
#include "fetcher/net/net_internal.h"

#include <errno.h>
#include <stdlib.h>

static void
free_now(uv_handle_t *handle)
{
	struct net_run *r = handle->data;

	if (--r->open_handles > 0)
		return;
	free(r->state);
	net_plan_free(&r->plan);
	str_free(&r->in);
	str_free(&r->out);
	str_free(&r->wire);
	str_free(&r->tls_words);
	free(r);
}

/* Lets go of everything; memory goes with the last handle. */
static void
dispose(struct net_run *r)
{
	if (r->check->end != NULL)
		r->check->end(r);
	resolver_cancel(&r->ask);
	for (size_t i = 0; i < ARRAY_LEN(r->probes); i++)
		if (r->probes[i].to.sa.sa_family != 0)
			icmp_stop(r->services.icmp, &r->probes[i]);
	net_close(r);
	uv_close((uv_handle_t *)&r->timer, free_now);
	uv_close((uv_handle_t *)&r->deadline, free_now);
}

/* The deadline has come, whatever the check was waiting for. */
static void
timed_out(struct net_run *r)
{
	if (r->check->late != NULL) {
		r->check->late(r);
		return;
	}
	str_clear(&r->out);
	net_say(r, "%s - Socket timeout after %u seconds\n",
	    net_state_text(r->limit_state), r->limit_s);
	net_done(r, r->limit_state);
}

void
net_emit(struct net_run *r, enum net_event e)
{
	net_done_fn *done = r->done;
	void *arg = r->arg;

	if (r->is_over)
		return;
	if (r->must_give_up)
		net_give_up(r);
	else if (r->out_of_time)
		timed_out(r);
	else
		r->check->event(r, e);
	if (!r->is_over)
		return;
	if (!r->is_told) {
		struct str text = r->out;
		int state = r->end_state;

		r->is_told = true;
		r->out = (struct str){0};
		dispose(r);
		done(state, str_slice(&text), arg);
		str_free(&text);
	}
}

/* --- what checks ask for ---------------------------------------------------
 */

const void *
net_plan_of(const struct net_run *r)
{
	return r->plan->options;
}

void *
net_state_of(struct net_run *r)
{
	return r->state;
}

struct str *
net_text(struct net_run *r)
{
	return &r->out;
}

void
net_say(struct net_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&r->out, fmt, ap);
	va_end(ap);
}

void
net_done(struct net_run *r, uint32_t state)
{
	must(!r->is_over);
	r->is_over = true;
	r->end_state = (int)state;
}

void
net_give_up(struct net_run *r)
{
	must(!r->is_over);
	r->is_over = true;
	r->end_state = -1;
	str_clear(&r->out);
}

struct slice
net_input(const struct net_run *r)
{
	return str_slice(&r->in);
}

void
net_consume(struct net_run *r, size_t n)
{
	must(n <= r->in.len);
	memmove(r->in.s, r->in.s + n, r->in.len - n);
	r->in.len -= n;
	if (r->in.s != NULL)
		r->in.s[r->in.len] = '\0';
}

int
net_errno(const struct net_run *r)
{
	return r->error;
}

const char *
net_tls_words(const struct net_run *r)
{
	return str_get(&r->tls_words);
}

SSL *
net_ssl(const struct net_run *r)
{
	return tls_link_ssl(r->tls);
}

const char *
net_address(const struct net_run *r)
{
	return r->address;
}

void
net_clock_start(struct net_run *r)
{
	if (r->began_ns == 0)
		r->began_ns = clock_mono();
}

double
net_seconds(const struct net_run *r)
{
	return (double)(clock_mono() - r->began_ns) / (double)NS_PER_S;
}

static void
out_of_time(uv_timer_t *timer)
{
	struct net_run *r = timer->data;

	r->out_of_time = true;
	net_emit(r, NET_TIMER);
}

void
net_deadline(struct net_run *r, uint32_t seconds, uint32_t state)
{
	r->limit_s = seconds;
	r->limit_state = state;
	uv_timer_start(&r->deadline, out_of_time, seconds * 1000, 0);
}

void
net_begin(struct net_run *r, const struct net_target *target)
{
	net_deadline(r, target->timeout, target->timeout_state);
	net_connect(r, target->host, target->family, (uint16_t)target->port);
}

static void
waited(uv_timer_t *timer)
{
	net_emit(timer->data, NET_TIMER);
}

void
net_wait(struct net_run *r, uint32_t ms)
{
	uv_timer_start(&r->timer, waited, ms, 0);
}

/* --- pings -----------------------------------------------------------------
 */

static void
ponged(struct icmp_probe *probe, int status, int64_t rtt_ns)
{
	struct net_run *r = probe->arg;

	r->rtt_ms = status == 0 ? (double)rtt_ns / (double)NS_PER_MS : -1;
	net_emit(r, NET_PONG);
}

bool
net_can_ping(const struct net_run *r)
{
	return r->services.icmp != NULL;
}

void
net_ping(struct net_run *r, uint32_t n)
{
	struct icmp_probe *p = &r->probes[n];

	must(n < ARRAY_LEN(r->probes) && r->n_addresses > 0);
	p->to = r->addresses[0];
	p->done = ponged;
	p->arg = r;
	icmp_start(r->services.icmp, p);
}

double
net_rtt_ms(const struct net_run *r)
{
	return r->rtt_ms;
}

/* --- from start to end -----------------------------------------------------
 */

static void
begin(uv_timer_t *timer)
{
	net_emit(timer->data, NET_BEGIN);
}

struct net_run *
net_start(const struct net_services *services, struct net_plan *plan,
    net_done_fn *done, void *arg)
{
	struct net_run *r = xnew(struct net_run);

	r->services = *services;
	r->plan = plan;
	r->check = plan->check;
	r->done = done;
	r->arg = arg;
	if (plan->check->state_size > 0)
		r->state = xcalloc(1, plan->check->state_size);
	uv_timer_init(services->loop, &r->timer);
	uv_timer_init(services->loop, &r->deadline);
	r->timer.data = r->deadline.data = r;
	r->open_handles = 2;
	uv_timer_start(&r->timer, begin, 0, 0);
	return r;
}

void
net_stop(struct net_run *r)
{
	r->is_over = r->is_told = true;
	dispose(r);
}

/* --- command lines ---------------------------------------------------------
 */

static char **
argv_copy(char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n] != NULL)
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(argv[i]);
	return copy;
}

static const struct net_check *const checks[] = {&net_check_tcp,
    &net_check_http, &net_check_smtp, &net_check_ssh, &net_check_ldap,
    &net_check_dns, &net_check_icmp, &net_check_ping};

struct net_plan *
net_read(char *const *argv)
{
	const char *slash, *program;
	struct net_plan *plan;
	struct net_words words = {0};

	if (argv == NULL || argv[0] == NULL)
		return NULL;
	slash = strrchr(argv[0], '/');
	program = slash == NULL ? argv[0] : slash + 1;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (strcmp(checks[i]->program, program) != 0)
			continue;
		plan = xnew(struct net_plan);
		plan->check = checks[i];
		plan->options = xcalloc(1, checks[i]->plan_size);
		plan->argv = argv_copy(argv);
		words.argv = plan->argv;
		if (checks[i]->read(plan->options, &words))
			return plan;
		net_plan_free(&plan);
		return NULL;
	}
	return NULL;
}

void
net_plan_free(struct net_plan **plan)
{
	if (*plan == NULL)
		return;
	if ((*plan)->check->free != NULL)
		(*plan)->check->free((*plan)->options);
	free((*plan)->options);
	child_free_words((*plan)->argv);
	free(*plan);
	*plan = NULL;
}
