/* SPDX-License-Identifier: Apache-2.0
 *
 * check_ssh: the banner, its version and protocol.
 */
#include "fetcher/net/ssh_banner.h"

#include "fetcher/net/check.h"

#include <string.h>

struct plan {
	struct net_target to;
	const char *version, *protocol;
};

static const struct net_option options[] = {{'H', "host", NET_VALUE},
    {256, "hostname", NET_VALUE}, {'p', "port", NET_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'t', "timeout", NET_VALUE}, {'r', "remote-version", NET_VALUE},
    {'P', "remote-protocol", NET_VALUE}, {0, NULL, NET_NO_VALUE}};

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case NET_OPERAND: /* host, then port */
		if (p->to.host != NULL)
			return false;
		p->to.host = value;
		return true;
	case 'H':
		p->to.host = value;
		return true;
	case 'p':
		return net_number(value, 1, &p->to.port) && p->to.port <= 65535;
	case '4':
		p->to.family = 4;
		return true;
	case '6':
		p->to.family = 6;
		return true;
	case 't':
		return net_timeout(value, &p->to.timeout, &p->to.timeout_state);
	case 'r':
		p->version = value;
		return true;
	case 'P':
		p->protocol = value;
		return true;
	default:
		return false;
	}
}

static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	int option;

	p->to.port = 22;
	p->to.timeout = 10;
	p->to.timeout_state = NET_CRITICAL;
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || !take(p, option, words->value))
			return false;
	return p->to.host != NULL;
}

/* The end: what the banner says. */
static void
judge(struct net_run *r, const struct ssh_banner *b)
{
	const struct plan *p = net_plan_of(r);
	struct net_level none = {false, 0}, most = {true, p->to.timeout};
	struct str version = {0};
	struct str protocol = {0};
	const char *v, *q;

	str_addslice(&version, b->version);
	str_addslice(&protocol, b->protocol);
	v = str_get(&version);
	q = str_get(&protocol);
	if (p->version != NULL && strcmp(p->version, v) != 0) {
		net_say(r,
		    "SSH CRITICAL - %s (protocol %s) version mismatch, "
		    "expected '%s'\n",
		    v, q, p->version);
		net_done(r, NET_CRITICAL);
	} else if (p->protocol != NULL && strcmp(p->protocol, q) != 0) {
		net_say(r,
		    "SSH CRITICAL - %s (protocol %s) protocol version "
		    "mismatch, expected '%s'\n",
		    v, q, p->protocol);
		net_done(r, NET_CRITICAL);
	} else {
		net_say(r, "SSH OK - %s (protocol %s) | ", v, q);
		net_perf(
		    net_text(r), "time", net_seconds(r), "s", none, none, most);
		net_say(r, "\n");
		net_done(r, NET_OK);
	}
	str_free(&version);
	str_free(&protocol);
}

static void
look(struct net_run *r, bool is_all)
{
	struct ssh_banner b;
	struct str answer = {0};

	switch (ssh_banner_read(net_input(r), is_all, &b)) {
	case SSH_BANNER_MORE:
		return;
	case SSH_BANNER_ODD:
		net_give_up(r);
		return;
	case SSH_BANNER_GOOD:
		str_addf(&answer, "SSH-%.*s-check_ssh_2.3.3\r\n",
		    (int)b.protocol.len, b.protocol.s);
		net_send(r, str_slice(&answer));
		str_free(&answer);
		judge(r, &b);
		return;
	}
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);

	switch (e) {
	case NET_BEGIN:
		net_begin(r, &p->to);
		break;
	case NET_REFUSED:
		net_say_refused(r, p->to.host, (uint16_t)p->to.port);
		net_done(r, NET_CRITICAL);
		break;
	case NET_BYTES:
		look(r, false);
		break;
	case NET_END:
	case NET_BROKEN:
		look(r, true);
		break;
	case NET_OPEN:
	case NET_SECURE:
	case NET_INSECURE:
	case NET_TIMER:
	case NET_PONG:
		break;
	}
}

const struct net_check net_check_ssh = {.program = "check_ssh",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .event = event};
