/* SPDX-License-Identifier: Apache-2.0
 *
 * Section uptime: /proc/uptime, or one number from within a container.
 */
#include "fetcher/sections/uptime.h"

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_uptime *uptime = section;
	struct slice line;

	(void)arena;
	if (!split_line(in, &line) ||
	    !section_double(&line, &uptime->seconds) || uptime->seconds < 0)
		return section_bad(in, err_r, "expected seconds");
	return 0;
}

const struct section_type section_uptime = {
    .names = {"uptime", NULL},
    .size = sizeof(struct section_uptime),
    .parse = parse,
    .fallback = &section_snmp_uptime,
};
