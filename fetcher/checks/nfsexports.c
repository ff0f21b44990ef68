/* SPDX-License-Identifier: Apache-2.0
 *
 * Exports of an NFS server.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = {
    .names = {"nfsexports", NULL},
    .size = sizeof(struct section_lines),
    .may_be_empty = true, /* exports are defined, showmount tells none */
    .parse = lines_parse,
};

/* "/srv/nfs 192.0.2.0/24" */
static bool
read_export(const struct text_line *line, struct slice *path_r)
{
	return line_cells(line, path_r, 1) == 1 && *path_r->s == '/';
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice path;

	for (size_t i = 0; i < s->n; i++)
		if (read_export(&s->lines[i], &path))
			check_found_add(found, path, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice path;

	for (size_t i = 0; i < s->n; i++)
		if (read_export(&s->lines[i], &path) &&
		    slice_eq(path, c->item)) {
			check_say(out, CHECK_OK, "Export is active");
			return;
		}
	check_say(out, CHECK_CRIT,
	    s->n == 0 ? "Exports are defined, but none is in the export list: "
			"do the daemons work?"
		      : "Export not found in export list");
}

const struct check check_nfsexports = {
    .name = "nfsexports",
    .title = "NFS exports",
    .manual = "Does the NFS server tell of this export (`showmount -e`)? CRIT "
	      "if not.",
    .description = "NFS export %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
