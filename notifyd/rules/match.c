/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a rule fit a notification? The conditions stand in one table, in the
 * order in which they are tested (notifications.md section 5.2); the first
 * that fails is the reason.
 */
#include "notifyd/rules/rule.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdio.h>

bool
names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->v[i], name) == 0)
			return true;
	}
	return false;
}

bool
names_meet(const struct names *names, const char *list)
{
	struct slice rest = slice_of(list), word;

	while (slice_next(&rest, ',', &word)) {
		word = slice_trim(word);
		for (size_t i = 0; i < names->n; i++) {
			if (slice_eqs(word, names->v[i]))
				return true;
		}
	}
	return false;
}

/* --- the conditions --------------------------------------------------------
 */

struct why {
	bool failed;
	struct str *text; /* NULL: nobody wants to know the reason */
};

/* Says why it does not hold; nothing if it does. */
typedef void condition_fn(
    const struct rule *rule, const struct view *v, struct why *why);

static void no(struct why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
no(struct why *why, const char *fmt, ...)
{
	va_list ap;

	why->failed = true;
	if (why->text == NULL)
		return;
	va_start(ap, fmt);
	str_vaddf(why->text, fmt, ap);
	va_end(ap);
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text[0] == '\0' ? otherwise : text;
}

static void
on_disabled(const struct rule *rule, const struct view *v, struct why *why)
{
	(void)v;
	if (rule->disabled)
		no(why, "the rule is disabled");
}

static void
on_site(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct names *sites = &rule->when.sites;

	if (sites->given && !names_have(sites, v->notice->site))
		no(why, "sites: the object lives in %s", v->notice->site);
}

static void
on_folder(const struct rule *rule, const struct view *v, struct why *why)
{
	const char *want = rule->when.folder;
	const char *is = v->folder;
	size_t len;

	if (want == NULL)
		return;
	len = strlen(want);
	while (len > 0 && want[len - 1] == '/')
		len--;
	if (strncmp(is, want, len) != 0 || (is[len] != '/' && is[len] != '\0'))
		no(why, "folder: the host is in %s",
		    text_or(is, "an unknown one"));
}

static void
test_pairs(const struct pairs *pairs, const char *name, const struct view *v,
    struct why *why)
{
	for (size_t i = 0; i < pairs->n && !why->failed; i++) {
		const struct pair_item *p = &pairs->v[i];
		const char *is = context_text(v->ctx, p->full);

		if (names_have(&p->values, is) == p->negated)
			no(why, "%s: %s is %s", name, p->key,
			    text_or(is, "not set"));
	}
}

static void
on_tags(const struct rule *rule, const struct view *v, struct why *why)
{
	test_pairs(&rule->when.tags, "tags", v, why);
	test_pairs(&rule->when.labels, "labels", v, why);
	if (!rule->when.service_labels.given || why->failed)
		return;
	if (!v->service)
		no(why, "service_labels: it is about a host");
	else
		test_pairs(
		    &rule->when.service_labels, "service_labels", v, why);
}

static void
on_host_groups(const struct rule *rule, const struct view *v, struct why *why)
{
	const char *are = v->host_groups;

	if (rule->when.host_groups.given &&
	    !names_meet(&rule->when.host_groups, are))
		no(why, "host_groups: the host is in %s", text_or(are, "none"));
}

/* Does a pattern fit name or alias of a group of the list? */
static bool
groups_fit(
    const struct patterns *patterns, const char *list, const struct view *v)
{
	const struct rules_world *world = &v->rules->world;
	struct slice rest = slice_of(list), word;
	bool fits = false;

	while (!fits && slice_next(&rest, ',', &word)) {
		char name[CONTEXT_MAX_KEY + 1];
		const char *alias = NULL;

		snprintf(name, sizeof(name), "%.*s", (int)word.len, word.s);
		if (world->service_group_alias != NULL)
			alias = world->service_group_alias(name, world->arg);
		for (size_t i = 0; i < patterns->n && !fits; i++) {
			fits = nd_pattern_matches(patterns->v[i], name) ||
			    (alias != NULL &&
				nd_pattern_matches(patterns->v[i], alias));
		}
	}
	return fits;
}

static void
on_service_groups(
    const struct rule *rule, const struct view *v, struct why *why)
{
	const struct when *w = &rule->when;
	const char *are = v->service_groups;
	bool wanted = w->service_groups.given || w->service_groups_regex.given;

	if (!wanted && !w->exclude_service_groups.given &&
	    !w->exclude_service_groups_regex.given)
		return;
	if (!v->service) {
		no(why, "service_groups: it is about a host");
		return;
	}
	if ((w->service_groups.given && !names_meet(&w->service_groups, are)) ||
	    (w->service_groups_regex.given &&
		!groups_fit(&w->service_groups_regex, are, v)))
		no(why, "service_groups: the service is in %s",
		    text_or(are, "none"));
	else if (names_meet(&w->exclude_service_groups, are) ||
	    groups_fit(&w->exclude_service_groups_regex, are, v))
		no(why, "exclude_service_groups: the service is in %s", are);
}

static void
on_contacts(const struct rule *rule, const struct view *v, struct why *why)
{
	const char *are = v->contacts;

	if (rule->when.contacts.given && !names_meet(&rule->when.contacts, are))
		no(why, "contacts: the object has %s", text_or(are, "none"));
}

static void
on_contact_groups(
    const struct rule *rule, const struct view *v, struct why *why)
{
	const char *are = v->contact_groups;

	if (rule->when.contact_groups.given &&
	    !names_meet(&rule->when.contact_groups, are))
		no(why, "contact_groups: the object has %s",
		    text_or(are, "none"));
}

static bool
hosts_fit(const struct hosts *hosts, const char *name)
{
	for (size_t i = 0; i < hosts->n; i++) {
		const struct host_item *h = &hosts->v[i];

		if (h->name != NULL ? strcmp(h->name, name) == 0
				    : nd_pattern_matches(h->pattern, name))
			return true;
	}
	return false;
}

static void
on_hosts(const struct rule *rule, const struct view *v, struct why *why)
{
	const char *host = v->host;

	if (rule->when.hosts.given && !hosts_fit(&rule->when.hosts, host))
		no(why, "hosts: %s is not among them", host);
	else if (hosts_fit(&rule->when.exclude_hosts, host))
		no(why, "exclude_hosts: %s is among them", host);
}

static bool
patterns_fit(const struct patterns *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->n; i++) {
		if (nd_pattern_matches(patterns->v[i], text))
			return true;
	}
	return false;
}

