/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables for those keys of site.yaml that hold more than one value: other
 * sites, methods of notification, listeners, the event console.
 */
#include "common/config/settings_table.h"
#include "common/mem.h"

static const struct schema text = {.kind = SCHEMA_TEXT};
static const struct schema name = {.kind = SCHEMA_NAME};
static const struct schema boolean = {.kind = SCHEMA_BOOL};
static const struct schema network = {.kind = SCHEMA_NETWORK};
static const struct schema names = {.kind = SCHEMA_LIST, .of = &name};
static const struct schema texts = {.kind = SCHEMA_LIST, .of = &text};
static const struct schema networks = {.kind = SCHEMA_LIST, .of = &network};
static const struct schema text_map = {.kind = SCHEMA_MAP, .of = &text};
static const struct schema duration = {
    .kind = SCHEMA_DURATION, .min = 1, .max = 1e13};
static const struct schema count = {
    .kind = SCHEMA_INT, .min = 1, .max = 1000000};
static const struct schema durations = {
    .kind = SCHEMA_LIST, .of = &duration, .min = 1};

#define WORDS(id, ...)                                                         \
	static const char *const id##_words[] = {__VA_ARGS__, NULL};           \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_WORD, .words = id##_words}
#define TABLE(id, ...)                                                         \
	static const struct schema_key id##_keys[] = {__VA_ARGS__, {0}};       \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_TABLE, .keys = id##_keys}
#define EITHER(id, words, ...)                                                 \
	static const struct schema *const id##_either[] = {__VA_ARGS__, NULL}; \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_EITHER, .either = id##_either, .expected = words}

/* --- listeners ------------------------------------------------------------ */

static const struct schema port = {.kind = SCHEMA_INT, .min = 1, .max = 65535};
EITHER(addresses, "an address or a list of addresses", &text, &texts);
WORDS(clients, "none", "optional", "required");
TABLE(tls_table, {"cert", &text, false, NULL, "certificate, PEM"},
    {"key", &text, false, NULL, "its private key, PEM"},
    {"ca", &text, false, NULL, "authorities of clients' certificates, PEM"},
    {"clients", &clients, false, "none", "clients' certificates"});
EITHER(tls, "true, false or {cert, key, ca, clients}", &boolean, &tls_table);

#define LISTENER_KEYS                                                          \
	{"enabled", &boolean, false, NULL, "listen at all"},                   \
	    {"address", &addresses, false, NULL, "addresses to listen on"},    \
	{                                                                      \
		"port", &port, false, NULL, "port, without the site's offset"  \
	}

TABLE(plain_listener, LISTENER_KEYS);
TABLE(tls_listener, LISTENER_KEYS,
    {"tls", &tls, false, NULL, "certificate and key"});
TABLE(syslog_listener, LISTENER_KEYS,
    {"allow", &networks, false, NULL, "networks that may send"});
TABLE(syslog_tls_listener, LISTENER_KEYS,
    {"tls", &tls, false, NULL, "certificate and key"},
    {"allow", &networks, false, NULL, "networks that may connect"});
TABLE(status_listener, LISTENER_KEYS,
    {"tls", &tls, false, "false", "certificate and key; false: without TLS"});
TABLE(livestatus_listener, LISTENER_KEYS,
    {"tls", &tls, false, NULL, "certificate and key"},
    {"allow", &networks, false, NULL, "networks that may connect"},
    {"commands", &boolean, false, "true", "take commands, not only queries"},
    {"sites", &boolean, false, "false",
	"queries without OnlySites are for all sites"});

const struct schema *
settings_listener_schema(const char *listener)
{
	/* The console (http) leaves TLS to a reverse proxy. */
	static const struct {
		const char *listener;
		const struct schema *schema;
	} special[] = {{"livestatus", &livestatus_listener},
	    {"event_status", &status_listener}, {"receiver", &tls_listener},
	    {"syslog_tls", &syslog_tls_listener},
	    {"syslog_udp", &syslog_listener}, {"syslog_tcp", &syslog_listener},
	    {"traps", &syslog_listener}};

	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (strcmp(listener, special[i].listener) == 0)
			return special[i].schema;
	}
	return &plain_listener;
}

