/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis: clients.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/redis.h"

static const struct check_param params[] = {
    {"connected_upper", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on connected clients"},
    {"connected_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on connected clients"},
    {"output_upper", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the longest output list"},
    {"output_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on the longest output list"},
    {"input_upper", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the biggest input buffer"},
    {"input_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on the biggest input buffer"},
    {"blocked_upper", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on clients that wait in a blocking call"},
    {"blocked_lower", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on clients that wait in a blocking call"},
    {0}};

static const struct check_metric metrics[] = {
    {"clients_connected", "", "connected clients"},
    {"clients_output", "", "longest output list"},
    {"clients_input", "", "biggest input buffer"},
    {"clients_blocked", "", "clients that wait in a blocking call"}, {0}};

static const struct {
	const char *keys[2]; /* of old and of new servers */
	const char *label;
} values[] = {{{"connected_clients", NULL}, "Number of client connections"},
    {{"client_longest_output_list", "client_recent_max_output_buffer"},
	"Longest output list"},
    {{"client_biggest_input_buf", "client_recent_max_input_buffer"},
	"Biggest input buffer"},
    {{"blocked_clients", NULL},
	"Number of clients pending on a blocking call"}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n_blocks; i++) {
		if (isnan(lines_number(s, s->blocks[i], "connected_clients")))
			continue;
		str_clear(&item);
		redis_item(s->blocks[i], &item);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block;

	if (!redis_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct value_row row = {values[i].label, metrics[i].name,
		    render_count, VALUE_PARAM(2 * i), VALUE_PARAM(2 * i + 1),
		    false};
		double value = lines_number(s, block, values[i].keys[0]);
		if (isnan(value) && values[i].keys[1] != NULL)
			value = lines_number(s, block, values[i].keys[1]);
		value_say(c, out, &row, value, 0);
	}
	out->none = out->summary.len == 0; /* `Server Info` says why */
}

const struct check check_redis_info_clients = {
    .name = "redis_info_clients",
    .title = "Redis: clients",
    .manual = "How many clients a Redis server has, and what waits for them. "
	      "Nothing is judged without levels.",
    .ruleset = "redis_info_clients",
    .description = "Redis %s Clients",
    .sections = (const struct section_type *const[]){&section_redis, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
