/* SPDX-License-Identifier: Apache-2.0
 *
 * Proxmox: nodes of the cluster, as `pvecm nodes` tells.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("pvecm_nodes");

/* "1 1 pve1 (local)"; before Proxmox 4 "1 M 123 2014-08-01 10:00:00 pve1". */
static bool
read_node(const struct text_line *line, struct slice *name_r, char *state_r)
{
	struct slice cells[7];
	size_t n = line_cells(line, cells, 7);

	if (n < 3 || isnan(text_number(cells[0])))
		return false;
	*state_r = 'M';
	*name_r = cells[2];
	if (cells[1].len == 1 && strchr("MXSd", *cells[1].s) != NULL) {
		*state_r = *cells[1].s;
		*name_r = cells[n - 1];
	}
	return name_r->len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice name;
	char state;

	for (size_t i = 0; i < s->n; i++)
		if (read_node(&s->lines[i], &name, &state))
			check_found_add(found, name, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice name, cells[2];
	char state;

	for (size_t i = 0; i < s->n; i++) {
		if (!read_node(&s->lines[i], &name, &state) ||
		    !slice_eq(name, c->item))
			continue;
		if (state == 'M')
			check_say(
			    out, CHECK_OK, "Status: member of the cluster");
		else if (state == 'X')
			check_say(out, CHECK_WARN, "Status: not a member");
		else if (state == 'S')
			check_say(out, CHECK_CRIT, "Status: known but dead");
		else
			check_say(out, CHECK_CRIT, "Status: disallowed");
		line_cells(&s->lines[i], cells, 2);
		check_say(out, CHECK_OK, "ID: %.*s", value_cut(cells[0], 20),
		    cells[0].s);
		return;
	}
	check_say(out, CHECK_CRIT, "The node is gone");
}

const struct check check_pvecm_nodes = {
    .name = "pvecm_nodes",
    .title = "Proxmox: nodes of the cluster",
    .manual = "Is the node a member of the Proxmox VE cluster? CRIT if it is "
	      "gone or dead.",
    .description = "PVE Node %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
