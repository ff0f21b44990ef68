/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of parameters; see parameters.h. A key that is missing everywhere
 * has its default; a key without one is "" to templates.
 */
#include "notifyd/methods/parameters.h"

#include <stddef.h>

static const struct schema text = {.kind = SCHEMA_TEXT, .null_ok = true};
static const struct schema boolean = {.kind = SCHEMA_BOOL, .null_ok = true};
static const struct schema any = {.kind = SCHEMA_ANY, .null_ok = true};
static const struct schema values = {
    .kind = SCHEMA_MAP, .null_ok = true, .of = &any};
static const struct schema texts = {
    .kind = SCHEMA_LIST, .null_ok = true, .of = &text};
static const struct schema text_map = {
    .kind = SCHEMA_MAP, .null_ok = true, .of = &text};
static const struct schema maps = {
    .kind = SCHEMA_LIST, .null_ok = true, .of = &text_map};
static const struct schema address = {.kind = SCHEMA_TEXT,
    .null_ok = true,
    .expected = "a mail address, perhaps Name <ADDRESS>"};
static const struct schema file = {.kind = SCHEMA_TEXT,
    .null_ok = true,
    .expected = "the path of a file, from the site's folder on"};
static const struct schema url = {.kind = SCHEMA_TEXT,
    .null_ok = true,
    .expected = "an address such as https://chat.example.com/hooks/x"};
static const char *const verb_words[] = {
    "GET", "POST", "PUT", "PATCH", "DELETE", NULL};
static const struct schema verb = {
    .kind = SCHEMA_WORD, .null_ok = true, .words = verb_words};
static const struct schema *const body_either[] = {&text, &values, NULL};
static const struct schema body = {.kind = SCHEMA_EITHER,
    .null_ok = true,
    .either = body_either,
    .expected = "a text or a mapping with macros"};

static const struct schema count = {
    .kind = SCHEMA_INT, .null_ok = true, .min = 1, .max = 10000};
static const struct schema graphs = {
    .kind = SCHEMA_INT, .null_ok = true, .min = 0, .max = 5};
static const struct schema command = {.kind = SCHEMA_LIST,
    .null_ok = true,
    .of = &text,
    .min = 1,
    .expected = "a list: the program and its arguments"};
