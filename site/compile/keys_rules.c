/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of keys of rules: attributes and parameters, notifications,
 * events. The programs that work by them read the same keys; the names are
 * those of docs/configuration.md.
 */
#include "site/compile/discovery.h"
#include "site/compile/keys_macros.h"

static const struct schema texts = {.kind = SCHEMA_LIST, .of = &keys_text};
static const struct schema level = {
    .kind = SCHEMA_INT, .min = 0, .max = 2147483647};
static const struct schema level_range = {.kind = SCHEMA_LIST,
    .of = &level,
    .min = 2,
    .max = 2,
    .expected = "two numbers: [from, to]"};
static const struct schema positive = {
    .kind = SCHEMA_INT, .min = 1, .max = 1000000000};
static const struct schema duration = {
    .kind = SCHEMA_DURATION, .min = 1, .max = 1e13};

/* One word, several, or not: conditions on tags and labels. */
EITHER(text_or_texts, "a text or a list of texts", &keys_text, &texts);
TABLE(not_table, {"not", &text_or_texts, true, NULL, NULL});
EITHER(pick, "a text, a list of texts or {not: ...}", &keys_text, &texts,
    &not_table);
static const struct schema picks = {.kind = SCHEMA_MAP, .of = &pick};

/* --- rules: ----------------------------------------------------------------
 */

static const struct schema folder = {
    .kind = SCHEMA_TEXT, .expected = "a folder such as /munich/linux"};
/* Terms and groups of terms: [{and: "env:prod"}, {or: [...]}]. */
static const struct schema terms;
EITHER(term_operand, "a label such as \"env:prod\" or a list of terms",
    &keys_text, &terms);
TABLE(term_table, {"and", &term_operand, false, NULL, "also this"},
    {"or", &term_operand, false, NULL, "or this and what follows"},
    {"not", &term_operand, false, NULL, "and not this"});
EITHER(term,
    "a label such as \"env:prod\", {and: ...}, {or: ...} or {not: ...}",
    &keys_text, &term_table);
static const struct schema terms = {.kind = SCHEMA_LIST,
    .of = &term,
    .expected = "a list of labels, {and: ...}, {or: ...} and {not: ...}"};

#define WHEN_OF_HOSTS                                                          \
	{"folder", &folder, false, NULL, "in it or below"},                    \
	    {"tags", &picks, false, NULL, "the host's"},                       \
	    {"labels", &picks, false, NULL, "the host's"},                     \
	    {"label_groups", &terms, false, NULL,                              \
		"the host's, joined by and, or, not"},                         \
	    {"hosts", &texts, false, NULL, "names or ~regular expressions"},   \
	{                                                                      \
		"exclude_hosts", &texts, false, NULL, "wins"                   \
	}
TABLE(rule_when, WHEN_OF_HOSTS,
    {"condition", &keys_name, false, NULL, "one of conditions"},
    {"service_labels", &picks, false, NULL, NULL},
    {"service_label_groups", &terms, false, NULL, NULL},
    {"services", &keys_regexes, false, NULL,
	"regular expressions, anchored at the start"},
    {"exclude_services", &keys_regexes, false, NULL, "wins"},
    {"items", &keys_regexes, false, NULL,
	"regular expressions, anchored at the start"},
    {"exclude_items", &keys_regexes, false, NULL, "wins"});
TABLE(condition, WHEN_OF_HOSTS);
const struct schema keys_conditions = {
    .kind = SCHEMA_MAP, .of = &condition, .null_ok = true};
TABLE(rule, {"ruleset", &keys_name, true, NULL, "what is set"},
    {"value", &any_value, true, NULL, "by the ruleset's type"},
    {"when", &rule_when, false, "{}", "all given ones must hold"},
    {"id", &keys_name, false, NULL, NULL},
    {"description", &keys_text, false, NULL, NULL},
    {"comment", &keys_text, false, NULL, NULL},
    {"docu_url", &keys_text, false, NULL, NULL},
    {"disabled", &keys_bool, false, "false", NULL});
const struct schema keys_rules = {
    .kind = SCHEMA_LIST, .of = &rule, .null_ok = true};

/* --- rulesets that set no attribute ------------------------------------------
 */

EITHER(
    clustered, "true, false or the name of a cluster", &keys_bool, &keys_name);
