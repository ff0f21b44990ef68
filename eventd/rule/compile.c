/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON to rules: one function per group of keys; see rule.h.
 */
#include "eventd/rule/compile.h"
#include "common/mem.h"
#include "common/num.h"
#include "eventd/event/phase.h"
#include "eventd/parse/syslog.h"
#include "eventd/rule/reader.h"
#include "eventd/rule/template.h"

#include <arpa/inet.h>
#include <stdlib.h>

static void
check_known(struct reader *r, const char *key, const char *kind,
    const char *name, const struct rule_names *names)
{
	if (names != NULL && !names->known(kind, name, names->arg))
		reader_mistake(r, key, "there is no %s \"%s\"", kind, name);
}

/* [from, to] of names or numbers, or one of them. */
static void
read_priority(struct reader *r, const char *key, struct range *range)
{
	const json_t *v = reader_get(r, key);
	uint8_t ends[2] = {0, 0};
	size_t n = json_is_array(v) ? json_array_size(v) : 1;

	if (v == NULL)
		return;
	for (size_t i = 0; i < n && i < 2; i++) {
		const json_t *e = json_is_array(v) ? json_array_get(v, i) : v;

		if (json_is_integer(e) && json_integer_value(e) >= 0 &&
		    json_integer_value(e) <= 7)
			ends[i] = (uint8_t)json_integer_value(e);
		else if (!json_is_string(e) ||
		    !priority_of(slice_of(json_string_value(e)), &ends[i]))
			n = 9;
	}
	if (n < 1 || n > 2) {
		reader_mistake(
		    r, key, "two priorities are expected, like [emerg, err]");
		return;
	}
	if (n == 1)
		ends[1] = ends[0];
	range->set = true;
	range->from = ends[0] < ends[1] ? ends[0] : ends[1];
	range->to = ends[0] < ends[1] ? ends[1] : ends[0];
}

static void
read_range(struct reader *r, const char *key, struct range *range)
{
	const json_t *v = reader_get(r, key);
	const json_t *a = json_array_get(v, 0), *b = json_array_get(v, 1);
	json_int_t from = json_integer_value(a), to = json_integer_value(b);

	if (v == NULL)
		return;
	if (json_array_size(v) != 2 || !json_is_integer(a) ||
	    !json_is_integer(b) || from < 0 || to < 0 || from > INT32_MAX ||
	    to > INT32_MAX) {
		reader_mistake(r, key, "two numbers are expected: [from, to]");
		return;
	}
	range->set = true;
	range->from = (int32_t)(from < to ? from : to);
	range->to = (int32_t)(from < to ? to : from);
}

static void
read_facility(struct reader *r, struct conditions *when)
{
	const json_t *v = reader_get(r, "facility");

	if (v == NULL)
		return;
	when->has_facility = true;
	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) < 32)
		when->facility = (uint8_t)json_integer_value(v);
	else if (!json_is_string(v) ||
	    !facility_of(slice_of(json_string_value(v)), &when->facility))
		reader_mistake(r, "facility",
		    "a facility like daemon or local0, or 0 to 31, is "
		    "expected");
}

bool
network_parse(const char *text, struct network *net)
{
	struct slice rest = slice_of(text), addr, bits;
	char buf[64];
	int64_t n = -1;
	unsigned max;

	*net = (struct network){.set = true};
	if (!slice_next(&rest, '/', &addr) || addr.len >= sizeof(buf))
		return false;
	memcpy(buf, addr.s, addr.len);
	buf[addr.len] = '\0';
	net->family = strchr(buf, ':') != NULL ? AF_INET6 : AF_INET;
	max = net->family == AF_INET6 ? 128 : 32;
	if (inet_pton(net->family, buf, net->addr) != 1)
		return false;
	bits = rest;
	if (addr.len == strlen(text))
		n = max;
	else if (!num_range(bits, 0, max, &n))
		return false;
	net->bits = (unsigned)n;
	return true;
}

static void
read_when(
    struct reader *parent, struct conditions *w, const struct rule_names *names)
{
	struct reader r;
	const char *s;

	reader_sub(&r, parent, "when");
	w->text = reader_pattern(&r, "text", PATTERN_SEARCH);
	w->host = reader_pattern(&r, "host", PATTERN_HOST);
	w->application = reader_pattern(&r, "application", PATTERN_SEARCH);
	s = reader_string(&r, "network");
	if (s != NULL && !network_parse(s, &w->network))
		reader_mistake(
		    &r, "network", "a network like 192.0.2.0/24 is expected");
	read_facility(&r, w);
	read_priority(&r, "priority", &w->priority);
	read_range(&r, "service_level", &w->service_level);
	s = reader_string(&r, "time_period");
	if (s != NULL) {
		check_known(&r, "time_period", "time period", s, names);
		w->time_period = xstrdup(s);
	}
	reader_strings(&r, "sites", &w->sites);
	w->invert = reader_bool(&r, "invert", false);
	reader_end(&r);
}

