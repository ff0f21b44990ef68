/* SPDX-License-Identifier: Apache-2.0
 *
 * MongoDB: does the server answer, and as what: "mode<TAB>Primary", or
 * "error<TAB>words".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <ctype.h>

static const struct section_type section = SECTION_LINES("mongodb_instance");

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[2];

	for (size_t i = 0; i < s->n; i++) {
		if (line_cells(&s->lines[i], cells, 2) < 2 || cells[0].len == 0)
			continue;
		if (slice_eqs(cells[0], "error"))
			check_say(out, CHECK_CRIT, "%.*s",
			    value_cut(cells[1], 300), cells[1].s);
		else
			check_say(out, CHECK_OK, "%c%.*s: %.*s",
			    toupper((unsigned char)cells[0].s[0]),
			    value_cut(cells[0], 40) - 1, cells[0].s + 1,
			    value_cut(cells[1], 200), cells[1].s);
	}
	if (out->summary.len == 0)
		check_say(out, CHECK_UNKNOWN, "The server said nothing");
}

const struct check check_mongodb_instance = {
    .name = "mongodb_instance",
    .title = "MongoDB: the server",
    .manual = "Does a MongoDB server answer, and as what: its mode, address, "
	      "version and process. CRIT with the words of the agent's plugin "
	      "if it could not ask.",
    .description = "MongoDB Instance",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
