/* SPDX-License-Identifier: Apache-2.0
 *
 * The schema of aggregations: (core-semantics section 20).
 */
#include "site/compile/keys.h"
#include "site/compile/keys_macros.h"

WORDS(state, "OK", "WARN", "CRIT", "UNKNOWN");
static const struct schema whole = {
    .kind = SCHEMA_INT, .min = 1, .max = 1000000};
static const struct schema number = {
    .kind = SCHEMA_INT, .min = 0, .max = 1000000};
static const struct schema percent = {
    .kind = SCHEMA_TEXT, .expected = "a number or a percentage such as 60%"};
EITHER(limit, "a number or a percentage such as 60%", &number, &percent);

TABLE(nth, {"n", &whole, false, "1", "take the n-th worst or best"},
    {"cap", &state, false, "CRIT", "nothing worse than this comes out"});
TABLE(count_ok,
    {"ok", &limit, false, "60%", "so many nodes OK: the result is OK"},
    {"warn", &limit, false, "40%", "so many: WARN; fewer: CRIT"});
TABLE(options, {"worst", &nth, false, NULL, NULL},
    {"best", &nth, false, NULL, NULL},
    {"count_ok", &count_ok, false, NULL, NULL});
WORDS(word, "worst", "best", "count_ok");
static const struct schema *const function_either[] = {&word, &options, NULL};
const struct schema keys_aggregation_function = {.kind = SCHEMA_EITHER,
    .either = function_either,
    .expected = "worst, best or count_ok, or one of them with its options"};

static const struct schema match = {
    .kind = SCHEMA_TEXT, .expected = "a name, or ~ and a regular expression"};
static const struct schema name = {.kind = SCHEMA_NAME};
static const struct schema any_list = {.kind = SCHEMA_LIST, .of = &any_map};

static const struct schema_key node_keys[] = {
    {"host", &match, false, NULL,
	"name of a host, or ~ and a regular expression"},
    {"service", &match, false, NULL,
	"its service instead of the host itself; name, or ~ and a regular "
	"expression"},
    {"aggregation", &name, false, NULL, "another aggregation"},
    {"title", &keys_text, false, NULL, "of a branch"},
    {"function", &keys_aggregation_function, false, "worst", "of a branch"},
    {"nodes", &any_list, false, NULL, "a branch: what is below, likewise"},
    {0}};
const struct schema keys_aggregation_node = {
    .kind = SCHEMA_TABLE, .keys = node_keys};
static const struct schema nodes = {
    .kind = SCHEMA_LIST, .of = &keys_aggregation_node};

WORDS(downtime_at, "WARN", "CRIT");
TABLE(aggregation, {"alias", &keys_text, false, NULL, "title for people"},
    {"function", &keys_aggregation_function, false, "worst",
	"how the state comes from the nodes'"},
    {"nodes", &nodes, true, NULL, "what it is about"},
    {"hard_states", &keys_bool, false, "false", "soft states do not count"},
    {"frozen", &keys_bool, false, "false",
	"what vanishes is UNKNOWN, and not left out"},
    {"downtime_at", &downtime_at, false, "CRIT",
	"in downtime, if nodes in downtime taken as CRIT give this"});
const struct schema keys_aggregations = {
    .kind = SCHEMA_MAP, .of = &aggregation};
