/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of keys; see keys.h.
 */
#include "site/compile/keys.h"
#include "site/compile/keys_macros.h"

/* --- single values -------------------------------------------------------- */

const struct schema keys_text = {.kind = SCHEMA_TEXT};
const struct schema keys_name = {.kind = SCHEMA_NAME};
const struct schema keys_bool = {.kind = SCHEMA_BOOL};
const struct schema keys_regex = {.kind = SCHEMA_REGEX};
const struct schema keys_names = {.kind = SCHEMA_LIST, .of = &keys_name};
const struct schema keys_regexes = {.kind = SCHEMA_LIST, .of = &keys_regex};
const struct schema keys_text_map = {.kind = SCHEMA_MAP, .of = &keys_text};
const struct schema keys_name_map = {.kind = SCHEMA_MAP, .of = &keys_name};
const struct schema keys_duration = {.kind = SCHEMA_DURATION};
const struct schema keys_interval = {
    .kind = SCHEMA_DURATION, .min = 100, .max = 3456e6};
const struct schema keys_pause = {
    .kind = SCHEMA_DURATION, .min = 0, .max = 3456e6};
const struct schema keys_attempts = {.kind = SCHEMA_INT, .min = 1, .max = 1000};
const struct schema keys_flap = {.kind = SCHEMA_REAL, .min = 0, .max = 1000};
const struct schema keys_staleness = {
    .kind = SCHEMA_REAL, .min = 0.1, .max = 1e6};
static const char *const family_words[] = {"any", "4", "6", NULL};
const struct schema keys_family = {.kind = SCHEMA_WORD, .words = family_words};
static const char *const event_words[] = {
    "d", "u", "r", "f", "s", "w", "c", NULL};
static const struct schema event = {.kind = SCHEMA_WORD, .words = event_words};
const struct schema keys_events = {.kind = SCHEMA_LIST, .of = &event};
static const char *const stalk_words[] = {"o", "d", "u", "w", "c", NULL};
static const struct schema stalk = {.kind = SCHEMA_WORD, .words = stalk_words};
const struct schema keys_stalking = {.kind = SCHEMA_LIST, .of = &stalk};
static const struct schema local_time = {.kind = SCHEMA_TEXT,
    .expected = "a local time such as 2026-03-02T08:00:00"};
WORDS(recur, "fixed", "hour", "day", "week", "second_week", "fourth_week",
    "weekday_start", "weekday_end", "day_of_month");
TABLE(downtime, {"start", &local_time, true, NULL, "of the first one"},
    {"end", &local_time, true, NULL, "of the first one"},
    {"recur", &recur, false, "fixed", "how often; fixed: once"},
    {"duration", &keys_pause, false, "0",
	"over 0: flexible, from a problem on"},
    {"comment", &keys_text, false, NULL, "for people"});
const struct schema keys_downtimes = {.kind = SCHEMA_LIST, .of = &downtime};
static const struct schema nodes = {
    .kind = SCHEMA_LIST, .of = &keys_name, .min = 1};
static const struct schema_key cluster_keys[] = {
    {"nodes", &nodes, true, NULL, "hosts that it consists of"}, {0}};
const struct schema keys_cluster = {.kind = SCHEMA_TABLE, .keys = cluster_keys};

static const struct schema port = {.kind = SCHEMA_INT, .min = 1, .max = 65535};
static const struct schema regex_or_names = {.kind = SCHEMA_LIST,
    .of = &keys_text,
    .expected = "a list of hosts' names or ~regular expressions"};

/* --- how objects are checked ---------------------------------------------- */

WORDS(agent_none, "none");
WORDS(agent_kind, "tcp", "push", "program", "none");
WORDS(agent_encryption, "auto", "tls", "encrypted", "legacy", "plain");
static const struct schema agent_uuid = {
    .kind = SCHEMA_TEXT, .expected = "a UUID in lower case with hyphens"};
TABLE(agent_table, {"kind", &agent_kind, true, NULL, "how data is fetched"},
    {"port", &port, false, "6556", "of tcp"},
    {"command", &keys_text, false, NULL, "of program: the command line"},
    {"encryption", &agent_encryption, false, "auto",
	"of tcp: what is accepted"},
    {"passphrase_file", &keys_text, false, NULL,
	"of tcp: file with the passphrase of encrypted output; of program: "
	"file whose line it gets on standard input"},
    {"connect_timeout", &keys_interval, false, "5s", "of tcp: for one address"},
    {"uuid", &agent_uuid, false, NULL,
	"of tcp: of the registration, if it was made elsewhere"});