static void
read_actions(struct reader *r, const char *key, struct strings *to,
    const struct rule_names *names)
{
	reader_strings(r, key, to);
	for (size_t i = 0; i < to->n; i++) {
		if (strcmp(to->v[i], "@NOTIFY") != 0)
			check_known(r, key, "action", to->v[i], names);
	}
}

static void
read_cancel(
    struct reader *parent, struct rule *rule, const struct rule_names *names)
{
	static const char *const phases[] = {"always", "open", NULL};
	struct reader r;

	reader_sub(&r, parent, "cancel");
	rule->cancel.text = reader_pattern(&r, "text", PATTERN_SEARCH);
	rule->cancel.application =
	    reader_pattern(&r, "application", PATTERN_SEARCH);
	read_priority(&r, "priority", &rule->cancel.priority);
	rule->cancel.only_open = reader_word(&r, "phases", phases, 0) == 1;
	read_actions(&r, "actions", &rule->cancel.actions, names);
	rule->cancel.set = rule->cancel.text != NULL ||
	    rule->cancel.application != NULL || rule->cancel.priority.set;
	if (r.object != NULL && !rule->cancel.set && !r.bad)
		reader_mistake(&r, NULL,
		    "one of text, application and priority is needed");
	if (rule->cancel.set && rule->when.invert)
		reader_mistake(&r, NULL, "does not go with when.invert");
	reader_end(&r);
}

static void
read_state(struct reader *parent, struct rule *rule)
{
	static const char *const words[] = {
	    "OK", "WARN", "CRIT", "UNKNOWN", "syslog", NULL};
	static const char *const keys[] = {"ok", "warn", "crit"};
	const json_t *v = json_object_get(parent->object, "state");
	struct reader r;
	int n;

	if (json_is_object(v)) {
		reader_sub(&r, parent, "state");
		rule->state_kind = STATE_BY_TEXT;
		for (int i = 0; i < 3; i++)
			rule->by_text[i] =
			    reader_pattern(&r, keys[i], PATTERN_SEARCH);
		reader_end(&r);
		return;
	}
	n = reader_word(parent, "state", words, 4);
	rule->state_kind = n == 4 ? STATE_SYSLOG : STATE_FIXED;
	rule->state = n == 4 ? 0 : (uint8_t)n;
}

static void
read_contacts(
    struct reader *parent, struct rule *rule, const struct rule_names *names)
{
	static const char *const precedence[] = {"host", "rule", NULL};
	static const char *const sl_words[] = {"message", "rule", NULL};
	struct reader r;

	reader_sub(&r, parent, "contact_groups");
	rule->has_contact_groups = r.object != NULL;
	reader_strings(&r, "groups", &rule->contact_groups);
	for (size_t i = 0; i < rule->contact_groups.n; i++)
		check_known(&r, "groups", "contact group",
		    rule->contact_groups.v[i], names);
	rule->groups_notify = reader_bool(&r, "notify", false);
	rule->groups_rule_first =
	    reader_word(&r, "precedence", precedence, 0) == 1;
	reader_end(&r);

	reader_sub(&r, parent, "service_level");
	rule->has_sl = r.object != NULL;
	rule->sl = (int32_t)reader_int(&r, "value", 0, INT32_MAX, 0);
	rule->sl_from_message = reader_word(&r, "precedence", sl_words, 0) == 0;
	reader_end(&r);
}

static char *
read_template(struct reader *r, const char *key, const struct rule *rule)
{
	const char *s = reader_string(r, key);
	struct err err;

	if (s == NULL)
		return NULL;
	if (template_check(s, ec_pattern_groups(rule->when.text),
		ec_pattern_groups(rule->when.application), &err) != 0)
		reader_mistake(r, key, "%s", err.text);
	return xstrdup(s);
}

static void
read_set(struct reader *parent, struct rule *rule)
{
	struct reader r;

	reader_sub(&r, parent, "set");
	rule->set_text = read_template(&r, "text", rule);
	rule->set_host = read_template(&r, "host", rule);
	rule->set_application = read_template(&r, "application", rule);
	rule->set_comment = read_template(&r, "comment", rule);
	rule->set_contact = read_template(&r, "contact", rule);
	reader_end(&r);
}

static void
read_separate(struct reader *r, struct counting *c)
{
	struct strings keys = {0};

	c->by_host = c->by_application = c->by_groups =
	    json_object_get(r->object, "separate") == NULL;
	reader_strings(r, "separate", &keys);
	for (size_t i = 0; i < keys.n; i++) {
		if (strcmp(keys.v[i], "host") == 0)
			c->by_host = true;
		else if (strcmp(keys.v[i], "application") == 0)
			c->by_application = true;
		else if (strcmp(keys.v[i], "match_groups") == 0)
			c->by_groups = true;
		else
			reader_mistake(r, "separate",
			    "\"%s\": one of host, application, match_groups "
			    "is expected",
			    keys.v[i]);
	}
	strings_free(&keys);
}

