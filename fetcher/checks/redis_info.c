/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis: the server.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/redis.h"

enum {
	P_MODE,
	P_MIN,
	P_MAX
};

static const struct check_param params[] = {
    {"expected_mode", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"the mode that is expected: standalone, sentinel or cluster; another "
	"one is WARN"},
    {"min", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE, "on the uptime"},
    {"max", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE, "on the uptime"}, {0}};

static const struct check_metric metrics[] = {
    {"uptime", "s", "time since the server was started"}, {0}};

static const struct value_row uptime = {"Uptime", "uptime", render_timespan,
    VALUE_PARAM(P_MAX), VALUE_PARAM(P_MIN), false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n_blocks; i++) {
		str_clear(&item);
		redis_item(s->blocks[i], &item);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
say_text(const struct section_lines *s, struct slice block, const char *key,
    const char *label, struct check_out *out)
{
	struct slice text;

	if (lines_get(s, block, key, &text) && text.len > 0)
		check_say(out, CHECK_OK, "%s: %.*s", label,
		    value_cut(text, 100), text.s);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	const struct check_value *wanted = &c->params[P_MODE];
	struct slice block, text;

	if (!redis_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	if (lines_get(s, block, "error", &text)) {
		check_say(
		    out, CHECK_CRIT, "%.*s", value_cut(text, 300), text.s);
		return;
	}
	if (lines_get(s, block, "redis_mode", &text)) {
		bool other = wanted->set && !slice_eq(wanted->text, text);
		check_say(out, other ? CHECK_WARN : CHECK_OK,
		    "Mode: %.*s%s%.*s%s", value_cut(text, 60), text.s,
		    other ? " (expected: " : "",
		    other ? (int)wanted->text.len : 0,
		    other ? wanted->text.s : "", other ? ")" : "");
	}
	value_say(
	    c, out, &uptime, lines_number(s, block, "uptime_in_seconds"), 0);
	say_text(s, block, "redis_version", "Version", out);
	say_text(s, block, "gcc_version", "GCC compiler version", out);
	say_text(s, block, "process_id", "PID", out);
	if (out->summary.len == 0)
		check_say(out, CHECK_CRIT, "The server told nothing");
}

const struct check check_redis_info = {
    .name = "redis_info",
    .title = "Redis: the server",
    .manual = "Mode, uptime and version of a Redis server. CRIT if it does not "
	      "answer.",
    .ruleset = "redis_info",
    .description = "Redis %s Server Info",
    .sections = (const struct section_type *const[]){&section_redis, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
