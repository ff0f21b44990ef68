/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans of discovery, from rules and from the discovered files.
 */
#include "site/compile/discovery.h"
#include "common/journal.h"
#include "common/mem.h"
#include "fetcher/discover_plan.h"
#include "site/compile/keys_macros.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- rulesets ------------------------------------------------------------- */

WORDS(state_word, "OK", "WARN", "CRIT", "UNKNOWN");
WORDS(update_mode, "new", "remove", "fix_all");
TABLE(update, {"mode", &update_mode, false, "fix_all", "what is done"},
    {"period", &keys_name, false, "24X7", "time period in which it is done"},
    {"grouping", &keys_pause, false, "15m",
	"hosts that differ are gathered so long, for one activation"},
    {"services", &keys_regexes, false, NULL,
	"only these; regular expressions, anchored at the start"},
    {"exclude_services", &keys_regexes, false, NULL, "not these; wins"});
static const struct schema_key periodic_keys[] = {
    {"interval", &keys_pause, false, "2h",
	"between two looks; 0: the host has no such service"},
    {"undecided", &state_word, false, "WARN",
	"state for found services that are not monitored"},
    {"vanished", &state_word, false, "WARN",
	"state for monitored ones that are not found"},
    {"changed", &state_word, false, "WARN",
	"state for remembered parameters that would be others now"},
    {"labels", &state_word, false, "WARN", "state for new host labels"},
    {"update", &update, false, NULL,
	"let the site take over what was found, by itself"},
    {0}};
const struct schema discovery_periodic = {
    .kind = SCHEMA_TABLE, .keys = periodic_keys};

static const char *
site_name(const struct model *m)
{
	const char *slash = m->root == NULL ? NULL : strrchr(m->root, '/');

	return slash == NULL ? "" : slash + 1;
}

void
discovery_check_value(struct model *m, const json_t *value, struct place at)
{
	const char *period = json_string_value(
	    json_object_get(json_object_get(value, "update"), "period"));

	if (period != NULL && strcmp(period, "24X7") != 0)
		named_need(m, TABLE_PERIODS, period,
		    place_key(place_key(at, "update"), "period"));
	if (json_is_object(json_object_get(value, "update")) &&
	    m->root != NULL && named_find(m, TABLE_HOSTS, site_name(m)) == NONE)
		model_warn(m, place_key(at, "update"),
		    "nobody runs it: there is no host %s for the "
		    "service " DISCOVERY_AUTO,
		    site_name(m));
}

/* Does any rule that is not switched off say update? */
static bool
wants_update(const struct model *m)
{
	for (size_t i = 0; i < m->n_sources; i++) {
		const json_t *rules =
		    json_object_get(m->sources[i]->root, "rules");

		for (size_t r = 0; m->sources[i]->kind == SOURCE_CONF &&
		     r < json_array_size(rules);
		     r++) {
			const json_t *rule = json_array_get(rules, r);
			const char *set =
			    json_string_value(json_object_get(rule, "ruleset"));

			if (set != NULL &&
			    strcmp(set, "periodic_discovery") == 0 &&
			    json_is_object(json_object_get(
				json_object_get(rule, "value"), "update")) &&
			    !json_is_true(json_object_get(rule, "disabled")))
				return true;
		}
	}
	return false;
}

json_t *
discovery_auto_service(struct model *m, uint32_t host)
{
	char *line;
	json_t *own;

	if (m->root == NULL || strcmp(m->hosts[host].name, site_name(m)) != 0 ||
	    !wants_update(m))
		return NULL;
	line = xasprintf(
	    "%s/bin/vedette -s %s discover --auto", m->root, site_name(m));
	own = json_pack("{s:{s:s}}", "check", "command", line);
	free(line);
	return own;
}

/* --- what is asked -------------------------------------------------------- */

static const json_t *
periodic_of(struct model *m, uint32_t host)
{
	struct ruleset *set = rules_of_extra(m, EXTRA_PERIODIC_DISCOVERY);
	struct rules_target target = {.host = host};

	return set == NULL ? NULL : rules_apply(m, set, &target, NULL);
}

/* Seconds. */
static int64_t
interval_of(const json_t *periodic_value)
{
	const json_t *v = json_object_get(periodic_value, "interval");
	int64_t ms;

	return v != NULL && schema_duration_ms(v, &ms) ? ms / 1000
						       : DISCOVER_INTERVAL_S;
}

bool
discovery_is_periodic(struct model *m, uint32_t host)
{
	return interval_of(periodic_of(m, host)) > 0;
}

/* --- the plan ------------------------------------------------------------- */

static void
add_severity(json_t *plan, const json_t *said)
{
	static const char *const names[] = {
	    "undecided", "vanished", "changed", "labels"};
	json_t *all = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *word =
		    json_string_value(json_object_get(said, names[i]));

		for (int s = 0; word != NULL && s < 4; s++) {
			if (strcmp(word, state_word_words[s]) != 0)
				continue;
			if (all == NULL)
				all = json_object();
			json_object_set_new(all, names[i], json_integer(s));
		}
	}
	if (all != NULL)
		json_object_set_new(plan, "severity", all);
}

/* Durations become seconds, the period stays a name. */
static void
add_update(json_t *plan, const json_t *said)
{
	json_t *want = json_object_get(said, "update"), *u;
	int64_t ms = 15 * 60 * 1000;

	if (!json_is_object(want))
		return;
	u = json_copy(want);
	if (json_object_get(want, "grouping") != NULL)
		schema_duration_ms(json_object_get(want, "grouping"), &ms);
	json_object_set_new(u, "grouping", json_integer(ms / 1000));
	json_object_set_new(plan, "update", u);
}