WORDS(cluster_mode, "worst", "best", "failover");
const struct extra_def keys_extras[EXTRA_COUNT] = {
    [EXTRA_IGNORED_SERVICES] = {"ignored_services", true, &keys_bool,
	EVAL_IN_OUT, "false", "discovered services that are not monitored"},
    [EXTRA_IGNORED_CHECKS] = {"ignored_checks", false, &keys_names, EVAL_ALL,
	"[]", "checks whose discovered services are not monitored"},
    [EXTRA_CLUSTERED_SERVICES] = {"clustered_services", true, &clustered,
	EVAL_FIRST, "false",
	"a node's services that belong to its cluster, or to this one"},
    [EXTRA_CLUSTER_MODE] = {"cluster_mode", true, &cluster_mode, EVAL_FIRST,
	"worst",
	"a cluster's service has its nodes' worst or best state; failover: one "
	"node alone is to have it"},
    [EXTRA_PERIODIC_DISCOVERY] = {"periodic_discovery", false,
	&discovery_periodic, EVAL_KEYS, NULL,
	"the service Check_MK Discovery: {interval: 2h, undecided: WARN, "
	"vanished: WARN, changed: WARN, labels: WARN, update: ...}"},
};

/* --- notification_rules: ---------------------------------------------------
 */

static const struct schema event_codes = {.kind = SCHEMA_LIST,
    .of = &keys_text,
    .expected = "a list of codes such as \"?c\", cr or x"};
static const struct schema number_range = {.kind = SCHEMA_LIST,
    .of = &level,
    .min = 2,
    .max = 2,
    .expected = "two numbers: [from, to], to 0: open"};
TABLE(throttle, {"from", &positive, false, NULL, "the first held back"},
    {"every", &positive, false, NULL, "one of so many is sent"});
EITHER(priority, "a priority such as err or 3", &keys_text, &level);
static const struct schema priorities = {.kind = SCHEMA_LIST,
    .of = &priority,
    .min = 2,
    .max = 2,
    .expected = "two priorities, such as [emerg, err]"};
EITHER(facility, "a facility such as daemon or 3", &keys_text, &level);
TABLE(of_events, {"rules", &keys_names, false, NULL, NULL},
    {"priority", &priorities, false, NULL, NULL},
    {"facility", &facility, false, NULL, NULL},
    {"comment", &keys_regex, false, NULL, NULL});
EITHER(event_console, "true, false or {rules, priority, facility, comment}",
    &keys_bool, &of_events);
WORDS(outside, "drop", "hold");
TABLE(notify_when, {"sites", &keys_names, false, NULL, NULL},
    {"folder", &folder, false, NULL, NULL}, {"tags", &picks, false, NULL, NULL},
    {"labels", &picks, false, NULL, NULL},
    {"service_labels", &picks, false, NULL, NULL},
    {"host_groups", &keys_names, false, NULL, NULL},
    {"service_groups", &keys_names, false, NULL, NULL},
    {"exclude_service_groups", &keys_names, false, NULL, NULL},
    {"service_groups_regex", &keys_regexes, false, NULL, NULL},
    {"exclude_service_groups_regex", &keys_regexes, false, NULL, NULL},
    {"contacts", &keys_names, false, NULL, NULL},
    {"contact_groups", &keys_names, false, NULL, NULL},
    {"hosts", &texts, false, NULL, NULL},
    {"exclude_hosts", &texts, false, NULL, NULL},
    {"services", &keys_regexes, false, NULL, NULL},
    {"exclude_services", &keys_regexes, false, NULL, NULL},
    {"output", &keys_regex, false, NULL, NULL},
    {"check_commands", &texts, false, NULL, NULL},
    {"time_period", &keys_name, false, NULL, NULL},
    {"outside", &outside, false, "drop",
	"of time_period: hold keeps problems and recoveries until it begins"},
    {"service_level", &level_range, false, NULL, NULL},
    {"host_events", &event_codes, false, NULL, NULL},
    {"service_events", &event_codes, false, NULL, NULL},
    {"number", &number_range, false, NULL, NULL},
    {"throttle", &throttle, false, NULL, NULL},
    {"comment", &keys_regex, false, NULL, NULL},
    {"event_console", &event_console, false, NULL, NULL});
