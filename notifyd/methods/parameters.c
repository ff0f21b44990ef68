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
	{"proxy", &text, false, NULL,                                          \
	    "http://HOST:PORT or socks5h://HOST:PORT; default: none"},         \
	{"proxy_login_file", &file, false, NULL,                               \
	    "file with USER:PASSWORD for the proxy"},                          \
	{"console_url", &url, false, NULL,                                     \
	    "of the console, for links; default: notifications.console_url"},  \
	{"each_contact", &boolean, false, "false",                             \
	    "one call for each contact, not one for all"}
/* clang-format on */

TABLE(parameters_mail,
    {"from_address", &address, false, NULL,
	"sender; default: notifications.smtp.from"},
    {"reply_to", &address, false, NULL, "where answers go"});

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
