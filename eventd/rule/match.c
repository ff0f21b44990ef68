/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk over the rules; see match.h. With a scan only those rules are
 * tried whose text it found, and those that it does not cover; the rules' own
 * patterns decide, so the result is that of the linear walk.
 */
#include "eventd/rule/match.h"

#include "eventd/rule/compile.h"
#include "eventd/rule/scan.h"

#include <arpa/inet.h>
#include <stdlib.h>

static bool
covers(const struct range *range, int value)
{
	return value >= range->from && value <= range->to;
}

bool
network_has(const struct network *net, struct slice address)
{
	char buf[64];
	uint8_t addr[16];
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (address.len == 0 || address.len >= sizeof(buf))
		return net->bits == 0;
	memcpy(buf, address.s, address.len);
	buf[address.len] = '\0';
	if (inet_pton(net->family, buf, addr) != 1)
		return false;
	if (memcmp(addr, net->addr, whole) != 0)
		return false;
	return rest == 0 ||
	    ((addr[whole] ^ net->addr[whole]) & (0xff00u >> rest) & 0xff) == 0;
}

void
networks_free(struct networks *n)
{
	free(n->v);
	*n = (struct networks){0};
}

bool
networks_have(const struct networks *n, struct slice address)
{
	for (size_t i = 0; i < n->n; i++) {
		if (network_has(&n->v[i], address))
			return true;
	}
	return n->n == 0;
}

static bool
fits(const struct pattern *p, struct slice subject, struct rule *rule,
    struct match_walk *walk, struct groups *groups)
{
	uint64_t before = rule->match_limit_hits;
	bool found = ec_pattern_match(
	    p, subject, walk->scratch, groups, &rule->match_limit_hits);

	if (before == 0 && rule->match_limit_hits > 0)
		walk->limited = rule;
	return found;
}

/* The conditions that hold for both sides, cheap ones first. */
static const char *
common_conditions(
    struct rule *rule, const struct message *m, struct match_walk *walk)
{
	const struct conditions *w = &rule->when;
	const struct match_world *world = walk->world;

	if (w->has_facility && w->facility != m->facility)
		return "facility";
	if (w->service_level.set && !covers(&w->service_level, m->sl))
		return "service_level";
	if (w->sites.n > 0 && !strings_has(&w->sites, world->site))
		return "sites";
	if (w->network.set && !network_has(&w->network, m->ipaddress))
		return "network";
	if (w->time_period != NULL && world->period_active != NULL &&
	    !world->period_active(w->time_period, world->arg))
		return "time_period";
	if (w->host != NULL && !fits(w->host, m->host, rule, walk, NULL))
		return "host";
	return NULL;
}

/* Does the cancelling side hold? */
static bool
cancels(struct rule *rule, const struct message *m, struct match_walk *walk,
    struct match *r)
{
	const struct pattern *application = rule->cancel.application != NULL
	    ? rule->cancel.application
	    : rule->when.application;

	if (rule->cancel.priority.set &&
	    !covers(&rule->cancel.priority, m->priority))
		return false;
	r->application.n = r->text.n = 0;
	if (application != NULL &&
	    !fits(application, m->application, rule, walk, &r->application))
		return false;
	return rule->cancel.text == NULL ||
	    fits(rule->cancel.text, m->text, rule, walk, &r->text);
}

static const char *
plain_match(struct rule *rule, const struct message *m, struct match_walk *walk,
    struct match *r)
{
	const struct conditions *w = &rule->when;
	bool in_range = !w->priority.set || covers(&w->priority, m->priority);
	const char *failed;

	if (!in_range &&
	    !(rule->cancel.priority.set &&
		covers(&rule->cancel.priority, m->priority)))
		return "priority";
	failed = common_conditions(rule, m, walk);
	if (failed != NULL)
		return failed;
	if (rule->cancel.set && cancels(rule, m, walk, r)) {
		r->cancelling = true;
		return NULL;
	}
	if (!in_range)
		return "priority";
	r->application.n = r->text.n = 0;
	if (w->application != NULL &&
	    !fits(w->application, m->application, rule, walk, &r->application))
		return "application";
	if (w->text != NULL && !fits(w->text, m->text, rule, walk, &r->text))
		return "text";
	return NULL;
}

const char *
ec_rule_match(struct rule *rule, const struct message *m,
    struct match_walk *walk, struct match *match_r)
{
	int64_t start = walk->clock == NULL ? 0 : walk->clock();
	const char *failed;

	match_r->rule = rule;
	match_r->cancelling = false;
	match_r->text.n = match_r->application.n = 0;
	walk->tries++;
	failed = plain_match(rule, m, walk, match_r);
	if (walk->clock != NULL)
		rule->time_ns += (uint64_t)(walk->clock() - start);
	if (rule->when.invert) {
		match_r->text.n = match_r->application.n = 0;
		failed = failed == NULL ? "invert" : NULL;
	}
	if (walk->trace != NULL)
		walk->trace(rule, failed, match_r, walk->trace_arg);
	return failed;
}

/* Two ascending lists, or all numbers below `all`; each number once. */
struct candidates {
	struct rule_list a, b;
	uint32_t at_a, at_b, at_all, all;
};

static struct candidates
candidates_of(const struct ruleset *rs, const struct message *m, bool every)
{
	unsigned f = m->facility & 31, p = m->priority & 7;
	struct candidates c = {0};
	const uint32_t *found;

	if (every) {
		c.all = (uint32_t)rs->n;
	} else if (rs->scan == NULL) {
		c.a = rs->index[f][p];
	} else {
		c.a = rs->open[f][p];
		c.b.n = (uint32_t)scan_text(rs->scan, m->text, &found);
		c.b.number = (uint32_t *)(uintptr_t)found;
	}
	return c;
}

static bool
next_candidate(struct candidates *c, uint32_t *number_r)
{
	bool a = c->at_a < c->a.n, b = c->at_b < c->b.n;

	if (c->at_all < c->all) {
		*number_r = c->at_all++;
		return true;
	}
	if (a && (!b || c->a.number[c->at_a] < c->b.number[c->at_b]))
		*number_r = c->a.number[c->at_a++];
	else if (b)
		*number_r = c->b.number[c->at_b++];
	return a || b;
}

bool
ruleset_match(struct ruleset *rs, const struct message *m,
    struct match_walk *walk, struct match *match_r)
{
	struct candidates c = candidates_of(rs, m, walk->every);
	uint32_t number, from = 0;

	while (next_candidate(&c, &number)) {
		struct rule *rule = rs->rules[number];

		if (number < from)
			continue;
		if (ec_rule_match(rule, m, walk, match_r) != NULL)
			continue;
		rule->hits++;
		walk->hits++;
		if (rule->outcome != OUTCOME_SKIP_PACK)
			return true;
		from = rule->pack->first_after;
	}
	return false;
}

uint8_t
rule_state(
    struct rule *rule, const struct message *m, struct pattern_scratch *s)
{
	switch (rule->state_kind) {
	case STATE_FIXED:
		return rule->state;
	case STATE_SYSLOG:
		return m->priority <= 3 ? 2 : m->priority == 4 ? 1 : 0;
	case STATE_BY_TEXT:
		break;
	}
	for (int i = 2; i >= 0; i--) {
		if (rule->by_text[i] != NULL &&
		    ec_pattern_match(rule->by_text[i], m->text, s, NULL,
			&rule->match_limit_hits))
			return (uint8_t)i;
	}
	return 3;
}