static const struct schema *const agent_either[] = {
    &agent_none, &agent_table, NULL};
const struct schema keys_agent = {.kind = SCHEMA_EITHER,
    .either = agent_either,
    .expected = "none or a mapping {kind: tcp, push or program, ...}"};

WORDS(piggyback_use, "auto", "always", "never");
WORDS(piggyback_case, "upper", "lower");
static const struct schema state_number = {
    .kind = SCHEMA_INT, .min = 0, .max = 3};
static const struct schema regex_pair = {.kind = SCHEMA_LIST,
    .of = &keys_text,
    .min = 2,
    .max = 2,
    .expected = "[regular expression, replacement]"};
static const struct schema regex_pairs = {
    .kind = SCHEMA_LIST, .of = &regex_pair};
TABLE(piggyback_translate,
    {"drop_domain", &keys_bool, false, "false", "web01.example.com: web01"},
    {"case", &piggyback_case, false, NULL, "upper or lower"},
    {"regex", &regex_pairs, false, NULL,
	"the first that fits the whole name: [\"vm-(.*)\", \"\\\\1\"]"},
    {"map", &keys_text_map, false, NULL, "name as sent: name of the host"});
#define PIGGYBACK_TIMES                                                        \
	{"max_age", &keys_interval, false, "1h", "older data is not used"},    \
	    {"validity", &keys_pause, false, "0s",                             \
		"so long data stays that its source does not send any more"},  \
	{                                                                      \
		"validity_state", &state_number, false, "0",                   \
		    "of Check_MK meanwhile"                                    \
	}
TABLE(piggyback_source, PIGGYBACK_TIMES);
static const struct schema piggyback_sources = {
    .kind = SCHEMA_MAP, .of = &piggyback_source};
static const struct schema_key piggyback_keys[] = {
    {"use", &piggyback_use, false, "auto",
	"auto: if there is any; always: WARN without; never"},
    PIGGYBACK_TIMES,
    {"sources", &piggyback_sources, false, NULL,
	"host that sends: other times for its data"},
    {"translate", &piggyback_translate, false, NULL,
	"of a host that sends: the names in its output"},
    {0}};
const struct schema keys_piggyback = {
    .kind = SCHEMA_TABLE, .keys = piggyback_keys};

TABLE(encryption_table, {"mode", &agent_encryption, false, "auto", NULL},
    {"passphrase_file", &keys_text, false, NULL,
	"relative to the site's folder; readable by its user alone"});
static const struct schema *const encryption_either[] = {
    &agent_encryption, &encryption_table, NULL};
const struct schema keys_agent_encryption = {.kind = SCHEMA_EITHER,
    .either = encryption_either,
    .expected = "auto, tls, encrypted, legacy, plain or a mapping {mode: "
		"..., passphrase_file: FILE}"};

WORDS(snmp_version, "1", "2c", "3");
TABLE(secret_file,
    {"file", &keys_text, true, NULL,
	"relative to the site's folder; readable by its user "
	"alone"});
static const struct schema *const secret_either[] = {
    &keys_text, &secret_file, NULL};
static const struct schema snmp_secret = {.kind = SCHEMA_EITHER,
    .either = secret_either,
    .expected = "a secret, or {file: FILE}"};
static const struct schema secret_pair = {.kind = SCHEMA_LIST,
    .of = &snmp_secret,
    .min = 2,
    .max = 2,
    .expected = "[algorithm, secret]"};
static const struct schema bulk_size = {
    .kind = SCHEMA_INT, .min = 1, .max = 100};
static const struct schema retries = {.kind = SCHEMA_INT, .min = 0, .max = 20};
static const struct schema row_number = {
    .kind = SCHEMA_INT, .min = 0, .max = INT32_MAX};
static const struct schema row_count = {
    .kind = SCHEMA_INT, .min = 1, .max = 100000};
static const struct schema row_range = {.kind = SCHEMA_LIST,
    .of = &row_number,
    .min = 2,
    .max = 2,
    .expected = "[first index, last index]"};
TABLE(snmp_limit, {"first", &row_count, false, NULL, "rows from the beginning"},
    {"last", &row_count, false, NULL, "rows at the end"},
    {"index", &row_range, false, NULL,
	"rows whose index begins with a number from ... to"});
static const struct schema snmp_limits = {
    .kind = SCHEMA_MAP, .of = &snmp_limit};
