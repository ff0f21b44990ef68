/* SPDX-License-Identifier: Apache-2.0
 *
 * Section podman_container_stats; see podman_stats.h.
 */
#include "fetcher/sections/podman_stats.h"

#include "fetcher/sections/json.h"

#include <math.h>

/* {"CPU": 42.2, "MemUsage": 45056, "MemLimit": 16483930112, ...} */
static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_podman_stats *s = section;
	struct slice line;

	(void)arena;
	s->cpu = NAN;
	while (split_line(in, &line)) {
		json_t *doc = section_json(in, line, err_r);

		if (doc == NULL)
			return -1;
		s->cpu = section_json_number(doc, "CPU", NAN);
		s->memory = section_json_number(doc, "MemUsage", NAN);
		s->limit = section_json_number(doc, "MemLimit", NAN);
		json_decref(doc);
	}
	if (isnan(s->cpu))
		return section_bad(in, err_r, "expected a CPU");
	return 0;
}

const struct section_type section_podman_stats = {
    .names = {"podman_container_stats", NULL},
    .size = sizeof(struct section_podman_stats),
    .parse = parse,
};
