/* SPDX-License-Identifier: Apache-2.0
 *
 * Section labels: JSON objects, one a line: {"cmk/device_type": "vm"}.
 */
#include "fetcher/sections/labels.h"

#include <jansson.h>

static struct slice
copy(struct arena *arena, const char *s)
{
	size_t n = strlen(s);

	return (struct slice){memcpy(arena_alloc(arena, n + 1, 1), s, n), n};
}

static void
take(struct section_labels *s, struct arena *arena, const json_t *object)
{
	void *at = json_object_iter((json_t *)object);

	for (; at != NULL; at = json_object_iter_next((json_t *)object, at)) {
		const char *name = json_object_iter_key(at);
		const char *value =
		    json_string_value(json_object_iter_value(at));

		if (value == NULL || *name == '\0' ||
		    strchr(name, ':') != NULL || s->n == LABELS_MAX)
			continue;
		ARENA_GROW(arena, s->list, s->n, s->cap);
		s->list[s->n++] =
		    (struct host_label){copy(arena, name), copy(arena, value)};
	}
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct slice line;

	while (split_line(in, &line)) {
		json_error_t why;
		json_t *object = json_loadb(line.s, line.len, 0, &why);

		if (!json_is_object(object)) {
			json_decref(object);
			return section_bad(in, err_r,
			    "expected {\"name\": "
			    "\"value\"}");
		}
		take(section, arena, object);
		json_decref(object);
	}
	return 0;
}

const struct section_type section_labels = {
    .names = {"labels", NULL},
    .size = sizeof(struct section_labels),
    .parse = parse,
};