static const struct schema snmp_texts = {.kind = SCHEMA_LIST, .of = &keys_text};
static const struct schema snmp_texts_map = {
    .kind = SCHEMA_MAP, .of = &snmp_texts};
WORDS(snmp_encoding, "utf-8", "latin-1");
WORDS(snmp_context_timeout, "stop", "continue");
#define SNMP_SETTINGS                                                          \
	{"timeout", &keys_interval, false, "1s", "of one request"},            \
	    {"retries", &retries, false, "2", "after the first try"},          \
	    {"bulk", &keys_bool, false, "true",                                \
		"false: the device's GetBulk is broken, one value a request"}, \
	    {"bulk_size", &bulk_size, false, "10",                             \
		"repetitions of a GetBulk"},                                   \
	    {"without_system", &keys_bool, false, "false",                     \
		"true: a device without sysDescr and sysObjectID"},            \
	    {"contexts", &snmp_texts, false, NULL,                             \
		"of 3: tables are read in each of these, \"\" being the "      \
		"default one"},                                                \
	    {"section_contexts", &snmp_texts_map, false, NULL,                 \
		"of 3: section: its contexts, in place of contexts"},          \
	    {"context_timeout", &snmp_context_timeout, false, "stop",          \
		"a context that does not answer, or that the device does not " \
		"have: stop, or continue with the next"},                      \
	    {"encoding", &snmp_encoding, false, "utf-8, else latin-1",         \
		"of texts"},                                                   \
	    {"limits", &snmp_limits, false, NULL,                              \
		"section: which rows are read"},                               \
	{                                                                      \
		"exclude", &keys_names, false, NULL,                           \
		    "sections that are not read"                               \
	}
static const struct schema_key snmp_option_keys[] = {SNMP_SETTINGS, {0}};
const struct schema keys_snmp_options = {
    .kind = SCHEMA_TABLE, .keys = snmp_option_keys};
const struct schema keys_snmp_fetch_interval = {
    .kind = SCHEMA_MAP, .of = &keys_pause};
static const struct schema_key snmp_keys[] = {
    {"version", &snmp_version, true, NULL, "1, 2c or 3"},
    {"community", &snmp_secret, false, "public", "of 1 and 2c"},
    {"user", &keys_text, false, NULL, "of 3"},
    {"auth", &secret_pair, false, NULL,
	"of 3: [md5|sha|sha224|sha256|sha384|sha512, SECRET or {file: "
	"FILE}]"},
    {"priv", &secret_pair, false, NULL,
	"of 3: [des|aes|aes192|aes256|aes192c|aes256c, SECRET or {file: "
	"FILE}]; those with c make the longer key as Cisco does"},
    {"context", &keys_text, false, NULL, "of 3"},
    {"port", &port, false, "161", NULL}, SNMP_SETTINGS, {0}};
const struct schema keys_snmp = {.kind = SCHEMA_TABLE, .keys = snmp_keys};

WORDS(host_check_word, "ping", "always_up", "passive");
TABLE(host_check_table, {"tcp", &port, false, NULL, "connect to this port"},
    {"command", &keys_text, false, NULL, "NAME!args, or a command line"},
    {"service", &keys_name, false, NULL, "the state of this service"});
static const struct schema *const host_check_either[] = {
    &host_check_word, &host_check_table, NULL};
const struct schema keys_host_check = {.kind = SCHEMA_EITHER,
    .either = host_check_either,
    .expected = "ping, {tcp: PORT}, {command: LINE}, {service: NAME}, "
		"always_up or passive"};

WORDS(service_check_word, "ping", "passive", "check_mkevents");
static const struct schema event_hosts = {
    .kind = SCHEMA_LIST, .of = &keys_name};
TABLE(mkevents_table,
    {"hosts", &event_hosts, false, NULL,
	"names in the events; default: the host's name, alias and address"},
    {"application", &keys_text, false, NULL,
	"a regular expression: only these events"},
    {"ignore_acknowledged", &keys_bool, false, "false",
	"acknowledged events have no influence on the state"});
TABLE(service_check_table, {"tcp", &port, false, NULL, "connect to this port"},
    {"command", &keys_text, false, NULL, "NAME!args, or a command line"},
    {"check_mkevents", &mkevents_table, false, NULL,
	"the events of the host as a state"},
    {"collector", &keys_name, false, NULL,
	"the service of this host that fetches the data"},
    {"check", &keys_name, false, NULL, "which judges the data"},
    {"item", &keys_text, false, NULL, "what it judges: \"/var\""},
    {"params", &any_map, false, NULL, "parameters of the check"});
