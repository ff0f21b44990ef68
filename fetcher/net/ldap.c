/* SPDX-License-Identifier: Apache-2.0
 *
 * check_ldap: a simple bind and a search.
 */
#include "fetcher/net/check.h"
#include "fetcher/net/ldap_ber.h"

#include <stdlib.h>
#include <string.h>

struct plan {
	struct net_target to;
	const char *base, *dn, *password;
	char attribute[64]; /* of the filter (ATTRIBUTE=*) */
	int version;
	bool tls;
	struct net_level warn, crit;
	struct net_range warn_entries, crit_entries;
};

struct state {
	bool is_bound;
	uint32_t entries;
};

static const struct net_option options[] = {{'H', "hostname", NET_VALUE},
    {'b', "base", NET_VALUE}, {'p', "port", NET_VALUE},
    {'a', "attr", NET_VALUE}, {'D', "bind", NET_VALUE},
    {'P', "pass", NET_VALUE}, {'S', "ssl", NET_NO_VALUE},
    {'2', "ver2", NET_NO_VALUE}, {'3', "ver3", NET_NO_VALUE},
    {'4', "use-ipv4", NET_NO_VALUE}, {'6', "use-ipv6", NET_NO_VALUE},
    {'t', "timeout", NET_VALUE}, {'w', "warn", NET_VALUE},
    {'c', "crit", NET_VALUE}, {'W', "warn-entries", NET_VALUE},
    {'C', "crit-entries", NET_VALUE}, {0, NULL, NET_NO_VALUE}};

static bool
filter(struct plan *p, const char *text)
{
	size_t n = strlen(text);

	if (n < 5 || n - 4 >= sizeof(p->attribute) || text[0] != '(' ||
	    strcmp(text + n - 3, "=*)") != 0 ||
	    strspn(text + 1,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-") != n - 4)
		return false;
	memcpy(p->attribute, text + 1, n - 4);
	p->attribute[n - 4] = '\0';
	return true;
}

static bool
take(struct plan *p, int option, const char *value)
{
	switch (option) {
	case 'H':
		p->to.host = value;
		return strpbrk(value, " ,/:") == NULL;
	case 'b':
		p->base = value;
		return true;
	case 'p':
		return net_number(value, 1, &p->to.port) && p->to.port <= 65535;
	case 'a':
		return filter(p, value);
	case 'D':
		p->dn = value;
		return true;
	case 'P':
		p->password = value;
		return true;
	case '2':
	case '3':
		p->version = option - '0';
		return true;
	case '4':
		p->to.family = 4;
		return true;
	case '6':
		p->to.family = 6;
		return true;
	case 't':
		return net_timeout(value, &p->to.timeout, &p->to.timeout_state);
	case 'w':
		p->warn.is_set = true;
		return net_real(value, &p->warn.value) && p->warn.value >= 1;
	case 'c':
		p->crit.is_set = true;
		return net_real(value, &p->crit.value) && p->crit.value >= 1;
	default:
		return false; /* counted entries, TLS: the plugin's */
	}
}

static bool
read_plan(void *plan, struct net_words *words)
{
	struct plan *p = plan;
	int option;

	p->to.port = 389;
	p->version = 2;
	p->to.timeout = 10;
	p->to.timeout_state = NET_CRITICAL;
	filter(p, "(objectclass=*)");
	while ((option = net_next_option(words, options)) != NET_END_OF_WORDS)
		if (option < 0 || option == NET_OPERAND ||
		    !take(p, option, words->value))
			return false;
	return p->to.host != NULL && p->base != NULL &&
	    (p->password != NULL || getenv("LDAP_PASSWORD") == NULL);
}

static void
fail(struct net_run *r, const char *text)
{
	net_say(r, "%s\n", text);
	net_done(r, NET_CRITICAL);
}

static void
judge(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct net_level none = {false, 0};
	double seconds = net_seconds(r);
	uint32_t state = NET_OK;

	if (p->crit.is_set && seconds > p->crit.value)
		state = NET_CRITICAL;
	else if (p->warn.is_set && seconds > p->warn.value)
		state = NET_WARNING;
	net_say(r, "LDAP %s - %.3f seconds response time|",
	    net_state_text(state), seconds);
	net_perf(net_text(r), "time", seconds, "s", p->warn, p->crit, none);
	net_say(r, "\n");
	net_done(r, state);
}

static void
bind_now(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct str out = {0};

	ldap_put_bind(&out, 1, (uint32_t)p->version, p->dn == NULL ? "" : p->dn,
	    p->password == NULL ? "" : p->password);
	net_send(r, str_slice(&out));
	str_free(&out);
}

static void
search_now(struct net_run *r)
{
	const struct plan *p = net_plan_of(r);
	struct str out = {0};

	ldap_put_search(&out, 2, p->base, p->attribute, false);
	net_send(r, str_slice(&out));
	str_free(&out);
}

/* False: the run is over. */
static bool
take_message(struct net_run *r, const struct ldap_message *m)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);
	struct str out = {0};

	if (m->tag == LDAP_BIND_DONE && m->id == 1 && !s->is_bound) {
		if (m->code != 0) {
			fail(r, "Could not bind to the LDAP server");
			return false;
		}
		s->is_bound = true;
		search_now(r);
		return true;
	}
	if (m->tag == LDAP_ENTRY || m->tag == LDAP_REFERENCE) {
		s->entries++;
		return true;
	}
	if (m->tag != LDAP_SEARCH_DONE || m->id != 2) {
		net_give_up(r);
		return false;
	}
	if (m->code != 0) {
		net_say(
		    r, "Could not search/find objectclasses in %s\n", p->base);
		net_done(r, NET_CRITICAL);
		return false;
	}
	ldap_put_unbind(&out, 3);
	net_send(r, str_slice(&out));
	str_free(&out);
	judge(r);
	return false;
}

static void
take_messages(struct net_run *r)
{
	struct ldap_message m;
	long n;

	while ((n = ldap_message(net_input(r), &m)) > 0) {
		net_consume(r, (size_t)n);
		if (!take_message(r, &m))
			return;
	}
	if (n < 0)
		net_give_up(r);
}

static void
event(struct net_run *r, enum net_event e)
{
	const struct plan *p = net_plan_of(r);
	struct state *s = net_state_of(r);

	switch (e) {
	case NET_BEGIN:
		net_begin(r, &p->to);
		break;
	case NET_OPEN:
		bind_now(r);
		break;
	case NET_REFUSED:
		fail(r, "Could not bind to the LDAP server");
		break;
	case NET_BYTES:
		take_messages(r);
		break;
	case NET_END:
	case NET_BROKEN:
		if (s->is_bound)
			net_give_up(r);
		else
			fail(r, "Could not bind to the LDAP server");
		break;
	case NET_SECURE:
	case NET_INSECURE:
	case NET_TIMER:
	case NET_PONG:
		break;
	}
}

const struct net_check net_check_ldap = {.program = "check_ldap",
    .plan_size = sizeof(struct plan),
    .read = read_plan,
    .state_size = sizeof(struct state),
    .event = event};