/* A key of the rule's `when`, or of the condition that it names. */
static json_t *
when_key(const struct model *m, const json_t *rule, const char *key)
{
	const json_t *when = json_object_get(rule, "when");
	const char *name =
	    json_string_value(json_object_get(when, "condition"));
	json_t *value = json_object_get(when, key);
	uint32_t i;

	if (value != NULL || name == NULL)
		return value;
	i = named_find(m, TABLE_CONDITIONS, name);
	return i == NONE
	    ? NULL
	    : json_object_get(m->tables[TABLE_CONDITIONS].items[i].value, key);
}

/* Rules that hold for the host, whatever they say of services. */
static void
add_ignore(struct model *m, json_t *plan, uint32_t host)
{
	struct ruleset *set = rules_of_extra(m, EXTRA_IGNORED_SERVICES);
	struct rules_target target = {.host = host};
	struct rules_hit hit;
	json_t *list = NULL;
	size_t from = 0;

	while (set != NULL && rules_next(m, set, &target, &from, &hit)) {
		json_t *names = when_key(m, hit.rule, "services");
		json_t *not_names = when_key(m, hit.rule, "exclude_services");

		if (list == NULL)
			list = json_array();
		json_array_append_new(list,
		    json_pack("[b, O?, O?]", json_is_true(hit.value), names,
			not_names));
	}
	if (list != NULL)
		json_object_set_new(plan, "ignore", list);
}

/* What its services are: found ones with a sum, those by hand by name. */
static void
add_services(struct model *m, json_t *plan, uint32_t host)
{
	const struct host *h = &m->hosts[host];
	json_t *known = json_object(), *by_hand = json_object();
	uint32_t sum = 0;
	struct str text = {0};

	for (uint32_t i = 0; i < h->n_services; i++) {
		const struct service *s = &m->services[h->first_service + i];
		const json_t *check = json_object_get(s->own, "check");
		const char *name =
		    json_string_value(json_object_get(check, "check"));
		uint32_t one = discover_sum(json_object_get(check, "params"));

		sum = sum * 31 + crc32c(s->description, strlen(s->description));
		if (s->origin == SERVICE_WRITTEN)
			json_object_set_new(
			    by_hand, s->description, json_true());
		if (s->origin == SERVICE_AUTOMATIC || name == NULL ||
		    (s->origin == SERVICE_FOUND && one == 0))
			continue;
		str_clear(&text);
		checks_describe(name,
		    json_string_value(json_object_get(check, "item")), &text);
		if (s->origin == SERVICE_WRITTEN) {
			json_object_set_new(
			    by_hand, str_get(&text), json_true());
			continue;
		}
		char hex[16];
		snprintf(hex, sizeof(hex), "%08" PRIx32, one);
		json_object_set_new(known, str_get(&text), json_string(hex));
	}
	json_object_set_new(plan, "services", json_integer(sum));
	if (json_object_size(known) > 0)
		json_object_set(plan, "known", known);
	if (json_object_size(by_hand) > 0)
		json_object_set(plan, "by_hand", by_hand);
	json_decref(known);
	json_decref(by_hand);
	str_free(&text);
}

static void
add_ignored_checks(struct model *m, json_t *plan, uint32_t host)
{
	struct ruleset *set = rules_of_extra(m, EXTRA_IGNORED_CHECKS);
	struct rules_target target = {.host = host};
	json_t *names = set == NULL ? NULL : rules_apply(m, set, &target, NULL);

	if (json_array_size(names) > 0)
		json_object_set(plan, "ignored_checks", names);
}

/* A node's services that its cluster has. */
static void
add_elsewhere(const struct model *m, json_t *plan, uint32_t host)
{
	json_t *all;

	if (!m->hosts[host].is_node)
		return;
	all = json_object();
	for (uint32_t i = 0; i < m->n_services; i++)
		if (m->services[i].node == host)
			json_object_set_new(
			    all, m->services[i].description, json_true());
	json_object_set_new(plan, "elsewhere", all);
}

static void
add_ignored_by_hand(const struct model *m, json_t *plan, uint32_t host)
{
	const json_t *names = m->hosts[host].found_ignored;
	json_t *all;

	if (json_array_size(names) == 0)
		return;
	all = json_object();
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *s = json_string_value(json_array_get(names, i));

		if (s != NULL)
			json_object_set_new(all, s, json_true());
	}
	json_object_set_new(plan, "ignored", all);
}

snap_str
discovery_plan(struct model *m, uint32_t host)
{
	const json_t *said = periodic_of(m, host);
	json_t *plan = json_object(), *params = rules_for_discovery(m, host);
	snap_str off;

	json_object_set_new(plan, "interval", json_integer(interval_of(said)));
	add_severity(plan, said);
	add_update(plan, said);
	if (params != NULL)
		json_object_set_new(plan, "params", params);
	add_ignore(m, plan, host);
	add_services(m, plan, host);
	add_ignored_by_hand(m, plan, host);
	add_ignored_checks(m, plan, host);
	add_elsewhere(m, plan, host);
	if (json_object_size(m->hosts[host].found_labels) > 0)
		json_object_set(plan, "labels", m->hosts[host].found_labels);
	off = model_json(m, plan);
	json_decref(plan);
	return off;
}
