/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of files that the plugin mk_filestats looks at.
 */
#include "fetcher/sections/filestats.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"

enum {
	P_MAXCOUNT,
	P_MINCOUNT,
	P_MAXSIZE_LARGEST,
	P_MINSIZE_LARGEST,
	P_MAXSIZE_SMALLEST,
	P_MINSIZE_SMALLEST,
	P_MAXAGE_OLDEST,
	P_MINAGE_OLDEST,
	P_MAXAGE_NEWEST,
	P_MINAGE_NEWEST
};

static const struct check_param params[] = {
    {"maxcount", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of files"},
    {"mincount", CHECK_PARAM_LOWER, "", CHECK_DEF_NONE,
	"on the number of files"},
    {"maxsize_largest", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the size of the largest"},
    {"minsize_largest", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE,
	"on the size of the largest"},
    {"maxsize_smallest", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the size of the smallest"},
    {"minsize_smallest", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE,
	"on the size of the smallest"},
    {"maxage_oldest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the oldest"},
    {"minage_oldest", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the age of the oldest"},
    {"maxage_newest", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the age of the newest"},
    {"minage_newest", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the age of the newest"},
    {0}};

static const struct check_metric metrics[] = {{"file_count", "", "files"},
    {"size_largest", "B", "size of the largest"},
    {"size_smallest", "B", "size of the smallest"},
    {"age_oldest", "s", "time since the oldest was changed"},
    {"age_newest", "s", "time since the newest was changed"}, {0}};

static const struct value_row count = {"Files in total", "file_count",
    render_count, VALUE_PARAM(P_MAXCOUNT), VALUE_PARAM(P_MINCOUNT), false};

static const struct {
	bool by_size, most;
	struct value_row row;
} extremes[] = {{true, false,
		    {"Smallest", "size_smallest", render_bytes,
			VALUE_PARAM(P_MAXSIZE_SMALLEST),
			VALUE_PARAM(P_MINSIZE_SMALLEST), false}},
    {true, true,
	{"Largest", "size_largest", render_bytes,
	    VALUE_PARAM(P_MAXSIZE_LARGEST), VALUE_PARAM(P_MINSIZE_LARGEST),
	    false}},
    {false, false,
	{"Newest", "age_newest", render_timespan, VALUE_PARAM(P_MAXAGE_NEWEST),
	    VALUE_PARAM(P_MINAGE_NEWEST), false}},
    {false, true,
	{"Oldest", "age_oldest", render_timespan, VALUE_PARAM(P_MAXAGE_OLDEST),
	    VALUE_PARAM(P_MINAGE_OLDEST), false}}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_filestats *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (!s->groups[i].single)
			check_found_add(found, s->groups[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct filestats_group *g =
	    section_filestats_find(c->sections[0], false, c->item);
	double n;

	if (g == NULL) {
		value_lost(out);
		return;
	}
	n = g->has_count ? g->count : (double)g->n;
	value_say(c, out, &count, n, 0);
	for (size_t k = 0; k < sizeof(extremes) / sizeof(extremes[0]); k++) {
		const struct filestats_file *best = NULL;
		double value = NAN;
		for (size_t i = 0; i < g->n; i++) {
			double v = extremes[k].by_size ? g->files[i].size
						       : g->files[i].age;
			if (isnan(v) ||
			    (best != NULL &&
				(extremes[k].most ? v <= value : v >= value)))
				continue;
			best = &g->files[i];
			value = v;
		}
		value_say(c, out, &extremes[k].row, value, 0);
		if (best != NULL)
			check_tell(out, CHECK_OK, "%s: %.*s",
			    extremes[k].row.label, value_cut(best->path, 500),
			    best->path.s);
	}
}

const struct check check_filestats = {
    .name = "filestats",
    .title = "Groups of files (mk_filestats)",
    .manual =
	"Files of a section of the plugin's `filestats.cfg`: how many there "
	"are, the smallest and the largest, the newest and the oldest. What "
	"the plugin tells depends on the section's output. Nothing is judged "
	"without levels.",
    .ruleset = "filestats",
    .description = "File group %s",
    .sections = (const struct section_type *const[]){&section_filestats, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
