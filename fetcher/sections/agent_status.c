/* SPDX-License-Identifier: Apache-2.0
 *
 * What an agent tells of its parts; see agent_status.h.
 */
#include "fetcher/sections/agent_status.h"

#include "fetcher/sections/json.h"

static int
parse_controller(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_agent_controller *s = section;
	struct slice line;
	json_t *doc;

	if (!split_line(in, &line) ||
	    (doc = section_json(in, line, err_r)) == NULL)
		return -1;
	const json_t *allowed = json_object_get(doc, "ip_allowlist");
	s->version = section_json_text(arena, json_object_get(doc, "version"));
	s->operational =
	    json_is_true(json_object_get(doc, "agent_socket_operational"));
	s->legacy_pull =
	    json_is_true(json_object_get(doc, "allow_legacy_pull"));
	s->n_connections = json_array_size(json_object_get(doc, "connections"));
	for (size_t i = 0; i < json_array_size(allowed); i++) {
		ARENA_GROW(arena, s->allowed, s->n_allowed, s->cap_allowed);
		s->allowed[s->n_allowed++] =
		    section_json_text(arena, json_array_get(allowed, i));
	}
	json_decref(doc);
	return 0;
}

/* Behind the last "=", without quotes. */
static struct slice
version_of(struct slice text)
{
	struct slice last = text, part;
	while (slice_next(&text, '=', &part))
		last = part;
	last = slice_trim(last);
	if (last.len >= 2 && (*last.s == '"' || *last.s == '\''))
		last = (struct slice){last.s + 1, last.len - 2};
	return last;
}

/* "/usr/lib/check_mk_agent/plugins/300/mk_apt:CMK_VERSION="2.4.0p16"" */
static int
parse_plugins(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_agent_plugins *s = section;
	struct slice line, path, local = {NULL, 0}, word;

	while (split_line(in, &line)) {
		if (slice_starts(line, "pluginsdir "))
			continue;
		if (slice_starts(line, "localdir ")) {
			local = slice_trim(
			    (struct slice){line.s + 9, line.len - 9});
			continue;
		}
		if (!slice_next(&line, ':', &path) || line.len == 0)
			continue;
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many plugins");
		struct agent_plugin p = {.version = version_of(line)};
		p.local = local.len > 0 && path.len > local.len &&
		    memcmp(path.s, local.s, local.len) == 0;
		while (slice_next(&path, '/', &word))
			p.name = word;
		ARENA_GROW(arena, s->plugins, s->n, s->cap);
		s->plugins[s->n++] = p;
	}
	return 0;
}

/* "timeout|NAME|SECONDS|PID" and "killfailed|..." */
static int
parse_late(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_cached_plugins *s = section;
	struct slice line, what, seconds;

	while (split_line(in, &line)) {
		struct agent_late late = {.seconds = 0};
		if (!section_column(in, &line, &what) ||
		    !section_column(in, &line, &late.name) ||
		    !section_column(in, &line, &seconds) ||
		    !section_double(&seconds, &late.seconds))
			return section_bad(
			    in, err_r, "expected: what|name|seconds|pid");
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many plugins");
		late.kill_failed = slice_eqs(what, "killfailed");
		ARENA_GROW(arena, s->late, s->n, s->cap);
		s->late[s->n++] = late;
	}
	return 0;
}

const struct section_type section_agent_controller = {
    .names = {"cmk_agent_ctl_status", NULL},
    .size = sizeof(struct section_agent_controller),
    .parse = parse_controller,
};
const struct section_type section_agent_plugins = {
    .names = {"checkmk_agent_plugins_lnx", NULL},
    .size = sizeof(struct section_agent_plugins),
    .parse = parse_plugins,
};
const struct section_type section_cached_plugins = {
    .names = {"checkmk_cached_plugins", NULL},
    .size = sizeof(struct section_cached_plugins),
    .parse = parse_late,
};
