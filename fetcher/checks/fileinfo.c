/* SPDX-License-Identifier: Apache-2.0
 *
 * Size and age of a file.
 */
#include "fetcher/sections/fileinfo.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

enum {
	P_MAXSIZE,
	P_MINSIZE,
	P_MAXAGE,
	P_MINAGE,
	P_MISSING,
	P_FAILED
};

static const struct check_param params[] = {
    {"maxsize", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the size"},
    {"minsize", CHECK_PARAM_LOWER, "B", CHECK_DEF_NONE, "on the size"},
    {"maxage", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time since the last change"},
    {"minage", CHECK_PARAM_LOWER, "s", CHECK_DEF_NONE,
	"on the time since the last change"},
    {"state_missing", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_UNKNOWN),
	"state if the file is not there"},
    {"state_failed", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the agent could not look at it"},
    {0}};

static const struct check_metric metrics[] = {
    {"size", "B", "size"}, {"age", "s", "time since the last change"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_fileinfo *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (!slice_eqs(s->files[i].status, "missing"))
			check_found_add(found, s->files[i].path, NULL);
}

static const struct check_levels *
levels(const struct check_context *c, size_t param)
{
	return c->params[param].set ? &c->params[param].levels : NULL;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_fileinfo *s = c->sections[0];
	const struct fileinfo_file *f = NULL;
	double age;

	for (size_t i = 0; i < s->n && f == NULL; i++)
		if (slice_eq(s->files[i].path, c->item))
			f = &s->files[i];
	if (f == NULL || slice_eqs(f->status, "missing")) {
		check_say(out, (uint32_t)c->params[P_MISSING].number,
		    "File not found");
		return;
	}
	if (!f->has_data) {
		check_say(out, (uint32_t)c->params[P_FAILED].number,
		    "File stat failed: %.*s",
		    (int)(f->status.len < 200 ? f->status.len : 200),
		    f->status.s);
		return;
	}
	age = (s->now > 0 ? s->now : c->now) - f->mtime;
	if (age < 0)
		check_say(out, CHECK_OK, "The file's time lies ahead");
	check_value_say(out, false, "Size", f->size, levels(c, P_MAXSIZE),
	    levels(c, P_MINSIZE), render_bytes);
	check_metric(out, "size", f->size, levels(c, P_MAXSIZE), 0, NAN);
	check_value_say(out, false, "Age", age < 0 ? 0 : age,
	    levels(c, P_MAXAGE), levels(c, P_MINAGE), render_timespan);
	check_metric(
	    out, "age", age < 0 ? 0 : age, levels(c, P_MAXAGE), NAN, NAN);
}

const struct check check_fileinfo = {
    .name = "fileinfo",
    .title = "Files: size and age",
    .manual =
	"Size and age of a file that the agent was told to look at "
	"(`fileinfo.cfg`). Ages are by the host's own clock. Without levels "
	"only a file that is missing or cannot be looked at is a problem.",
    .ruleset = "fileinfo",
    .description = "File %s",
    .sections = (const struct section_type *const[]){&section_fileinfo, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
