/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections whose lines are JSON.
 */
#include "fetcher/sections/json.h"

json_t *
section_json(const struct split_lines *in, struct slice line, struct err *err_r)
{
	json_error_t why;
	json_t *doc = json_loadb(line.s, line.len, 0, &why);

	if (json_is_object(doc))
		return doc;
	section_bad(in, err_r, "expected a JSON object");
	json_decref(doc);
	return NULL;
}

struct slice
section_json_text(struct arena *arena, const json_t *value)
{
	const char *s = json_string_value(value);
	size_t n = s == NULL ? 0 : strlen(s);

	if (n == 0)
		return (struct slice){"", 0};
	return (struct slice){memcpy(arena_alloc(arena, n, 1), s, n), n};
}

double
section_json_number(const json_t *object, const char *key, double otherwise)
{
	const json_t *value = json_object_get(object, key);
	return json_is_number(value) ? json_number_value(value) : otherwise;
}