static void
read_count(struct reader *parent, struct rule *rule)
{
	static const char *const algorithms[] = {
	    "interval", "tokenbucket", "dynabucket", NULL};
	struct counting *c = &rule->count;
	struct reader r;

	reader_sub(&r, parent, "count");
	c->set = r.object != NULL;
	c->count = (uint32_t)reader_int(&r, "count", 1, 1000000000, 1);
	c->period_us =
	    reader_duration(&r, "period", 1000, INT64_C(86400) * US_PER_S);
	c->algorithm =
	    (enum count_algorithm)reader_word(&r, "algorithm", algorithms, 0);
	c->for_us = reader_duration(&r, "for", 0, 0);
	c->count_acked = reader_bool(&r, "count_acked", false);
	read_separate(&r, c);
	reader_end(&r);
}

static void
read_expect(struct reader *parent, struct rule *rule)
{
	static const char *const merge[] = {"open", "acked", "never", NULL};
	struct expecting *e = &rule->expect;
	struct reader r;

	reader_sub(&r, parent, "expect");
	e->set = r.object != NULL;
	e->interval_us = reader_duration(&r, "interval", US_PER_S, US_PER_S);
	if (e->set && json_object_get(r.object, "interval") == NULL)
		reader_mistake(&r, "interval", "is needed");
	e->offset_us = reader_duration(&r, "offset", 0, 0);
	e->count = (uint32_t)reader_int(&r, "count", 1, 1000000000, 1);
	e->merge = (enum expect_merge)reader_word(&r, "merge", merge, 0);
	e->reset_ack = reader_bool(&r, "reset_ack", false);
	if (e->set && (rule->count.set || rule->cancel.set))
		reader_mistake(&r, NULL, "does not go with count or cancel");
	reader_end(&r);
}

static void
read_lifetime(struct reader *parent, struct rule *rule)
{
	struct strings phases = {0};
	struct reader r;

	reader_sub(&r, parent, "lifetime");
	rule->lifetime_us = reader_duration(&r, "after", 1000, 0);
	if (r.object != NULL && rule->lifetime_us == 0 && !r.bad)
		reader_mistake(&r, "after", "is needed");
	reader_strings(&r, "phases", &phases);
	for (size_t i = 0; i < phases.n; i++) {
		if (strcmp(phases.v[i], "open") == 0)
			rule->lifetime_phases |= PHASE_BIT(PHASE_OPEN);
		else if (strcmp(phases.v[i], "ack") == 0)
			rule->lifetime_phases |= PHASE_BIT(PHASE_ACK);
		else
			reader_mistake(&r, "phases",
			    "\"%s\": open or ack is expected", phases.v[i]);
	}
	if (phases.n == 0)
		rule->lifetime_phases = PHASE_BIT(PHASE_OPEN);
	strings_free(&phases);
	reader_end(&r);
}

static void
read_remind(struct reader *parent, struct rule *rule)
{
	static const char *const until[] = {"ack", NULL};
	struct reader r;

	reader_sub(&r, parent, "remind");
	rule->remind_us = reader_duration(&r, "every", US_PER_S, 0);
	if (r.object != NULL && rule->remind_us == 0 && !r.bad)
		reader_mistake(&r, "every", "is needed");
	reader_word(&r, "until", until, 0);
	reader_end(&r);
}

static void
read_words(struct reader *r, struct rule *rule)
{
	static const char *const outcomes[] = {
	    "event", "drop", "skip_pack", NULL};
	const char *id = reader_string(r, "id");
	const char *description = reader_string(r, "description");

	if (id == NULL || id[0] == '\0')
		reader_mistake(r, "id", "is needed");
	rule->id = xstrdup(id == NULL ? "" : id);
	rule->description = xstrdup(description == NULL ? "" : description);
	reader_string(r, "comment");
	reader_string(r, "docu_url");
	rule->outcome = (enum outcome)reader_word(r, "outcome", outcomes, 0);
}

struct rule *
rule_compile(const json_t *object, const char *path,
    const struct rule_names *names, struct str *mistakes, bool *disabled_r)
{
	struct rule *rule = xnew(struct rule);
	struct reader r;

	rule->limit =
	    (struct limit){LIMIT_DEFAULT_RULE, LIMIT_STOP_OVERFLOW_NOTIFY};
	reader_init(&r, object, mistakes, "%s", path);
	*disabled_r = reader_bool(&r, "disabled", false);
	read_words(&r, rule);
	read_when(&r, &rule->when, names);
	read_cancel(&r, rule, names);
	read_state(&r, rule);
	read_contacts(&r, rule, names);
	read_set(&r, rule);
	read_count(&r, rule);
	read_expect(&r, rule);
	rule->delay_us = reader_duration(&r, "delay", 0, 0);
	read_lifetime(&r, rule);
	read_remind(&r, rule);
	read_actions(&r, "actions", &rule->actions, names);
	rule->actions_in_downtime =
	    reader_bool(&r, "actions_in_downtime", true);
	rule->autodelete = reader_bool(&r, "autodelete", false);
	rule->has_limit = reader_limit(&r, "limit", &rule->limit);
	reader_end(&r);
	return rule;
}