static const struct schema regex_map = {.kind = SCHEMA_MAP, .of = &keys_regex};
TABLE(notify_to, {"object_contacts", &keys_bool, false, "false", NULL},
    {"all_users", &keys_bool, false, "false", NULL},
    {"all_users_with_email", &keys_bool, false, "false", NULL},
    {"users", &keys_names, false, "[]", NULL},
    {"groups", &keys_names, false, "[]", NULL},
    {"emails", &texts, false, "[]", NULL},
    {"only_groups", &keys_names, false, "[]", NULL},
    {"only_attributes", &regex_map, false, "{}", NULL});
EITHER(
    parameters, "a mapping, or the name of a stored set", &keys_name, &any_map);
TABLE(parameter_set, {"method", &keys_name, true, NULL, "whose they are"},
    {"parameters", &any_map, false, "{}", "KEY: value"},
    {"comment", &keys_text, false, NULL, NULL});
const struct schema keys_notification_parameters = {
    .kind = SCHEMA_MAP, .of = &parameter_set, .null_ok = true};
static const struct schema step_after = {
    .kind = SCHEMA_DURATION, .min = 0, .max = 2592e6};
static const struct schema escalation_time = {
    .kind = SCHEMA_DURATION, .min = 1000, .max = 2592e6};
static const struct schema rounds = {.kind = SCHEMA_INT, .min = 0, .max = 1000};
TABLE(escalation_step,
    {"after", &step_after, true, NULL, "since the problem was notified"},
    {"to", &notify_to, false, "{object_contacts: true}", "who is told then"},
    {"method", &keys_name, false, NULL, "default: the rule's"},
    {"parameters", &any_map, false, NULL, "default: the rule's"});
static const struct schema escalation_steps = {
    .kind = SCHEMA_LIST, .of = &escalation_step, .min = 1, .max = 20};
TABLE(escalation_policy,
    {"steps", &escalation_steps, true, NULL, "in order of `after`"},
    {"repeat", &rounds, false, "0", "how often all steps come again"},
    {"every", &escalation_time, false, NULL,
	"from round to round; default: the last pause once more"},
    {"ack_timeout", &escalation_time, false, NULL,
	"it begins anew so long after an acknowledgement; absent: it has "
	"ended"},
    {"comment", &keys_text, false, NULL, NULL});
const struct schema keys_escalation_policies = {
    .kind = SCHEMA_MAP, .of = &escalation_policy, .null_ok = true};
const struct schema keys_method_parameters = {.kind = SCHEMA_MAP,
    .of = &any_map,
    .expected = "a mapping (METHOD: {KEY: VALUE})"};
static const struct schema bulk_age = {
    .kind = SCHEMA_DURATION, .min = 1000, .max = 604800000};
static const struct schema bulk_max = {
    .kind = SCHEMA_INT, .min = 1, .max = 10000};
WORDS(bulk_by_word, "host", "folder", "service", "service_level", "check_type",
    "state", "event_contact", "event_comment");
static const struct schema bulk_by = {.kind = SCHEMA_LIST, .of = &bulk_by_word};
TABLE(bulk_outside, {"horizon", &bulk_age, true, NULL, NULL},
    {"max", &bulk_max, false, "1000", NULL});
static const struct schema_key bulk_keys[] = {
    {"horizon", &bulk_age, false, NULL, "age of the oldest when it is sent"},
    {"period", &keys_name, false, NULL, "or: sent at this period's end"},
    {"max", &bulk_max, false, "1000", "number at which it is sent"},
    {"group_by", &bulk_by, false, "[]", "what keeps bulks apart"},
    {"group_by_macros", &keys_names, false, "[]",
	"custom variables that keep bulks apart"},
    {"subject", &keys_text, false, NULL,
	"of a mail, with macros such as $COUNT_NOTIFICATIONS$, $COUNT_HOSTS$, "
	"$HOSTNAME$"},
    {"drop_resolved", &keys_bool, false, "false",
	"leave out problems that were over before it is sent"},
    {"newest_first", &keys_bool, false, "false", NULL},
    {"outside", &bulk_outside, false, NULL,
	"outside of the period; absent: at once"},
    {0}};
static const struct schema bulk = {
    .kind = SCHEMA_TABLE, .keys = bulk_keys, .null_ok = true};
WORDS(cause_word, "parents", "host", "output");
static const struct schema causes = {.kind = SCHEMA_LIST, .of = &cause_word};
TABLE(group_table,
    {"window", &bulk_age, false, "30s", "how long the first one waits"},
    {"by", &causes, false, "[parents, host, output]",
	"what may be the cause: a host that they depend on, their host, the "
	"same output"},
    {"max", &bulk_max, false, "500", "number at which it is sent"});
