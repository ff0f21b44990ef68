/* SPDX-License-Identifier: Apache-2.0
 *
 * check_dns against one server (-s): the addresses of a name. The plugin reads
 * them from nslookup, which has many ways to fail; whatever is not a plain
 * answer is left to it.
 */
#include "common/mem.h"
#include "fetcher/net/check.h"
#include "fetcher/net/dns_message.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define EXPECTED 16
#define ANSWER_MS                                                              \
	1500 /* then it is the plugin's turn, with its own patience            \
	      */

struct plan {
	const char *name, *server, *expected[EXPECTED];
	size_t n_expected;
	uint32_t timeout, timeout_state;
	bool all, authority;
	struct net_range warn, crit;
};

struct state {
	uint16_t type, id;
	struct dns_answer answer;
	bool no_authority;
};

static const struct net_option options[] = {{'H', "hostname", NET_VALUE},
    {'s', "server", NET_VALUE}, {'a', "expected-address", NET_VALUE},
    {'A', "expect-authority", NET_NO_VALUE}, {'L', "all", NET_NO_VALUE},
    {'t', "timeout", NET_VALUE}, {'w', "warning", NET_VALUE},
    {'c', "critical", NET_VALUE}, {0, NULL, NET_NO_VALUE}};

static bool
is_address(const char *text)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, text, buf) == 1 ||
	    inet_pton(AF_INET6, text, buf) == 1;
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'H':
		p->name = value;
		return !is_address(value);
	case 's':
		p->server = value;
		return is_address(value);
	case 'a':
		p->expected[p->n_expected++] = value;
		return p->n_expected < EXPECTED && is_address(value);
	case 'A':
		return p->authority = true;
	case 'L':
		return p->all = true;
	case 't':
		return net_timeout(value, &p->timeout, &p->timeout_state);
	case 'w':
		return net_range(value, &p->warn);
	case 'c':
		return net_range(value, &p->crit);
	default:
		return false;
	}
}

/* A name without a dot is looked for in the domains of resolv.conf, too. */
static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	struct str unused = {0};
	int option;
	bool good;

	p->timeout = 10;
	p->timeout_state = NET_CRITICAL;
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || option == NET_OPERAND ||
		    !take(p, option, words->value))
			return false;
	good = p->name != NULL && p->server != NULL &&
	    strchr(p->name, '.') != NULL &&
	    dns_question(p->name, DNS_A, 0, &unused);
	str_free(&unused);
	return good;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* NULL, or what is wrong, allocated. */
static char *
compare(const struct plan *p, const struct dns_answer *a, const char *found)
{
	struct str text = {0};
	char *why = NULL;
	size_t hit = 0, covered = 0;

	for (size_t i = 0; i < p->n_expected; i++) {
		size_t before = covered;

		for (size_t k = 0; k < a->n; k++)
			covered += strcmp(a->addresses[k], p->expected[i]) == 0;
		hit += covered > before;
		str_addf(&text, "%s%s", i > 0 ? "; " : "", p->expected[i]);
	}
	if (hit == 0 || (p->all && (hit < p->n_expected || covered < a->n)))
		why = xasprintf(
		    "expected '%s' but got '%s'", str_get(&text), found);
	str_free(&text);
	return why;
}

static void
judge_time(struct net_run *r, const char *found)
{
	const struct plan *p = net_plan_of(r);
	double seconds = net_seconds(r);
	struct net_level warn = {p->warn.is_set, p->warn.end};
	struct net_level crit = {p->crit.is_set, p->crit.end};
	struct net_level none = {false, 0};
	uint32_t state = NET_OK;

	if (net_range_alerts(&p->crit, seconds))
		state = NET_CRITICAL;
	else if (net_range_alerts(&p->warn, seconds))
		state = NET_WARNING;
	net_say(r, "DNS %s: %.3f second%s response time. %s returns %s|",
	    net_state_text(state), seconds,
	    (unsigned long)seconds == 1 ? "" : "s", p->name, found);
	net_perf(net_text(r), "time", seconds, "s", warn, crit, none);
	net_say(r, "\n");
	net_done(r, state);
}

static void
judge(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	struct str found = {0};
	char *why = NULL;

	qsort(s->answer.addresses, s->answer.n, sizeof(s->answer.addresses[0]),
	    by_text);
	for (size_t i = 0; i < s->answer.n; i++)
		str_addf(
		    &found, "%s%s", i > 0 ? "," : "", s->answer.addresses[i]);
	if (p->n_expected > 0)
		why = compare(p, &s->answer, str_get(&found));
	if (why == NULL && p->authority && s->no_authority)
		why = xasprintf("server %s is not authoritative for %s",
		    p->server, p->name);
	if (s->answer.n == 0) {
		net_give_up(r);
	} else if (why != NULL) {
		net_say(r, "DNS CRITICAL - %s\n", why);
		net_done(r, NET_CRITICAL);
	} else {
		judge_time(r, str_get(&found));
	}
	free(why);
	str_free(&found);
}

static void
ask(struct net_run *r, uint16_t type)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	struct str out = {0};

	s->type = type;
	if (getrandom(&s->id, sizeof(s->id), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(s->id))
		s->id = (uint16_t)(s->id * 25173 + 13849);
	dns_question(p->name, type, s->id, &out);
	net_send(r, str_slice(&out));
	str_free(&out);
	net_wait(r, ANSWER_MS);
}

static void
answered(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	if (!dns_answer(net_input(r), p->name, s->type, s->id, &s->answer))
		return; /* somebody else's; ours may come */
	s->no_authority |= !s->answer.authoritative;
	/* Other names are looked for in the domains of resolv.conf, too. */
	if (s->answer.code == 3 && p->name[strlen(p->name) - 1] == '.') {
		net_say(
		    r, "Domain '%s' was not found by the server\n", p->name);
		net_done(r, NET_CRITICAL);
	} else if (s->answer.code != 0 || s->answer.cut ||
	    s->answer.has_alias) {
		net_give_up(r);
	} else if (s->type == DNS_A) {
		ask(r, DNS_AAAA);
	} else {
		judge(r);
	}
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);

	switch (e) {
	case NET_BEGIN:
		net_deadline(r, p->timeout, p->timeout_state);
		net_open_udp(r, p->server, 0, 53);
		break;
	case NET_OPEN:
		ask(r, DNS_A);
		break;
	case NET_BYTES:
		answered(r);
		break;
	case NET_REFUSED:
	case NET_BROKEN:
	case NET_TIMER:
		net_give_up(r);
		break;
	case NET_END:
	case NET_SECURE:
	case NET_INSECURE:
	case NET_PONG:
		break;
	}
}

const struct net_check net_check_dns = {.program = "check_dns",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event};
