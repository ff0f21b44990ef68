/* SPDX-License-Identifier: Apache-2.0
 *
 * check_ping of an address that answers: requests a second apart, as ping
 * sends them. Any silence is left to the plugin, which says what ping says of
 * it (unreachable, lost, redirected).
 */
#include "fetcher/limits.h"
#include "fetcher/net/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define GAP_MS 1000

struct plan {
	const char *host;
	uint32_t family;
	float rta_warn, rta_crit; /* the plugin's have no more bits */
	int loss_warn, loss_crit, packets, timeout;
};

struct state {
	uint32_t sent, answered;
	uint64_t us; /* all round trips */
};

static const struct net_option options[] = {{'H', "hostname", NET_VALUE},
    {'w', "warning", NET_VALUE}, {'c', "critical", NET_VALUE},
    {'p', "packets", NET_VALUE}, {'t', "timeout", NET_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {0, NULL, NET_NO_VALUE}};

/* "100.0,20%", both above 0, and no other way to write it. */
static bool
threshold(const char *text, float *rta_r, int *loss_r)
{
	const char *comma = strchr(text, ',');
	size_t n = comma == NULL ? 0 : (size_t)(comma - text), m;
	char first[16], second[8];
	double rta;

	m = comma == NULL ? 0 : strlen(comma + 1);
	if (n == 0 || n >= sizeof(first) || m < 2 || m > 4 || comma[m] != '%' ||
	    strspn(text, "0123456789.") != n)
		return false;
	memcpy(first, text, n);
	first[n] = '\0';
	memcpy(second, comma + 1, m - 1);
	second[m - 1] = '\0';
	if (!net_real(first, &rta) || !net_number(second, 1, loss_r))
		return false;
	*rta_r = (float)rta;
	return *loss_r <= 100 && *rta_r > 0;
}

/* An address: of names the plugin has its own choice. */
static bool
take_host(struct plan *p, const char *value)
{
	struct in6_addr address;

	p->host = value;
	if (inet_pton(AF_INET, value, &address) == 1)
		return p->family != 6 && (p->family = 4) != 0;
	return inet_pton(AF_INET6, value, &address) == 1 && p->family != 4 &&
	    (p->family = 6) != 0;
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case '4':
	case '6':
		if (p->family != 0 && p->family != (uint32_t)(option - '0'))
			return false;
		p->family = (uint32_t)(option - '0');
		return true;
	case 'H':
		return p->host == NULL && take_host(p, value);
	case 'w':
		return threshold(value, &p->rta_warn, &p->loss_warn);
	case 'c':
		return threshold(value, &p->rta_crit, &p->loss_crit);
	case 'p':
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

	*p = (struct plan){.packets = 5, .timeout = 10};
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || !take(p, option, words->value))
			return false;
	return p->host != NULL && p->rta_warn > 0 && p->rta_crit > 0 &&
	    p->rta_warn <= p->rta_crit && p->loss_warn <= p->loss_crit &&
	    p->packets <= p->timeout;
}

static void
judge(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	const struct state *s = net_state_of(r);
	/* ping counts whole microseconds and cuts their mean. */
	float rta = (float)((double)(s->us / s->answered) / 1000);
	uint32_t state = rta >= p->rta_crit ? NET_CRITICAL
	    : rta >= p->rta_warn            ? NET_WARNING
					    : NET_OK;

	net_say(r, "PING %s - Packet loss = 0%%, RTA = %2.2f ms",
	    net_state_text(state), (double)rta);
	net_say(r, "|rta=%fms;%f;%f;%f pl=0%%;%d;%d;0;\n", (double)rta,
	    (double)p->rta_warn, (double)p->rta_crit, 0.0, p->loss_warn,
	    p->loss_crit);
	net_done(r, state);
}

/* The last one was answered: else it is the plugin's. */
static void
step(struct net_run *r)
{
	struct state *s = net_state_of(r);

	if (s->answered < s->sent) {
		net_give_up(r);
		return;
	}
	net_ping(r, s->sent++);
	net_wait(r, GAP_MS);
}

static void
answered(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	double ms = net_rtt_ms(r);

	if (ms < 0) {
		net_give_up(r);
		return;
	}
	s->us += (uint64_t)(ms * 1000);
	if (++s->answered == (uint32_t)p->packets)
		judge(r);
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);

	switch (e) {
	case NET_BEGIN:
		if (net_can_ping(r))
			net_resolve(r, p->host, p->family);
		else
			net_give_up(r);
		break;
	case NET_OPEN:
	case NET_TIMER:
		step(r);
		break;
	case NET_PONG:
		answered(r);
		break;
	case NET_REFUSED:
		net_give_up(r);
		break;
	case NET_SECURE:
	case NET_INSECURE:
	case NET_BYTES:
	case NET_END:
	case NET_BROKEN:
		break;
	}
}

const struct net_check net_check_ping = {.program = "check_ping",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event};