static const struct schema *const service_check_either[] = {
    &service_check_word, &service_check_table, NULL};
const struct schema keys_service_check = {.kind = SCHEMA_EITHER,
    .either = service_check_either,
    .expected = "ping, {tcp: PORT}, {command: LINE}, check_mkevents, "
		"{collector: SERVICE, check: NAME} or passive"};

/* --- attributes ----------------------------------------------------------- */

const struct attr_def keys_attrs[ATTR_COUNT] = {
#define ATTR_DEF(id, who, schema, eval, def, help)                             \
	[ATTR_##id] = {#id, ATTR_##who, &schema, EVAL_##eval, def, help},
    ATTRS(ATTR_DEF)
#undef ATTR_DEF
};

enum attr
keys_attr(const char *name)
{
	unsigned i = 0;

	while (i < ATTR_COUNT &&
	    (keys_attrs[i].name[0] != name[0] ||
		strcmp(keys_attrs[i].name, name) != 0))
		i++;
	return (enum attr)i;
}

bool
keys_has_ruleset(enum attr attr, bool service)
{
	const struct attr_def *def = &keys_attrs[attr];

	/* A service's check is what it is. */
	return def->eval != EVAL_NONE && !(service && attr == ATTR_check) &&
	    (def->who & (service ? ATTR_SERVICE : ATTR_HOST)) != 0;
}

/* Keys of those who have them; the others' lines are left out. */
#define KEY_BOTH(id, schema, def, help) {#id, &schema, false, def, help},
#define KEY_NONE(id, schema, def, help)
#define HOST_KEY_HOST    KEY_BOTH
#define HOST_KEY_BOTH    KEY_BOTH
#define HOST_KEY_SERVICE KEY_NONE
#define HOST_KEY(id, who, schema, eval, def, help)                             \
	HOST_KEY_##who(id, schema, def, help)
#define SERVICE_KEY_HOST    KEY_NONE
#define SERVICE_KEY_BOTH    KEY_BOTH
#define SERVICE_KEY_SERVICE KEY_BOTH
#define SERVICE_KEY(id, who, schema, eval, def, help)                          \
	SERVICE_KEY_##who(id, schema, def, help)

static const struct schema_key host_keys[] = {ATTRS(HOST_KEY){0}};
static const struct schema host = {
    .kind = SCHEMA_TABLE, .keys = host_keys, .null_ok = true};
static const struct schema hosts = {
    .kind = SCHEMA_MAP, .of = &host, .null_ok = true};

static const struct schema_key service_keys[] = {
    {"hosts", &regex_or_names, true, NULL, "names or ~regular expressions"},
    {"description", &keys_name, true, NULL, "the service's name"},
    {"check", &keys_service_check, true, NULL, "how it gets its results"},
    ATTRS(SERVICE_KEY){0}};
static const struct schema service = {
    .kind = SCHEMA_TABLE, .keys = service_keys};
static const struct schema services = {
    .kind = SCHEMA_LIST, .of = &service, .null_ok = true};

static const struct schema_key folder_keys[] = {
    {"title", &keys_text, false, NULL, "for people"}, ATTRS(HOST_KEY){0}};
const struct schema keys_folder = {
    .kind = SCHEMA_TABLE, .keys = folder_keys, .null_ok = true};

/* --- discovered ----------------------------------------------------------- */

static const struct schema_key found_keys[] = {
    {"description", &keys_name, true, NULL, NULL},
    {"check", &keys_service_check, true, NULL, NULL},
    {"labels", &keys_text_map, false, NULL, NULL}, {0}};
static const struct schema found = {.kind = SCHEMA_TABLE, .keys = found_keys};
static const struct schema founds = {.kind = SCHEMA_LIST, .of = &found};
static const struct schema_key discovered_keys[] = {
    {"services", &founds, false, NULL, "services that were found"},
    {"host_labels", &keys_text_map, false, NULL, "labels that were found"},
    {"ignored", &keys_names, false, NULL, "services shut out by hand"}, {0}};
const struct schema keys_discovered = {
    .kind = SCHEMA_TABLE, .keys = discovered_keys, .null_ok = true};

/* --- groups, people, periods, commands ------------------------------------ */

static const struct schema_key group_keys[] = {
    {"alias", &keys_text, false, NULL, "title for people"},
    {"notes", &keys_text, false, NULL, NULL},
    {"notes_url", &keys_text, false, NULL, NULL},
    {"action_url", &keys_text, false, NULL, NULL}, {0}};
static const struct schema group = {
    .kind = SCHEMA_TABLE, .keys = group_keys, .null_ok = true};
static const struct schema groups = {
    .kind = SCHEMA_MAP, .of = &group, .null_ok = true};

static const struct schema_key contact_group_keys[] = {
    {"alias", &keys_text, false, NULL, "title for people"},
    {"members", &keys_names, false, "[]",
	"contacts, beside those that name this group themselves"},
    {0}};
static const struct schema contact_group = {
    .kind = SCHEMA_TABLE, .keys = contact_group_keys, .null_ok = true};
static const struct schema contact_groups = {
    .kind = SCHEMA_MAP, .of = &contact_group, .null_ok = true};

static const struct schema time_or_epoch = {
    .kind = SCHEMA_TEXT, .expected = "a time such as 2026-03-02T08:00:00"};
TABLE(from_to, {"from", &time_or_epoch, false, NULL, NULL},
    {"to", &time_or_epoch, false, NULL, NULL});
static const struct schema *const switch_either[] = {
    &keys_bool, &from_to, NULL};
static const struct schema notifications = {.kind = SCHEMA_EITHER,
    .either = switch_either,
    .expected = "true, false or {from: TIME, to: TIME} of a pause"};
static const struct schema email = {.kind = SCHEMA_EMAIL};
static const struct schema_key contact_keys[] = {
    {"alias", &keys_text, false, NULL, "full name"},
    {"email", &email, false, NULL, NULL},
    {"pager", &keys_text, false, NULL, "number for short messages"},
    {"contact_groups", &keys_names, false, "[]", NULL},
    {"notification_period", &keys_name, false, "24X7", NULL},
    {"notifications", &notifications, false, "true", NULL},
    {"notification_rules", &keys_notification_rules, false, "[]",
	"the contact's own rules"},
    {"quiet_hours", &keys_quiet_hours, false, "null",
	"what is not severe waits for their end and comes in one digest"},
    {"fallback", &keys_bool, false, "false",
	"is told what no rule tells anybody"},
    {"role", &keys_name, false, "user", "one of roles, or a built-in one"},
    {"password_hash", &keys_text, false, NULL, "of crypt(3)"},
    {"automation", &keys_bool, false, "no",
	"a program: it may use the REST API, but not the console"},
    {"disable_login", &keys_bool, false, "no", "may not come in"},
    {"sites", &keys_names, false, NULL, "of which notifications are taken"},
    {"custom_variables", &keys_text_map, false, "{}", NULL}, {0}};
static const struct schema contact = {
    .kind = SCHEMA_TABLE, .keys = contact_keys, .null_ok = true};
static const struct schema contacts = {
    .kind = SCHEMA_MAP, .of = &contact, .null_ok = true};

static const struct schema day = {.kind = SCHEMA_LIST,
    .of = &keys_text,
    .expected = "a list of ranges such as \"08:00-17:00\""};
static const struct schema exceptions = {.kind = SCHEMA_MAP, .of = &day};
#define DAY_KEY(name)                                                          \
	{                                                                      \
		name, &day, false, "[]", NULL                                  \
	}
static const struct schema_key period_keys[] = {
    {"alias", &keys_text, false, NULL, "title for people"}, DAY_KEY("monday"),
    DAY_KEY("tuesday"), DAY_KEY("wednesday"), DAY_KEY("thursday"),
    DAY_KEY("friday"), DAY_KEY("saturday"), DAY_KEY("sunday"),
    {"exceptions", &exceptions, false, "{}",
	"date: ranges, instead of the weekday's"},
    {"exclude", &keys_names, false, "[]", "periods that are left out"}, {0}};
static const struct schema period = {
    .kind = SCHEMA_TABLE, .keys = period_keys, .null_ok = true};
static const struct schema periods = {
    .kind = SCHEMA_MAP, .of = &period, .null_ok = true};

TABLE(command, {"line", &keys_text, true, NULL, "command line with macros"});
static const struct schema commands = {
    .kind = SCHEMA_MAP, .of = &command, .null_ok = true};

TABLE(tag, {"id", &keys_name, true, NULL, NULL},
    {"title", &keys_text, false, NULL, NULL},
    {"aux", &keys_names, false, "[]", "auxiliary tags that come with it"});
static const struct schema tags = {.kind = SCHEMA_LIST, .of = &tag, .min = 1};
TABLE(tag_group, {"title", &keys_text, false, NULL, NULL},
    {"topic", &keys_text, false, NULL, NULL},
    {"help", &keys_text, false, NULL, NULL},
    {"tags", &tags, true, NULL, "the first is the default"});
static const struct schema tag_groups = {
    .kind = SCHEMA_MAP, .of = &tag_group, .null_ok = true};

static const struct schema_key aux_tag_keys[] = {
    {"title", &keys_text, false, NULL, NULL},
    {"topic", &keys_text, false, NULL, NULL},
    {"help", &keys_text, false, NULL, NULL}, {0}};
static const struct schema aux_tag = {
    .kind = SCHEMA_TABLE, .keys = aux_tag_keys, .null_ok = true};
static const struct schema aux_tags = {
    .kind = SCHEMA_MAP, .of = &aux_tag, .null_ok = true};

/* --- roles and sites ------------------------------------------------------ */

WORDS(default_word, "default");
EITHER(permission, "true, false or default", &keys_bool, &default_word);
static const struct schema permissions = {
    .kind = SCHEMA_MAP, .of = &permission};
TABLE(role, {"alias", &keys_text, false, NULL, "title for people"},
    {"based_on", &keys_name, false, "no_permissions",
	"role that says what is not said here"},
    {"permissions", &permissions, false, "{}",
	"NAME: true, false or default (as in based_on)"});
static const struct schema roles = {
    .kind = SCHEMA_MAP, .of = &role, .null_ok = true};

TABLE(status_host, {"site", &keys_name, true, NULL, "that monitors the host"},
    {"host", &keys_name, true, NULL, "while it is DOWN, nobody asks the site"});
static const struct schema_key site_keys[] = {
    {"alias", &keys_text, false, NULL, "title for people"},
    {"address", &keys_text, false, NULL,
	"HOST:PORT of its Livestatus, or the path of its socket"},
    {"tls", &keys_bool, false, "true", "speak TLS"},
    {"ca", &keys_text, false, NULL,
	"authorities that its certificate is checked by: PEM, or the path of "
	"a file; default: those that this machine trusts"},
    {"cert", &keys_text, false, NULL,
	"certificate to show there: PEM, or the path of a file"},
    {"key", &keys_text, false, NULL, "its key: the path of a file"},
    {"persist", &keys_bool, false, "true",
	"keep connections open between queries"},
    {"timeout", &keys_interval, false, "10s", "until it counts as dead"},
    {"status_host", &status_host, false, NULL, NULL},
    {"url_prefix", &keys_text, false, NULL, "of links to it"},
    {"disabled", &keys_bool, false, "false", "do not ask it"}, {0}};
static const struct schema site = {
    .kind = SCHEMA_TABLE, .keys = site_keys, .null_ok = true};
static const struct schema sites = {
    .kind = SCHEMA_MAP, .of = &site, .null_ok = true};

/* --- a file of conf.d ----------------------------------------------------- */

static const struct schema_key file_keys[] = {
    {"hosts", &hosts, false, NULL, "what is monitored, by name"},
    {"services", &services, false, NULL, "services written by hand"},
    {"rules", &keys_rules, false, NULL, "attributes and parameters by rule"},
    {"conditions", &keys_conditions, false, NULL,
	"conditions of rules, to be named in when.condition"},
    {"host_groups", &groups, false, NULL, NULL},
    {"service_groups", &groups, false, NULL, NULL},
    {"contacts", &contacts, false, NULL, "people"},
    {"contact_groups", &contact_groups, false, NULL, NULL},
    {"timeperiods", &periods, false, NULL, NULL},
    {"commands", &commands, false, NULL, NULL},
    {"tag_groups", &tag_groups, false, NULL,
	"of which a host has one tag each"},
    {"aux_tags", &aux_tags, false, NULL, "tags that come with others"},
    {"roles", &roles, false, NULL, "what people may do"},
    {"sites", &sites, false, NULL, "other sites"},
    {"aggregations", &keys_aggregations, false, NULL,
	"business aggregations: trees of hosts and services"},
    {"notification_rules", &keys_notification_rules, false, NULL,
	"who is told what"},
    {"escalation_policies", &keys_escalation_policies, false, NULL,
	"who is told when a problem goes on, step by step"},
    {"notification_parameters", &keys_notification_parameters, false, NULL,
	"sets of a method's parameters, to be named in a rule's parameters"},
    {"event_rules", &keys_event_rules, false, NULL, "what becomes an event"},
    {"event_actions", &keys_event_actions, false, NULL, NULL}, {0}};
const struct schema keys_file = {
    .kind = SCHEMA_TABLE, .keys = file_keys, .null_ok = true};