/* --- notifications -------------------------------------------------------- */

WORDS(smtp_tls, "none", "starttls", "tls");
WORDS(notify_mode, "local", "forward", "both");
TABLE(peer, {"key", &text, true, NULL, "the peer's public CURVE key"},
    {"connect", &text, false, NULL, "tcp://HOST:PORT; absent: it connects"},
    {"heartbeat", &duration, false, "10s", "distance of signs of life"},
    {"timeout", &duration, false, "3s", "wait for an answer"},
    {"cooldown", &duration, false, "20s", "pause after a failure"});
static const struct schema peers = {.kind = SCHEMA_MAP, .of = &peer};
static const struct schema any = {.kind = SCHEMA_ANY};
static const struct schema values = {.kind = SCHEMA_MAP, .of = &any};
EITHER(retry, "a duration or a list of durations", &duration, &durations);
TABLE(method, {"timeout", &duration, false, "60s", "of one call"},
    {"tries", &count, false, NULL,
	"calls in all; default: as many as there are until give_up"},
    {"retry", &retry, false, "30s",
	"pause before a new try, then doubling up to 30m"},
    {"give_up", &duration, false, "24h",
	"what is so old and fails once more has failed for good"},
    {"concurrency", &count, false, "4; scripts 1", "calls at once"},
    {"parameters", &values, false, "{}", "what its calls have by default"});
static const struct schema methods = {.kind = SCHEMA_MAP, .of = &method};
TABLE(fallback, {"emails", &texts, false, "[]", "addresses"},
    {"method", &name, false, "mail", "method to tell them by"});

/* --- who sees what -------------------------------------------------------- */

WORDS(strictness, "loose", "strict");

/* --- event console -------------------------------------------------------- */

static const struct schema pair = {
    .kind = SCHEMA_LIST, .of = &text, .min = 2, .max = 2};
static const struct schema rewrite = {.kind = SCHEMA_LIST, .of = &pair};
static const char *const case_words[] = {"lower", "upper", NULL};
static const struct schema letter_case = {
    .kind = SCHEMA_WORD, .words = case_words, .null_ok = true};
TABLE(translation, {"case", &letter_case, false, "null", "of host names"},
    {"drop_domain", &boolean, false, "false", "cut at the first dot"},
    {"regex", &rewrite, false, "[]", "[pattern, replacement], the first"},
    {"mapping", &text_map, false, "{}", "name: name"});
static const struct schema limit_count = {
    .kind = SCHEMA_INT, .min = 1, .max = 10000000};
WORDS(limit_action, "stop", "stop_overflow", "stop_overflow_notify",
    "delete_oldest");
TABLE(limit, {"limit", &limit_count, false, NULL, "open events"},
    {"action", &limit_action, false, "stop_overflow_notify", "at the limit"});
TABLE(limits, {"host", &limit, false, "{limit: 1000}", "events of one host"},
    {"rule", &limit, false, "{limit: 1000}", "events of one rule"},
    {"overall", &limit, false, "{limit: 10000}", "all events"});
TABLE(history, {"lifetime", &duration, false, "365d", "of archived events"});
TABLE(status_tcp, {"commands", &boolean, false, "false", "take commands"},
    {"allow", &networks, false, "[]", "networks that may connect"});
TABLE(secret_file, {"file", &text, true, NULL, "that holds the secret"});
EITHER(secret, "a text or {file: PATH}", &text, &secret_file);
static const struct schema secret_pair = {.kind = SCHEMA_LIST,
    .of = &secret,
    .min = 2,
    .max = 2,
    .expected = "[algorithm, secret] or [algorithm, {file: PATH}]"};
static const struct schema secrets = {.kind = SCHEMA_LIST, .of = &secret};
TABLE(snmp_user, {"name", &text, true, NULL, "of the SNMPv3 user"},
    {"engine_ids", &texts, false, "[]", "senders' engine ids, hexadecimal"},
    {"learn", &boolean, false, "false", "other engines with these secrets"},
    {"auth", &secret_pair, false, NULL, "[md5, sha, sha256, ...; secret]"},
    {"priv", &secret_pair, false, NULL, "[des, aes, ...; secret]"});