EITHER(group, "true, false or {window, by, max}", &keys_bool, &group_table);
WORDS(quiet_through, "nothing", "critical", "unknown", "warning");
static const struct schema_key quiet_keys[] = {
    {"period", &keys_name, true, NULL, "when it is quiet"},
    {"through", &quiet_through, false, "critical",
	"the least severity that is told at once"},
    {"methods", &keys_names, false, NULL, "absent: all methods"},
    {"drop_resolved", &keys_bool, false, "false",
	"leave out problems that were over before the end"},
    {0}};
const struct schema keys_quiet_hours = {
    .kind = SCHEMA_TABLE, .keys = quiet_keys, .null_ok = true};
TABLE(notification_rule, {"id", &keys_name, false, NULL, "unique"},
    {"description", &keys_text, false, NULL, NULL},
    {"comment", &keys_text, false, NULL, NULL},
    {"docu_url", &keys_text, false, NULL, NULL},
    {"disabled", &keys_bool, false, "false", NULL},
    {"allow_disable", &keys_bool, false, "true", NULL},
    {"when", &notify_when, false, "{}", NULL},
    {"to", &notify_to, false, NULL, NULL},
    {"escalation", &keys_name, false, NULL,
	"instead of `to`: one of escalation_policies"},
    {"method", &keys_name, false, "mail", NULL},
    {"parameters", &parameters, false, "{}", NULL},
    {"cancel", &keys_bool, false, "false", NULL},
    {"bulk", &bulk, false, "null", "many in one message"},
    {"group", &group, false, NULL,
	"problems of one cause in one message; absent: notifications.group"});
const struct schema keys_notification_rules = {
    .kind = SCHEMA_LIST, .of = &notification_rule, .null_ok = true};

/* --- event_rules: -----------------------------------------------------------
 */

static const struct schema network = {.kind = SCHEMA_NETWORK};
TABLE(event_when, {"text", &keys_text, false, NULL, "pattern"},
    {"host", &keys_text, false, NULL, "pattern"},
    {"network", &network, false, NULL, NULL},
    {"application", &keys_text, false, NULL, "pattern"},
    {"facility", &facility, false, NULL, NULL},
    {"priority", &priorities, false, NULL, NULL},
    {"service_level", &level_range, false, NULL, NULL},
    {"time_period", &keys_name, false, NULL, NULL},
    {"sites", &keys_names, false, NULL, NULL},
    {"invert", &keys_bool, false, "false", NULL});
WORDS(phases, "always", "open");
TABLE(event_cancel, {"text", &keys_text, false, NULL, "pattern"},
    {"application", &keys_text, false, NULL, "pattern"},
    {"priority", &priorities, false, NULL, NULL},
    {"phases", &phases, false, "always", NULL},
    {"actions", &keys_names, false, "[]", NULL});
WORDS(state_word, "syslog", "OK", "WARN", "CRIT", "UNKNOWN");
TABLE(state_table, {"crit", &keys_text, false, NULL, "pattern"},
    {"warn", &keys_text, false, NULL, "pattern"},
    {"ok", &keys_text, false, NULL, "pattern"});
EITHER(event_state, "syslog, OK, WARN, CRIT, UNKNOWN or {crit, warn, ok}",
    &state_word, &state_table);
WORDS(level_precedence, "message", "rule");
TABLE(event_level, {"value", &level, true, NULL, NULL},
    {"precedence", &level_precedence, false, "message", NULL});
WORDS(group_precedence, "host", "rule");
TABLE(event_groups, {"groups", &keys_names, true, NULL, NULL},
    {"notify", &keys_bool, false, "false", NULL},
    {"precedence", &group_precedence, false, "host", NULL});
TABLE(event_set, {"text", &keys_text, false, NULL, NULL},
    {"host", &keys_text, false, NULL, NULL},
    {"application", &keys_text, false, NULL, NULL},
    {"comment", &keys_text, false, NULL, NULL},
    {"contact", &keys_text, false, NULL, NULL});
WORDS(algorithm, "interval", "tokenbucket", "dynabucket");
WORDS(separate_word, "host", "application", "match_groups");
static const struct schema separate = {
    .kind = SCHEMA_LIST, .of = &separate_word};
static const struct schema maybe_duration = {
    .kind = SCHEMA_DURATION, .min = 1, .max = 1e13, .null_ok = true};