#define WORDS(id, ...)                                                         \
	static const char *const id##_words[] = {__VA_ARGS__, NULL};           \
	static const struct schema id = {                                      \
	    .kind = SCHEMA_WORD, .null_ok = true, .words = id##_words}
WORDS(snmp_version, "2c", "3");
WORDS(auth_protocol, "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512");
WORDS(priv_protocol, "DES", "AES");

#define TABLE(id, ...)                                                         \
	static const struct schema_key id##_keys[] = {__VA_ARGS__, {0}};       \
	const struct schema id = {                                             \
	    .kind = SCHEMA_TABLE, .null_ok = true, .keys = id##_keys}

/* clang-format off */
#define HTTP_KEYS                                                              \
	{"url", &url, false, NULL, "address of the service"},                  \
	{"url_file", &file, false, NULL,                                       \
	    "file with the address, where that is a secret itself"},           \
	{"ca_file", &file, false, NULL,                                        \
	    "authorities of the server's certificate; default: those that "    \
	    "this machine trusts"},                                            \
	{"proxy", &text, false, "environment",                                 \
	    "environment: as https_proxy, http_proxy, all_proxy and no_proxy " \
	    "of etc/environment say; none; or http://HOST:PORT, "              \
	    "socks5h://HOST:PORT"},                                            \
	{"proxy_login_file", &file, false, NULL,                               \
	    "file with USER:PASSWORD for the proxy"},                          \
	{"console_url", &url, false, NULL,                                     \
	    "of the console, for links; default: notifications.console_url"},  \
	{"each_contact", &boolean, false, "false",                             \
	    "one call for each contact, not one for all"}
/* clang-format on */

WORDS(mail_element, "address", "time", "age", "site", "tags", "author", "notes",
    "details", "perfdata", "acknowledgement", "rule", "variables");
static const struct schema elements = {
    .kind = SCHEMA_LIST, .null_ok = true, .of = &mail_element};
static const struct schema duration = {
    .kind = SCHEMA_DURATION, .null_ok = true, .min = 60000, .max = 2592e6};

TABLE(parameters_mail,
    {"from_address", &address, false, NULL,
	"sender; default: notifications.smtp.from"},
    {"from_name", &text, false, "Vedette", "name of the sender"},
    {"reply_to", &address, false, NULL, "where answers go"},
    {"subject", &text, false, "Vedette: $OBJECT$ $EVENT_WORDS$",
	"template of the subject"},
    {"subject_host", &text, false, NULL, "the same for hosts alone"},
    {"subject_service", &text, false, NULL, "the same for services alone"},
    {"elements", &elements, false, NULL,
	"what is shown beside host, service, event and summary: address, "
	"time, age, site, tags, author, notes, details, perfdata, "
	"acknowledgement, rule, variables; default: all but age, tags and "
	"variables"},
    {"insert_html", &text, false, NULL,
	"more in the HTML part, with macros; plain tags such as <p> and <b> "
	"without attributes are let through"},
    {"graphs", &graphs, false, "5",
	"metrics whose last 25 hours are drawn in a picture, where there are "
	"any; 0: no picture"},
    {"console_url", &url, false, NULL,
	"of the console, for links; default: notifications.console_url"},
    {"links", &boolean, false, "true",
	"links that acknowledge or set a downtime without a login, once"},
    {"link_valid", &duration, false, "1d", "how long these links hold"},
    {"link_downtime", &duration, false, "2h", "length of that downtime"},
    {"combine", &boolean, false, "false",
	"one mail with several recipients, without such links"},
    {"smarthosts", &texts, false, NULL,
	"HOST or HOST:PORT of servers that are tried in this order if "
	"notifications.smtp.host takes nothing"},
    {"ca_file", &file, false, NULL,
	"authorities of the servers' certificates; default: those that this "
	"machine trusts"});

TABLE(parameters_webhook, HTTP_KEYS,
    {"verb", &verb, false, "POST", "GET, POST, PUT, PATCH or DELETE"},
    {"headers", &text_map, false, NULL, "NAME: text with macros"},
    {"body", &body, false, NULL,
	"what is sent, with macros: a mapping becomes JSON, a text is sent as "
	"it is; default: the whole context as JSON"},
    {"content_type", &text, false, "application/json",
	"of the body; macros in a text are escaped by it"},
    {"user", &text, false, NULL, "name to log in with, and secret_file"},
    {"secret_file", &file, false, NULL,
	"file with the password of user, or what $SECRET$ stands for"},
    {"sign_key_file", &file, false, NULL,
	"file with a key: the header X-Vedette-Signature is sha256=HMAC of "
	"the body"});

TABLE(parameters_slack, HTTP_KEYS,
    {"channel", &text, false, NULL, "instead of the webhook's own"},
    {"username", &text, false, NULL, "name of the sender"},
    {"icon_url", &url, false, NULL, "picture of the sender"},
    {"mention", &text, false, NULL,
	"text before the message, such as \"<!here> \" or \"@all \""},
    {"mention_contacts", &boolean, false, "false",
	"name the contacts as @ann, @bob"});

TABLE(parameters_teams, HTTP_KEYS);

TABLE(parameters_pagerduty, HTTP_KEYS,
    {"routing_key_file", &file, false, NULL,
	"file with the integration key (required)"});

TABLE(parameters_opsgenie, HTTP_KEYS,
    {"key_file", &file, false, NULL,
	"file with the key of an API integration (required)"},
    {"responders", &maps, false, NULL,
	"list of {type: team, name: NAME} and the like"},
    {"tags", &texts, false, NULL, "tags of the alert"});

TABLE(parameters_telegram, HTTP_KEYS,
    {"token_file", &file, false, NULL, "file with the bot's token (required)"},
    {"chat", &text, false, "$CONTACT_TELEGRAM$",
	"id of the chat or @channel; by default the contact's custom "
	"variable TELEGRAM"},
    {"thread", &text, false, NULL, "id of a topic in it"});

TABLE(parameters_matrix, HTTP_KEYS,
    {"token_file", &file, false, NULL, "file with the access token (required)"},
    {"room", &text, false, "$CONTACT_MATRIX$",
	"id of the room, such as !abc:example.com; by default the "
	"contact's custom variable MATRIX"});

TABLE(parameters_jira, HTTP_KEYS,
    {"user", &text, false, NULL,
	"mail address of the account (Jira Cloud); without: the token is a "
	"personal access token"},
    {"token_file", &file, false, NULL, "file with the token (required)"},
    {"project", &text, false, NULL, "key of the project (required)"},
    {"issue_type", &text, false, "Task", "name of the type of issue"},
    {"summary", &text, false, "$OBJECT$ $EVENT_WORDS$", "title of the issue"},
    {"description", &text, false, "$OUTPUT$\n\n$LONGOUTPUT$\n\n$LINK$",
	"text of the issue"},
    {"fields", &values, false, NULL, "more fields of the issue, with macros"},
    {"search", &text, false, "/rest/api/2/search",
	"path of the search; Jira Cloud: /rest/api/3/search/jql"},
    {"recovery_transition", &text, false, NULL,
	"name or id of the transition on recovery; without: a comment alone"});

TABLE(parameters_sms,
    {"command", &command, false, "[\"sendsms\", \"$NUMBER$\", \"$TEXT$\"]",
	"program and arguments; without $TEXT$ the text goes to its standard "
	"input"},
    {"text", &text, false, "$MARK$$OBJECT$ $EVENT_TXT$ $OUTPUT$",
	"of the message"},
    {"max_length", &count, false, "160",
	"characters of the GSM alphabet; what is beyond is cut"},
    {"console_url", &url, false, NULL,
	"of the console, for links; default: notifications.console_url"});

TABLE(parameters_trap,
    {"destination", &text, false, NULL,
	"HOST or HOST:PORT of the receiver (required); port 162"},
    {"version", &snmp_version, false, "2c", "2c or 3"},
    {"community", &text, false, "public", "of version 2c"},
    {"community_file", &file, false, NULL, "file with the community"},
    {"inform", &boolean, false, "false", "wait until the receiver has it"},
    {"user", &text, false, NULL, "of version 3"},
    {"auth_protocol", &auth_protocol, false, "SHA",
	"MD5, SHA, SHA-224, SHA-256, SHA-384 or SHA-512"},
    {"auth_file", &file, false, NULL,
	"file with the authentication password; without: noAuthNoPriv"},
    {"priv_protocol", &priv_protocol, false, "AES", "DES or AES"},
    {"priv_file", &file, false, NULL,
	"file with the privacy password; without: authNoPriv"},
    {"each_contact", &boolean, false, "false",
	"one call for each contact, not one for all"});