static const struct schema snmp_users = {.kind = SCHEMA_LIST, .of = &snmp_user};
TABLE(translate_table,
    {"add_description", &boolean, false, "false", "with the MIB's text"});
EITHER(translate, "true, false or {add_description: true}", &boolean,
    &translate_table);
TABLE(snmp, {"communities", &secrets, false, "[public]", "of SNMPv1 and v2c"},
    {"users", &snmp_users, false, "[]", "of SNMPv3"},
    {"translate", &translate, false, "false", "numbers into names by MIBs"},
    {"relays", &networks, false, "[]", "whose agent address is believed"});
static const struct schema message_size = {
    .kind = SCHEMA_BYTES, .min = 480, .max = 1 << 20};
TABLE(rate_limit,
    {"messages", &count, false, "10000", "of one source an interval"},
    {"interval", &duration, false, "5s", "at least 1s"});
static const struct schema file = {.kind = SCHEMA_TEXT};
TABLE(forward_tls_table,
    {"ca", &file, false, NULL, "authorities, PEM; absent: the machine's"},
    {"cert", &file, false, NULL, "own certificate, PEM"},
    {"key", &file, false, NULL, "its private key, PEM"},
    {"name", &text, false, NULL, "of the server's certificate; absent: to"});
EITHER(forward_tls, "true, false or {ca, cert, key, name}", &boolean,
    &forward_tls_table);
WORDS(forward_messages, "all", "matched");
WORDS(forward_format, "rfc5424", "rfc3164");
WORDS(forward_framing, "octet_counting", "lines");
static const struct schema queue_size = {
    .kind = SCHEMA_BYTES, .min = 1 << 20, .max = 1e12};
TABLE(forward_target, {"to", &text, true, NULL, "name or address"},
    {"port", &port, false, NULL, "514, with TLS 6514"},
    {"tls", &forward_tls, false, "false", "RFC 5425"},
    {"messages", &forward_messages, false, "all",
	"matched: those that a rule made use of"},
    {"format", &forward_format, false, "rfc5424", ""},
    {"framing", &forward_framing, false, NULL,
	"lines is the default of rfc3164 without TLS"},
    {"queue", &queue_size, false, "1GiB", "on disk, while it cannot be sent"});
static const struct schema forward = {
    .kind = SCHEMA_MAP, .of = &forward_target};
WORDS(replica_role, "disabled", "master", "slave");
TABLE(replication,
    {"role", &replica_role, false, "disabled", "of two event consoles"},
    {"key", &text, false, NULL, "the other's public CURVE key"},
    {"connect", &text, false, NULL, "slave: tcp://HOST:PORT of the master"},
    {"automatic", &boolean, false, "true",
	"slave: takes over and returns without a person"},
    {"interval", &duration, false, "1s", "slave: between two questions"},
    {"takeover", &duration, false, "30s", "slave: without answers for so long"},
    {"fallback", &duration, false, "1h",
	"slave: the master away for longer: a person decides on the return"},
    {"wait", &duration, false, "5s", "master: for the slave, at start"});
TABLE(eventd,
    {"hostname_translation", &translation, false, "{}", "in this order"},
    {"archive_orphans", &boolean, false, "false",
	"unmatched messages go to the history"},
    {"log_messages", &boolean, false, "false", "archive of all messages"},
    {"max_message", &message_size, false, "64KiB", "longer ones are cut"},
    {"max_clients", &count, false, "1000", "connections at once"},
    {"rate_limit", &rate_limit, false, NULL,
	"more of one source are dropped and counted; absent: any number"},
    {"forward", &forward, false, "{}", "to other syslog servers, by name"},
    {"limits", &limits, false, "{}", "of open events"},
    {"history", &history, false, "{}", ""},
    {"status_tcp", &status_tcp, false, "{}", "of the listener event_status"},
    {"snmp", &snmp, false, "{}", "who may send traps"},
    {"replication", &replication, false, "{}", "a second event console"},
    {"action_timeout", &duration, false, "60s", "of scripts and mails"});

/* --- $USERn$ -------------------------------------------------------------- */

#define USER(n)                                                                \
	{                                                                      \
#n, &text, false, NULL, "$USER" #n "$"                         \
	}
