/* SPDX-License-Identifier: Apache-2.0
 *
 * A single file that the plugin mk_filestats looks at.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/filestats.h"

enum {
	P_MAX_SIZE,
	P_MIN_SIZE,
	P_MAX_AGE,
	P_MIN_AGE
};

static const struct check_param params[] = {
    {"max_size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the size"},
    {"min_size", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE, "on the size"},
    {"max_age", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time since the last change"},
    {"min_age", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the time since the last change"},
    {0}};

static const struct check_metric metrics[] = {
    {"size", "B", "size"}, {"age", "s", "time since the last change"}, {0}};

static const struct value_row size = {"Size", "size", render_bytes,
    VALUE_PARAM(P_MAX_SIZE), VALUE_PARAM(P_MIN_SIZE), false};
static const struct value_row age = {"Age", "age", render_timespan,
    VALUE_PARAM(P_MAX_AGE), VALUE_PARAM(P_MIN_AGE), false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_filestats *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->groups[i].single)
			check_found_add(found, s->groups[i].name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct filestats_group *g =
	    section_filestats_find(c->sections[0], true, c->item);

	if (g == NULL || g->n == 0) {
		value_lost(out);
		return;
	}
	const struct filestats_file *f = &g->files[0];
	if (isnan(f->size) && isnan(f->age))
		check_say(out, CHECK_UNKNOWN, "Status: %.*s",
		    value_cut(f->status, 200),
		    f->status.len > 0 ? f->status.s : "");
	value_say(c, out, &size, f->size, 0);
	value_say(c, out, &age, f->age, 0);
	if (g->n > 1)
		check_say(out, CHECK_WARN,
		    "Received %zu files, but expected one", g->n);
}

const struct check check_filestats_single = {
    .name = "filestats_single",
    .title = "A single file (mk_filestats)",
    .manual = "Size and age of a file that a section of the plugin's "
	      "`filestats.cfg` with the output `single_file` names. Nothing is "
	      "judged without levels.",
    .ruleset = "filestats_single",
    .description = "File %s",
    .sections = (const struct section_type *const[]){&section_filestats, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
