/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: do all of their daemons run?
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_PARTIAL,
	P_STOPPED
};

static const struct check_param params[] = {
    {"partial_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if some of the daemons do not run"},
    {"stopped_state", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state if none of them runs"},
    {0}};

static const struct section_type section = SECTION_LINES("omd_status");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	for (size_t i = 0; i < s->n_blocks; i++)
		if (isfinite(lines_number(s, s->blocks[i], "OVERALL")))
			check_found_add(found, s->blocks[i], NULL);
}

/* "rrdcached 0": 0 runs, 1 is stopped; OVERALL 2: some of them. */
static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct str stopped = {0};
	size_t n = 0, running = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct slice cells[2];
		if (!slice_eq(s->lines[i].block, c->item) ||
		    line_cells(&s->lines[i], cells, 2) < 2 ||
		    slice_eqs(cells[0], "OVERALL"))
			continue;
		n++;
		if (slice_eqs(cells[1], "0")) {
			running++;
		} else if (stopped.len < 500) {
			str_add(&stopped, stopped.len > 0 ? ", " : "");
			str_addslice(&stopped, cells[0]);
		}
	}
	if (n == 0)
		value_lost(out);
	else if (running == n)
		check_say(out, CHECK_OK, "running");
	else if (running == 0)
		check_say(
		    out, (uint32_t)c->params[P_STOPPED].number, "stopped");
	else
		check_say(out, (uint32_t)c->params[P_PARTIAL].number,
		    "partially running, stopped services: %s",
		    str_get(&stopped));
	str_free(&stopped);
}

const struct check check_omd_status = {
    .name = "omd_status",
    .title = "OMD sites: status",
    .manual = "Do all daemons of an OMD or Checkmk site on this host run? CRIT "
	      "if not.",
    .ruleset = "omd_status",
    .description = "OMD %s status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
