/* SPDX-License-Identifier: Apache-2.0
 *
 * A Livestatus answer for people; see query_print.h.
 */
#include "site/query_print.h"

#include "common/mem.h"
#include "site/term.h"

#include <jansson.h>
#include <stdlib.h>

#define HEADER_LEN 16 /* of fixed16 */

/* Lists and dicts as one text: "a, b", "k=v, k=v". */
static void
add_text(struct str *to, const json_t *value)
{
	const char *comma = "", *key;
	const json_t *item;
	json_t *of;
	char *text;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, item)
		{
			str_add(to, comma);
			add_text(to, item);
			comma = ", ";
		}
	} else if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, of)
		{
			str_addf(to, "%s%s=", comma, key);
			add_text(to, of);
			comma = ", ";
		}
	} else if (json_is_string(value)) {
		str_add(to, json_string_value(value));
	} else if (!json_is_null(value)) {
		text = json_dumps(value, JSON_ENCODE_ANY);
		str_add(to, text);
		free(text);
	}
}

/* A line of a table stays one. */
static json_t *
one_line(const json_t *value)
{
	struct str text = {0};
	json_t *made;

	if (json_is_number(value))
		return json_incref((json_t *)value);
	add_text(&text, value);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.s[i] < 0x20)
			text.s[i] = ' ';
	made = json_string(str_get(&text));
	str_free(&text);
	return made;
}

static json_t *
objects_of(const json_t *rows, const char *const *names, size_t n, bool as_json)
{
	json_t *all = json_array(), *object;
	const json_t *row, *value;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (i == 0)
			continue;
		object = json_object();
		for (size_t c = 0; c < n; c++) {
			value = json_array_get(row, c);
			json_object_set_new(object, names[c],
			    as_json ? json_incref((json_t *)value)
				    : one_line(value));
		}
		json_array_append_new(all, object);
	}
	return all;
}

int
query_print(struct slice answer, bool as_json, struct err *err_r)
{
	json_t *rows = NULL, *objects;
	const json_t *titles;
	const char **names;
	size_t n;

	if (answer.len <= HEADER_LEN || answer.s[0] != '2') {
		if (answer.len > HEADER_LEN) {
			answer.s += HEADER_LEN;
			answer.len -= HEADER_LEN;
		}
		answer = slice_trim(answer);
		err_set(err_r, "%.*s",
		    (int)(answer.len < 400 ? answer.len : 400),
		    answer.len == 0 ? "" : answer.s);
		return -1;
	}
	rows =
	    json_loadb(answer.s + HEADER_LEN, answer.len - HEADER_LEN, 0, NULL);
	titles = json_array_get(rows, 0);
	n = json_array_size(titles);
	if (n == 0) {
		err_set(err_r, "the answer cannot be read");
		json_decref(rows);
		return -1;
	}
	names = xcalloc(n, sizeof(*names));
	for (size_t c = 0; c < n; c++) {
		names[c] = json_string_value(json_array_get(titles, c));
		if (names[c] == NULL)
			names[c] = "";
	}
	objects = objects_of(rows, names, n, as_json);
	term_table(objects, names, n, as_json);
	json_decref(objects);
	json_decref(rows);
	free(names);
	return 0;
}
