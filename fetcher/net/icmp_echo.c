/* SPDX-License-Identifier: Apache-2.0
 *
 * check_icmp of one host: packets in a row, their mean time and loss.
 */
#include "fetcher/limits.h"
#include "fetcher/net/check.h"

#include <stdlib.h>
#include <string.h>

#define GAP_MS 80

struct plan {
	const char *host;
	double rta_warn, rta_crit;
	int loss_warn, loss_crit, packets, timeout;
};

struct state {
	uint32_t sent, answered;
	double sum, least, most;
};

static const struct net_option options[] = {{'H', NULL, NET_VALUE},
    {'w', NULL, NET_VALUE}, {'c', NULL, NET_VALUE}, {'n', NULL, NET_VALUE},
    {'t', NULL, NET_VALUE}, {0, NULL, NET_NO_VALUE}};

/* "200.0,40%": milliseconds and percent, written so and no other way. */
static bool
threshold(const char *text, double *rta_r, int *loss_r)
{
	const char *comma = strchr(text, ',');
	char first[24], second[8];
	size_t n = comma == NULL ? 0 : (size_t)(comma - text), m, digits;

	if (n == 0 || n >= sizeof(first))
		return false;
	m = strlen(comma + 1);
	if (m < 2 || m > sizeof(second) || comma[m] != '%')
		return false;
	memcpy(first, text, n);
	first[n] = '\0';
	memcpy(second, comma + 1, m - 1);
	second[m - 1] = '\0';
	/* It reads single digits and second decimals in its own way. */
	digits = strspn(first, "0123456789");
	if (first[digits] == '\0' ? digits < 2
				  : digits < 1 || first[digits + 1] == '\0' ||
		    strspn(first + digits + 2, "0") !=
			strlen(first + digits + 2))
		return false;
	if (strlen(second) > 3 && strcmp(strchrnul(second, '.'), ".00") == 0)
		second[strlen(second) - 3] = '\0';
	return net_real(first, rta_r) && net_number(second, 1, loss_r) &&
	    *loss_r <= 100 && *rta_r > 0;
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case NET_OPERAND:
	case 'H':
		if (p->host != NULL)
			return false; /* several */
		p->host = value;
		return true;
	case 'w':
		return threshold(value, &p->rta_warn, &p->loss_warn);
	case 'c':
		return threshold(value, &p->rta_crit, &p->loss_crit);
	case 'n':
		return net_number(value, 1, &p->packets) &&
		    p->packets <= LIMIT_PING_PACKETS;
	case 't':
		return net_number(value, 1, &p->timeout);
	default:
		return false;
	}
}

static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	int option;

	*p = (struct plan){NULL, 200, 500, 40, 80, 5, 10};
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || !take(p, option, words->value))
			return false;
	return p->host != NULL && p->rta_warn <= p->rta_crit &&
	    p->loss_warn <= p->loss_crit;
}

static void
judge(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	const struct state *s = net_state_of(r);
	int loss = (int)((s->sent - s->answered) * 100 / s->sent);
	double rta = s->answered > 0 ? s->sum / s->answered : 0;
	uint32_t state = NET_OK;

	if (s->answered == 0 || loss >= p->loss_crit || rta >= p->rta_crit)
		state = NET_CRITICAL;
	else if (loss >= p->loss_warn || rta >= p->rta_warn)
		state = NET_WARNING;
	net_say(r, "%s - ", net_state_text(state));
	if (s->answered == 0)
		net_say(r, "%s: rta nan, lost 100%%", p->host);
	else
		net_say(r, "%s: rta %0.3fms, lost %d%%", p->host, rta, loss);
	net_say(
	    r, "|rta=%0.3fms;%0.3f;%0.3f;0; ", rta, p->rta_warn, p->rta_crit);
	net_say(r, "pl=%d%%;%d;%d;; ", loss, p->loss_warn, p->loss_crit);
	net_say(r, "rtmax=%0.3fms;;;; rtmin=%0.3fms;;;; \n", s->most, s->least);
	net_done(r, state);
}

static void
step(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (s->sent == (uint32_t)p->packets) {
		judge(r);
		return;
	}
	net_ping(r, s->sent++);
	/* After the last one as long as the plugin waits. */
	net_wait(r,
	    s->sent < (uint32_t)p->packets
		? GAP_MS
		: GAP_MS + (uint32_t)(p->rta_crit * (p->packets + 1)));
}

static void
answered(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	double ms = net_rtt_ms(r);

	if (ms < 0) {
		net_give_up(r); /* it has words for that */
		return;
	}
	if (s->answered == 0 || ms < s->least)
		s->least = ms;
	if (ms > s->most)
		s->most = ms;
	s->sum += ms;
	s->answered++;
	if (s->answered == (uint32_t)p->packets)
		judge(r);
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);

	switch (e) {
	case NET_BEGIN:
		if (net_can_ping(r))
			net_resolve(r, p->host, 4);
		else
			net_give_up(r);
		break;
	case NET_OPEN:
		net_deadline(r, (uint32_t)p->timeout, NET_CRITICAL);
		step(r);
		break;
	case NET_TIMER:
		step(r);
		break;
	case NET_PONG:
		answered(r);
		break;
	case NET_REFUSED:
	case NET_SECURE:
	case NET_INSECURE:
	case NET_BYTES:
	case NET_END:
	case NET_BROKEN:
		break;
	}
}

const struct net_check net_check_icmp = {.program = "check_icmp",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event,
    .late = judge};
