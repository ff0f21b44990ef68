/* SPDX-License-Identifier: Apache-2.0
 *
 * Section docker_node_info: a line "@docker_version_info|{...}", then the JSON
 * of `docker info`.
 */
#include "fetcher/sections/docker_node_info.h"

#include "fetcher/sections/json.h"

static void
take(struct section_docker_node_info *s, struct arena *arena, const json_t *o)
{
	const struct {
		const char *key;
		double *value;
	} numbers[] = {{"Containers", &s->containers},
	    {"ContainersRunning", &s->running},
	    {"ContainersPaused", &s->paused},
	    {"ContainersStopped", &s->stopped}, {"Images", &s->images}};
	const json_t *unknown = json_object_get(o, "Unknown");

	s->has_containers =
	    s->has_containers || json_object_get(o, "Containers") != NULL;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const json_t *v = json_object_get(o, numbers[i].key);
		if (json_is_number(v))
			*numbers[i].value = json_number_value(v);
	}
	if (json_object_get(o, "Name") != NULL)
		s->name = section_json_text(arena, json_object_get(o, "Name"));
	if (json_object_get(o, "ServerVersion") != NULL)
		s->version = section_json_text(
		    arena, json_object_get(o, "ServerVersion"));
	if (unknown != NULL)
		s->error = section_json_text(arena, unknown);
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct slice line;

	while (split_line(in, &line)) {
		json_t *o;

		if (slice_starts(line, "@docker_version_info"))
			continue;
		if ((o = section_json(in, line, err_r)) == NULL)
			return -1;
		take(section, arena, o);
		json_decref(o);
	}
	return 0;
}

const struct section_type section_docker_node_info = {
    .names = {"docker_node_info", NULL},
    .size = sizeof(struct section_docker_node_info),
    .parse = parse,
};
