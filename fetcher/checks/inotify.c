/* SPDX-License-Identifier: Apache-2.0
 *
 * Files and folders that are watched: when was the last operation?
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <stdio.h>

enum {
	P_AGE,
	P_MODE
};

static const struct check_param params[] = {
    {"age_last_operation", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time since the last operation"},
    {"operation", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"which operation counts: create, modify, open, delete, movedto and so "
	"on; null: any"},
    {0}};

static const struct value_row row = {"Time since last operation", NULL,
    render_timespan, VALUE_PARAM(P_AGE), 0, false};

static const struct section_type section = SECTION_LINES("inotify");

/* "monitored TAB folder TAB /tmp/x": "Folder /tmp/x"; false: another line */
static bool
read_watched(const struct text_line *line, struct str *item)
{
	struct slice cells[3];

	if (line_cells(line, cells, 3) < 3 ||
	    !slice_eqs(cells[0], "monitored") || cells[2].len > 1000)
		return false;
	str_clear(item);
	str_add(item, slice_eqs(cells[1], "folder") ? "Folder " : "File ");
	str_addslice(item, cells[2]);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n; i++)
		if (read_watched(&s->lines[i], &item))
			check_found_add(found, str_slice(&item), NULL);
	str_free(&item);
}

static bool
is_watched(const struct section_lines *s, struct slice wanted)
{
	struct str item = {0};
	bool any = false;

	for (size_t i = 0; i < s->n && !any; i++)
		any = read_watched(&s->lines[i], &item) &&
		    slice_eq(str_slice(&item), wanted);
	str_free(&item);
	return any;
}

/* Is it "File PATH", or does it lie directly in "Folder PATH"? */
static bool
is_of(struct slice item, struct slice file)
{
	bool folder = slice_starts(item, "Folder ");
	size_t skip = folder ? 7 : 5;
	struct slice path = {item.s + skip, item.len - skip};

	if (item.len < skip || slice_eq(path, file))
		return item.len >= skip;
	return folder && file.len > path.len + 1 && file.s[path.len] == '/' &&
	    memcmp(file.s, path.s, path.len) == 0 &&
	    memchr(file.s + path.len + 1, '/', file.len - path.len - 1) == NULL;
}

/* "1465470055 TAB modify TAB /tmp/x TAB ...": the latest; NAN: none */
static double
latest(const struct check_context *c, struct slice *mode_r)
{
	const struct section_lines *s = c->sections[0];
	const struct check_value *mode = &c->params[P_MODE];
	double last = NAN;

	*mode_r = (struct slice){"", 0};
	for (size_t i = 0; i < s->n; i++) {
		struct slice cells[3];
		if (line_cells(&s->lines[i], cells, 3) < 3 ||
		    !is_of(c->item, cells[2]) ||
		    (mode->set && !slice_eq(mode->text, cells[1])))
			continue;
		double time = text_number(cells[0]);
		if (isfinite(time) && !(time < last)) {
			last = time;
			*mode_r = cells[1];
		}
	}
	return last;
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice mode;
	double kept, last = latest(c, &mode);

	/* The plugin says each operation once. */
	if (check_store_get(c->store, "last", &kept) && !(last > kept)) {
		last = kept;
		mode.len = 0;
	}
	if (isfinite(last))
		check_store_put(c->store, "last", c->now, last);
	if (!is_watched(s, c->item)) {
		check_say(out, CHECK_UNKNOWN, "It is not watched any more");
		return;
	}
	if (mode.len > 0)
		check_say(out, CHECK_OK, "Last operation: %.*s",
		    value_cut(mode, 60), mode.s);
	if (isfinite(last))
		value_say(c, out, &row, fmax(0, c->now - last), 0);
	else
		check_say(out, c->params[P_AGE].set ? CHECK_UNKNOWN : CHECK_OK,
		    "No operation seen yet");
	for (size_t i = 0; i < s->n; i++)
		if (slice_starts(s->lines[i].text, "warning"))
			check_say(out, CHECK_WARN, "%.*s",
			    value_cut(s->lines[i].text, 200),
			    s->lines[i].text.s);
}

const struct check check_inotify = {
    .name = "inotify",
    .title = "Files and folders watched with inotify",
    .manual =
	"When a file, or one directly within a folder, was last written, "
	"opened, deleted and so on, as the agent's plugin mk_inotify watches "
	"it. Nothing is judged without levels; WARN if the plugin warns.",
    .ruleset = "inotify",
    .description = "INotify %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