TABLE(user_macros, USER(1), USER(2), USER(3), USER(4), USER(5), USER(6),
    USER(7), USER(8), USER(9), USER(10), USER(11), USER(12), USER(13), USER(14),
    USER(15), USER(16), USER(17), USER(18), USER(19), USER(20), USER(21),
    USER(22), USER(23), USER(24), USER(25), USER(26), USER(27), USER(28),
    USER(29), USER(30), USER(31), USER(32));

/* --- people of a directory ------------------------------------------------ */

static const struct schema in_groups = {.kind = SCHEMA_MAP, .of = &texts};
TABLE(ldap,
    {"url", &text, false, NULL,
	"ldaps://HOST or ldap://HOST; several with spaces between are tried"},
    {"starttls", &boolean, false, "true",
	"TLS for ldap://; false on loopback alone"},
    {"ca", &file, false, NULL, "authorities, PEM; absent: the machine's"},
    {"bind_dn", &text, false, NULL, "who searches; absent: anonymous"},
    {"password_file", &file, false, NULL, "its password"},
    {"user_base", &text, false, NULL, "people are below this entry"},
    {"user_filter", &text, false, "(objectClass=person)", "which of them"},
    {"user_id", &text, false, "uid", "attribute: what people log in with"},
    {"user_alias", &text, false, "cn", "attribute: their full name"},
    {"group_base", &text, false, NULL,
	"groups are below this entry; absent: there are none"},
    {"group_filter", &text, false, "(objectClass=*)", "which of them"},
    {"nested", &boolean, false, "false", "groups in groups, 5 deep"},
    {"roles", &in_groups, false, "{}",
	"by role: DNs or names of groups; the first that fits"},
    {"default_role", &name, false, NULL,
	"of others; absent: they may not log in"},
    {"contact_groups", &in_groups, false, "{}",
	"by contact group: DNs or names of groups"},
    {"timeout", &duration, false, "5s", "of each step"},
    {"refresh", &duration, false, "15m",
	"how old what is known of a person may be"});

/* --- a time series database ----------------------------------------------- */

TABLE(influx,
    {"url", &text, false, NULL,
	"http://HOST:PORT or https://HOST:PORT; absent: nothing is sent"},
    {"bucket", &text, false, NULL,
	"of InfluxDB 2: api/v2/write; absent: write, as of InfluxDB 1"},
    {"organisation", &text, false, NULL, "of InfluxDB 2"},
    {"database", &text, false, NULL, "of InfluxDB 1"},
    {"token_file", &file, false, NULL, "holds the token"},
    {"user", &text, false, NULL, "instead of a token"},
    {"password_file", &file, false, NULL, "its password"},
    {"ca", &file, false, NULL, "authorities, PEM; absent: the machine's"},
    {"measurement", &text, false, "vedette", "name of all values"},
    {"tags", &text_map, false, "{site: SITE}", "of all values"},
    {"timeout", &duration, false, "10s", "of one call"},
    {"graphs", &boolean, false, "false",
	"graphs are read back from it, by Prometheus' query_range"},
    {"query_url", &text, false, "that of url", "where api/v1/query_range is"});

/* --- which key has which -------------------------------------------------- */

static const struct schema zone = {.kind = SCHEMA_TEXT,
    .null_ok = true,
    .expected = "a time zone such as Europe/Berlin, or null"};

const struct schema *
settings_schema_of(const char *path)
{
	static const struct {
		const char *path;
		const struct schema *schema;
	} special[] = {
	    {"timezone", &zone},
	    {"notifications.smtp.tls", &smtp_tls},
	    {"notifications.mode", &notify_mode},
	    {"notifications.forward_to", &names},
	    {"notifications.peers", &peers},
	    {"notifications.methods", &methods},
	    {"notifications.fallback", &fallback},
	    {"dns.servers", &texts},
	    {"eventd", &eventd},
	    {"ldap", &ldap},
	    {"metrics.influx", &influx},
	    {"user_macros", &user_macros},
	    {"visibility.services", &strictness},
	    {"visibility.groups", &strictness},
	};

	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (strcmp(special[i].path, path) == 0)
			return special[i].schema;
	}
	return NULL;
}