static void
on_services(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct when *w = &rule->when;
	const char *service = v->description;

	if ((w->services.given || w->exclude_services.given) && !v->service)
		no(why, "%sservices: it is about a host",
		    w->services.given ? "" : "exclude_");
	else if (w->services.given && !patterns_fit(&w->services, service))
		no(why, "services: %s does not fit", service);
	else if (patterns_fit(&w->exclude_services, service))
		no(why, "exclude_services: %s fits", service);
}

static void
on_output(const struct rule *rule, const struct view *v, struct why *why)
{
	if (rule->when.output == NULL)
		return;
	if (!v->service)
		no(why, "output: it is about a host");
	else if (!nd_pattern_matches(rule->when.output, v->output))
		no(why, "output: the text does not fit");
}

/* "check_mk-df" fits "check_mk-df" and "df"; "check_http" fits with "!80". */
static void
on_check(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct names *want = &rule->when.check_commands;
	const char *is = v->check;
	size_t len = strcspn(is, "!");

	if (!want->given)
		return;
	if (!v->service) {
		no(why, "check_commands: it is about a host");
		return;
	}
	for (size_t i = 0; i < want->n; i++) {
		const char *name = want->v[i];

		if (strcmp(is, name) == 0 ||
		    (strlen(name) == len && strncmp(is, name, len) == 0) ||
		    (strncmp(is, "check_mk-", 9) == 0 &&
			strcmp(is + 9, name) == 0))
			return;
	}
	no(why, "check_commands: it is %s", text_or(is, "unknown"));
}

static bool
is_outside(const struct rule *rule, const struct view *v)
{
	const struct rules_world *world = &v->rules->world;
	const char *name = rule->when.time_period;

	return name != NULL && !world->period_is_in(name, v->at, world->arg);
}

