/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis: what is saved to disk.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/redis.h"

enum {
	P_RDB,
	P_AOF,
	P_CHANGES
};

static const struct check_param params[] = {
    {"rdb_last_bgsave_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the last save of the whole (RDB) failed"},
    {"aof_last_rewrite_state", CHECK_PARAM_STATE, "",
	CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the last rewrite of the log (AOF) failed"},
    {"rdb_changes_count", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the changes since the last save"},
    {0}};

static const struct check_metric metrics[] = {
    {"changes_sld", "", "changes since the last save"}, {0}};

static const struct value_row changes = {"Number of changes since last dump",
    "changes_sld", render_count, VALUE_PARAM(P_CHANGES), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	struct slice text;

	for (size_t i = 0; i < s->n_blocks; i++) {
		if (!lines_get(
			s, s->blocks[i], "rdb_last_bgsave_status", &text))
			continue;
		str_clear(&item);
		redis_item(s->blocks[i], &item);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
say_status(const struct check_context *c, const struct section_lines *s,
    struct slice block, const char *key, const char *label, size_t param,
    struct check_out *out)
{
	struct slice text;

	if (!lines_get(s, block, key, &text))
		return;
	if (slice_eqs(text, "ok"))
		check_say(out, CHECK_OK, "%s: successful", label);
	else
		check_say(out, (uint32_t)c->params[param].number, "%s: faulty",
		    label);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block;
	double saved;

	if (!redis_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	say_status(c, s, block, "rdb_last_bgsave_status",
	    "Last RDB save operation", P_RDB, out);
	say_status(c, s, block, "aof_last_bgrewrite_status",
	    "Last AOF rewrite operation", P_AOF, out);
	saved = lines_number(s, block, "rdb_last_save_time");
	if (isfinite(saved) && saved > 0) {
		struct str text = {0};
		str_add(&text, "Last successful RDB save: ");
		render_date(&text, saved);
		check_say_str(out, CHECK_OK, &text);
		str_free(&text);
	}
	value_say(c, out, &changes,
	    lines_number(s, block, "rdb_changes_since_last_save"), 0);
	out->none = out->summary.len == 0; /* `Server Info` says why */
}

const struct check check_redis_info_persistence = {
    .name = "redis_info_persistence",
    .title = "Redis: persistence",
    .manual = "Did a Redis server's last save and its last rewrite of the log "
	      "succeed, and how many changes are not saved yet?",
    .ruleset = "redis_info_persistence",
    .description = "Redis %s Persistence",
    .sections = (const struct section_type *const[]){&section_redis, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