TABLE(event_count, {"count", &positive, true, NULL, NULL},
    {"period", &duration, false, "1d", NULL},
    {"algorithm", &algorithm, false, "interval", NULL},
    {"for", &maybe_duration, false, "null", NULL},
    {"count_acked", &keys_bool, false, "false", NULL},
    {"separate", &separate, false, NULL, NULL});
WORDS(merge, "open", "acked", "never");
TABLE(event_expect, {"interval", &duration, true, NULL, NULL},
    {"offset", &keys_pause, false, "0", NULL},
    {"count", &positive, false, "1", NULL},
    {"merge", &merge, false, "open", NULL},
    {"reset_ack", &keys_bool, false, "false", NULL});
WORDS(life_phase, "open", "ack");
static const struct schema life_phases = {
    .kind = SCHEMA_LIST, .of = &life_phase};
TABLE(lifetime, {"after", &duration, true, NULL, NULL},
    {"phases", &life_phases, false, "[open]", NULL});
WORDS(remind_until, "ack");
TABLE(remind, {"every", &duration, true, NULL, NULL},
    {"until", &remind_until, false, "ack", NULL});
WORDS(limit_action, "stop", "stop_overflow", "stop_overflow_notify",
    "delete_oldest");
TABLE(event_limit, {"limit", &positive, true, NULL, NULL},
    {"action", &limit_action, false, "stop_overflow_notify", NULL});
WORDS(outcome, "event", "drop", "skip_pack");

#define EVENT_RULE_KEYS                                                        \
	{"description", &keys_text, false, NULL, NULL},                        \
	    {"comment", &keys_text, false, NULL, NULL},                        \
	    {"docu_url", &keys_text, false, NULL, NULL},                       \
	    {"disabled", &keys_bool, false, "false", NULL},                    \
	    {"outcome", &outcome, false, "event", NULL},                       \
	    {"when", &event_when, false, "{}", NULL},                          \
	    {"cancel", &event_cancel, false, NULL, NULL},                      \
	    {"state", &event_state, false, "syslog", NULL},                    \
	    {"service_level", &event_level, false, NULL, NULL},                \
	    {"contact_groups", &event_groups, false, NULL, NULL},              \
	    {"set", &event_set, false, "{}", NULL},                            \
	    {"count", &event_count, false, NULL, NULL},                        \
	    {"expect", &event_expect, false, NULL, NULL},                      \
	    {"delay", &duration, false, NULL, NULL},                           \
	    {"lifetime", &lifetime, false, NULL, NULL},                        \
	    {"remind", &remind, false, NULL, "told again, numbered"},          \
	    {"actions", &keys_names, false, "[]", NULL},                       \
	    {"actions_in_downtime", &keys_bool, false, "true", NULL},          \
	    {"autodelete", &keys_bool, false, "false", NULL},                  \
	{                                                                      \
		"limit", &event_limit, false, NULL, NULL                       \
	}

TABLE(event_rule, {"id", &keys_name, true, NULL, "unique over all packs"},
    EVENT_RULE_KEYS);
static const struct schema event_rules_in_pack = {
    .kind = SCHEMA_LIST, .of = &event_rule};
/* A pack, or a rule outside any pack: told apart in events.c. */
TABLE(event_entry, {"pack", &keys_name, false, NULL, "id of the pack"},
    {"title", &keys_text, false, NULL, "of the pack"},
    {"rules", &event_rules_in_pack, false, NULL, "of the pack"},
    {"id", &keys_name, false, NULL, "of a rule outside any pack"},
    EVENT_RULE_KEYS);
const struct schema keys_event_rules = {
    .kind = SCHEMA_LIST, .of = &event_entry, .null_ok = true};

/* --- event_actions: ----------------------------------------------------------
 */

WORDS(action_kind, "script", "email");
TABLE(event_action, {"title", &keys_text, false, NULL, NULL},
    {"kind", &action_kind, true, NULL, NULL},
    {"script", &keys_text, false, NULL, "of kind script"},
    {"hidden", &keys_bool, false, "false", NULL},
    {"disabled", &keys_bool, false, "false", NULL},
    {"to", &keys_text, false, NULL, "of kind email"},
    {"subject", &keys_text, false, NULL, NULL},
    {"body", &keys_text, false, NULL, NULL});
const struct schema keys_event_actions = {
    .kind = SCHEMA_MAP, .of = &event_action, .null_ok = true};