bool
nd_rule_holds(const struct rule *rule, const struct view *v)
{
	const char *type;

	if (!rule->when.hold || !is_outside(rule, v))
		return false;
	type = context_text(v->ctx, "NOTIFICATIONTYPE");
	return strcmp(type, "PROBLEM") == 0 || strcmp(type, "RECOVERY") == 0;
}

static void
on_period(const struct rule *rule, const struct view *v, struct why *why)
{
	const char *name = rule->when.time_period;

	if (is_outside(rule, v) && !nd_rule_holds(rule, v))
		no(why, "time_period: outside of %s", name);
}

static void
on_service_level(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct range *want = &rule->when.service_level;
	const char *text = context_text(v->ctx, "SVC_SL");
	int64_t level = 0;

	if (!want->given)
		return;
	if (!v->service || text[0] == '\0')
		text = context_text(v->ctx, "HOST_SL");
	num_i64(slice_of(text), &level);
	if (level < want->from || level > want->to)
		no(why, "service_level: it is %lld", (long long)level);
}

/* Of an event code list; `?` and an unknown old state fit every one. */
static bool
codes_fit(const struct names *codes, const char *code)
{
	for (size_t i = 0; i < codes->n; i++) {
		const char *c = codes->v[i];

		if (strcmp(c, code) == 0)
			return true;
		if (strlen(code) == 2 && code[0] != 'a' && strlen(c) == 2 &&
		    c[1] == code[1] && (c[0] == '?' || code[0] == '?'))
			return true;
	}
	return false;
}

static void
on_events(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct names *host = &rule->when.host_events;
	const struct names *service = &rule->when.service_events;
	const struct names *own = v->service ? service : host;
	const char *key = v->service ? "service_events" : "host_events";

	if (!host->given && !service->given) {
		if (v->handler)
			no(why,
			    "alert handlers need as or af in "
			    "host_events or service_events");
		return;
	}
	if (v->event)
		no(why, "%s: it comes from the event console",
		    host->given ? "host_events" : "service_events");
	else if (!own->given)
		no(why, "%s: it is about a %s",
		    v->service ? "host_events" : "service_events",
		    v->service ? "service" : "host");
	else if (!codes_fit(own, v->code))
		no(why, "%s: the event is %s", key, v->code);
}

static void
on_comment(const struct rule *rule, const struct view *v, struct why *why)
{
	if (rule->when.comment != NULL &&
	    !nd_pattern_matches(rule->when.comment,
		context_text(v->ctx, "NOTIFICATIONCOMMENT")))
		no(why, "comment: the text does not fit");
}

static bool
range_fits(const struct range *range, const char *text)
{
	int64_t value;

	return !range->given ||
	    (num_i64(slice_of(text), &value) && value >= range->from &&
		value <= range->to);
}

static void
on_event_console(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct event_console *ec = &rule->when.events;

	if (!ec->given)
		return;
	if (ec->wanted != v->event)
		no(why, "event_console: it comes %sfrom there",
		    v->event ? "" : "not ");
	else if (!v->event)
		return;
	else if (ec->rules.given &&
	    !names_have(&ec->rules, context_text(v->ctx, "EC_RULE_ID")))
		no(why, "event_console: another rule");
	else if (!range_fits(
		     &ec->priority, context_text(v->ctx, "EC_PRIORITY")))
		no(why, "event_console: another priority");
	else if (!range_fits(
		     &ec->facility, context_text(v->ctx, "EC_FACILITY")))
		no(why, "event_console: another facility");
	else if (ec->comment != NULL &&
	    !nd_pattern_matches(
		ec->comment, context_text(v->ctx, "EC_COMMENT")))
		no(why, "event_console: the comment does not fit");
}

/* --- number and throttle: apart because of NT-5 and NT-17 ----------------- */

static void
on_number(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct range *want = &rule->when.number;

	if (want->given && !v->recovery &&
	    (v->number < want->from || v->number > want->to))
		no(why, "number: it is %lld", (long long)v->number);
}

