/* SPDX-License-Identifier: Apache-2.0
 *
 * Docker: space that containers, images, volumes and caches of a node take.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/json.h"

enum {
	P_SIZE,
	P_RECLAIMABLE,
	P_COUNT,
	P_ACTIVE,
	KEYS
};

static const struct check_param params[] = {
    {"size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the space taken"},
    {"reclaimable", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the space that could be given back"},
    {"count", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on the number"},
    {"active", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of those in use"},
    {0}};

static const struct check_metric metrics[] = {{"size", "B", "space taken"},
    {"reclaimable", "B", "space that could be given back"},
    {"count", "", "how many there are"}, {"active", "", "of these, in use"},
    {0}};

static const struct value_row rows[KEYS] = {
    {"Size", "size", render_bytes, VALUE_PARAM(P_SIZE), 0, false},
    {"Reclaimable", "reclaimable", render_bytes, VALUE_PARAM(P_RECLAIMABLE), 0,
	false},
    {"Count", "count", render_count, VALUE_PARAM(P_COUNT), 0, false},
    {"Active", "active", render_count, VALUE_PARAM(P_ACTIVE), 0, false}};

struct usage {
	struct slice type;
	double values[KEYS];
};
struct section_usage {
	struct usage *list;
	size_t n, cap;
};

/* {"type": "images", "size": 1, "reclaimable": 1, "count": 1, "active": 1} */
static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_usage *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct usage u;
		json_t *doc;
		if (*line.s == '@')
			continue;
		if ((doc = section_json(in, line, err_r)) == NULL)
			return -1;
		u.type = section_json_text(arena, json_object_get(doc, "type"));
		for (size_t k = 0; k < KEYS; k++)
			u.values[k] =
			    section_json_number(doc, metrics[k].name, NAN);
		json_decref(doc);
		if (u.type.len == 0 || s->n == SECTION_MAX_ENTRIES)
			continue;
		ARENA_GROW(arena, s->list, s->n, s->cap);
		s->list[s->n++] = u;
	}
	return 0;
}

static const struct section_type section = {
    .names = {"docker_node_disk_usage", NULL},
    .size = sizeof(struct section_usage),
    .parse = parse,
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_usage *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		check_found_add(found, s->list[i].type, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_usage *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		if (!slice_eq(s->list[i].type, c->item))
			continue;
		for (size_t k = 0; k < KEYS; k++)
			value_say(c, out, &rows[k], s->list[i].values[k], 0);
		return;
	}
	if (s->n == 0)
		out->none = true; /* `Docker node info` says why */
	else
		value_lost(out);
}

const struct check check_docker_node_disk_usage = {
    .name = "docker_node_disk_usage",
    .title = "Docker: disk usage of a node",
    .manual = "Number and size of containers, images, volumes and of the build "
	      "cache of a Docker node, and what of that could be given back. "
	      "Nothing is judged without levels.",
    .ruleset = "docker_node_disk_usage",
    .description = "Docker disk usage - %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
