/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of files: how many, how large, how old.
 */
#include "fetcher/checks/out.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/discover.h"
#include "fetcher/sections/fileinfo.h"

enum {
	P_GROUPS,
	P_MAXCOUNT,
	P_MINCOUNT,
	P_MAXSIZE,
	P_MINSIZE,
	P_MAXAGE_OLDEST,
	P_MAXAGE_NEWEST,
	P_MINAGE_NEWEST
};

static const struct check_param params[] = {
    {"groups", CHECK_PARAM_GROUPS, "", CHECK_DEF_NONE,
	"name: patterns of paths, with * for any text"},
    {"maxcount", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of files"},
    {"mincount", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on the number of files"},
    {"maxsize", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the sum of sizes"},
    {"minsize", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE, "on the sum of sizes"},
    {"maxage_oldest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the oldest file"},
    {"maxage_newest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the newest file"},
    {"minage_newest", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the age of the newest file"},
    {0}};

static const struct check_metric metrics[] = {{"count", "", "files"},
    {"size", "B", "sum of their sizes"},
    {"size_smallest", "B", "size of the smallest"},
    {"size_largest", "B", "size of the largest"},
    {"age_newest", "s", "time since the newest was changed"},
    {"age_oldest", "s", "time since the oldest was changed"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_fileinfo *s = c->sections[0];
	json_t *groups = (json_t *)c->params[P_GROUPS].json;
	void *at = json_object_iter(groups);

	for (; at != NULL; at = json_object_iter_next(groups, at)) {
		json_t *patterns = json_object_iter_value(at);
		const char *name = json_object_iter_key(at);
		bool any = false;
		for (size_t i = 0; i < s->n && !any; i++)
			any = names_match(patterns, s->files[i].path);
		if (any)
			check_found_add(found, slice_of(name),
			    json_pack("{s:{s:O}}", "groups", name, patterns));
	}
}

struct sum {
	size_t n;
	double size, smallest, largest, newest, oldest;
};

static void
add_file(struct sum *sum, const struct fileinfo_file *f, double now)
{
	double age = now > f->mtime ? now - f->mtime : 0;

	if (sum->n == 0 || f->size < sum->smallest)
		sum->smallest = f->size;
	if (f->size > sum->largest)
		sum->largest = f->size;
	if (sum->n == 0 || age < sum->newest)
		sum->newest = age;
	if (age > sum->oldest)
		sum->oldest = age;
	sum->size += f->size;
	sum->n++;
}

static const struct check_levels *
levels(const struct check_context *c, size_t param)
{
	return c->params[param].set ? &c->params[param].levels : NULL;
}

static void
say(const struct check_context *c, const struct sum *sum, struct check_out *out)
{
	check_value_say(out, false, "Count", (double)sum->n,
	    levels(c, P_MAXCOUNT), levels(c, P_MINCOUNT), render_count);
	check_metric(
	    out, "count", (double)sum->n, levels(c, P_MAXCOUNT), 0, NAN);
	check_value_say(out, false, "Size", sum->size, levels(c, P_MAXSIZE),
	    levels(c, P_MINSIZE), render_bytes);
	check_metric(out, "size", sum->size, levels(c, P_MAXSIZE), 0, NAN);
	if (sum->n == 0)
		return;
	check_metric(out, "size_smallest", sum->smallest, NULL, 0, NAN);
	check_metric(out, "size_largest", sum->largest, NULL, 0, NAN);
	check_value_say(out, false, "Newest age", sum->newest,
	    levels(c, P_MAXAGE_NEWEST), levels(c, P_MINAGE_NEWEST),
	    render_timespan);
	check_metric(out, "age_newest", sum->newest, levels(c, P_MAXAGE_NEWEST),
	    NAN, NAN);
	check_value_say(out, false, "Oldest age", sum->oldest,
	    levels(c, P_MAXAGE_OLDEST), NULL, render_timespan);
	check_metric(out, "age_oldest", sum->oldest, levels(c, P_MAXAGE_OLDEST),
	    NAN, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_fileinfo *s = c->sections[0];
	const json_t *patterns = NULL;
	struct sum sum = {0};
	size_t failed = 0;
	char name[1024];

	if (c->item.len < sizeof(name)) {
		memcpy(name, c->item.s, c->item.len);
		name[c->item.len] = '\0';
		patterns = json_object_get(c->params[P_GROUPS].json, name);
	}
	if (patterns == NULL) {
		check_say(out, CHECK_UNKNOWN, "No patterns for this group");
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct fileinfo_file *f = &s->files[i];
		if (slice_eqs(f->status, "missing") ||
		    !names_match(patterns, f->path))
			continue;
		if (f->has_data)
			add_file(&sum, f, s->now > 0 ? s->now : c->now);
		else
			failed++;
	}
	say(c, &sum, out);
	if (failed > 0)
		check_say(out, CHECK_WARN, "%zu files could not be looked at",
		    failed);
}

const struct check check_fileinfo_groups = {
    .name = "fileinfo_groups",
    .title = "Groups of files",
    .manual =
	"Files whose paths fit the patterns of a group, together: how many, "
	"how large, how old. Groups are made by the parameter `groups`; "
	"nothing is found without it.",
    .ruleset = "fileinfo_groups",
    .description = "File group %s",
    .sections = (const struct section_type *const[]){&section_fileinfo, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