static void
on_throttle(const struct rule *rule, const struct view *v, struct why *why)
{
	const struct throttle *t = &rule->when.throttle;

	if (t->given && !v->recovery && v->number > t->from &&
	    (v->number - t->from) % t->every != 0)
		no(why, "throttle: %lld is left out", (long long)v->number);
}

/* --- which of them a rule has ----------------------------------------------
 */

#define HAS(name, test)                                                        \
	static bool has_##name(const struct rule *rule)                        \
	{                                                                      \
		const struct when *w = &rule->when;                            \
                                                                               \
		(void)w;                                                       \
		return test;                                                   \
	}
HAS(disabled, rule->disabled)
HAS(site, w->sites.given)
HAS(folder, w->folder != NULL)
HAS(tags, w->tags.given || w->labels.given || w->service_labels.given)
HAS(host_groups, w->host_groups.given)
HAS(service_groups,
    w->service_groups.given || w->service_groups_regex.given ||
	w->exclude_service_groups.given ||
	w->exclude_service_groups_regex.given)
HAS(contacts, w->contacts.given)
HAS(contact_groups, w->contact_groups.given)
HAS(hosts, w->hosts.given || w->exclude_hosts.given)
HAS(services, w->services.given || w->exclude_services.given)
HAS(output, w->output != NULL)
HAS(check, w->check_commands.given)
HAS(period, w->time_period != NULL)
HAS(service_level, w->service_level.given)
HAS(number, w->number.given)
HAS(throttle, w->throttle.given)
HAS(events, true) /* alert handlers need a word */
HAS(comment, w->comment != NULL)
HAS(event_console, w->events.given)

/* --- in order ---------------------------------------------------------------
 */

/* number and throttle stand apart: the rest decides whether they count */
static const struct condition {
	condition_fn *holds;
	bool numbered;
	bool (*given)(const struct rule *rule);
} conditions[] = {
    {on_disabled, false, has_disabled},
    {on_site, false, has_site},
    {on_folder, false, has_folder},
    {on_tags, false, has_tags},
    {on_host_groups, false, has_host_groups},
    {on_service_groups, false, has_service_groups},
    {on_contacts, false, has_contacts},
    {on_contact_groups, false, has_contact_groups},
    {on_hosts, false, has_hosts},
    {on_services, false, has_services},
    {on_output, false, has_output},
    {on_check, false, has_check},
    {on_period, false, has_period},
    {on_service_level, false, has_service_level},
    {on_number, true, has_number},
    {on_throttle, true, has_throttle},
    {on_events, false, has_events},
    {on_comment, false, has_comment},
    {on_event_console, false, has_event_console},
};
_Static_assert(ARRAY_LEN(conditions) <= 32, "rule.conditions is too small");

static void
name_keys(struct pairs *pairs, const char *prefix)
{
	for (size_t i = 0; i < pairs->n; i++) {
		free(pairs->v[i].full);
		pairs->v[i].full = xasprintf("%s%s", prefix, pairs->v[i].key);
	}
}

void
nd_rule_index(struct rule *rule)
{
	name_keys(&rule->when.tags, "HOSTTAG_");
	name_keys(&rule->when.labels, "HOSTLABEL_");
	name_keys(&rule->when.service_labels, "SERVICELABEL_");
	rule->conditions = 0;
	for (unsigned i = 0; i < ARRAY_LEN(conditions); i++) {
		if (conditions[i].given(rule))
			rule->conditions |= 1u << i;
	}
}

enum verdict
nd_rule_match(const struct rule *rule, const struct view *v, struct str *text)
{
	struct why numbered = {false, text}, why = {false, text};

	for (uint32_t left = rule->conditions; left != 0; left &= left - 1) {
		const struct condition *c = &conditions[__builtin_ctz(left)];

		if (!c->numbered) {
			/* the first reason is told, not the last */
			why.text = numbered.failed ? NULL : text;
			c->holds(rule, v, &why);
		} else if (!numbered.failed) {
			c->holds(rule, v, &numbered);
		}
		if (why.failed)
			return VERDICT_NO;
	}
	return numbered.failed ? VERDICT_NUMBER : VERDICT_MATCH;
}
