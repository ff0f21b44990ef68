/* SPDX-License-Identifier: Apache-2.0
 *
 * Section filestats: "[[[file_stats NAME]]]" begins a group, a line is a
 * dictionary as Python writes it: {'type': 'file', 'path': '/x', 'size': 5,
 * 'age': 60, 'stat_status': 'ok'} or {'type': 'summary', 'count': 7}.
 */
#include "fetcher/sections/filestats.h"

#include "fetcher/sections/json.h"

#include <ctype.h>
#include <math.h>

/*
 * Appends a text of Python, of which `at` is the first character after the
 * quote, as one of JSON. Returns where it ends.
 */
static size_t
add_text(struct slice line, size_t at, char quote, struct str *to)
{
	str_addc(to, '"');
	for (; at < line.len && line.s[at] != quote; at++) {
		char c = line.s[at];
		if (c == '\\' && at + 1 < line.len) {
			char next = line.s[++at];
			if (next == '\'')
				str_addc(to, next);
			else if (strchr("\"\\nrt", next) != NULL)
				str_addf(to, "\\%c", next);
			else if (next == 'x' && at + 2 < line.len) {
				str_addf(to, "\\u00%.2s", line.s + at + 1);
				at += 2;
			}
		} else if (c == '"') {
			str_add(to, "\\\"");
		} else if ((unsigned char)c >= ' ') {
			str_addc(to, c);
		}
	}
	str_addc(to, '"');
	return at;
}

/* A dictionary of Python as JSON: other quotes, other words. */
static void
to_json(struct slice line, struct str *to)
{
	static const struct {
		const char *python, *json;
	} words[] = {{"None", "null"}, {"True", "true"}, {"False", "false"}};

	for (size_t i = 0; i < line.len; i++) {
		char c = line.s[i];
		struct slice rest = {line.s + i, line.len - i};
		size_t w = 0;
		if (c == 'u' && i + 1 < line.len &&
		    (line.s[i + 1] == '\'' || line.s[i + 1] == '"'))
			continue; /* u'text' of Python 2 */
		if (c == '\'' || c == '"') {
			i = add_text(line, i + 1, c, to);
			continue;
		}
		while (w < 3 && !slice_starts(rest, words[w].python))
			w++;
		if (w < 3) {
			str_add(to, words[w].json);
			i += strlen(words[w].python) - 1;
		} else if (c == 'L' && i > 0 &&
		    isdigit((unsigned char)line.s[i - 1])) {
			continue; /* 5L of Python 2 */
		} else {
			str_addc(to, c);
		}
	}
}

static int
take_line(struct split_lines *in, struct slice line, struct arena *arena,
    struct filestats_group *g, struct err *err_r)
{
	struct str text = {0};

	to_json(line, &text);
	json_t *doc = section_json(in, str_slice(&text), err_r);
	str_free(&text);
	if (doc == NULL)
		return -1;
	const char *type = json_string_value(json_object_get(doc, "type"));
	if (type != NULL && strcmp(type, "summary") == 0) {
		g->count = section_json_number(doc, "count", 0);
		g->has_count = true;
	} else if (type != NULL && strcmp(type, "file") == 0 &&
	    g->n < SECTION_MAX_ENTRIES) {
		ARENA_GROW(arena, g->files, g->n, g->cap);
		g->files[g->n++] = (struct filestats_file){
		    .path =
			section_json_text(arena, json_object_get(doc, "path")),
		    .status = section_json_text(
			arena, json_object_get(doc, "stat_status")),
		    .size = section_json_number(doc, "size", NAN),
		    .age = section_json_number(doc, "age", NAN)};
	}
	json_decref(doc);
	return 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_filestats *s = section;
	struct slice line, kind;

	while (split_line(in, &line)) {
		if (line.len > 6 && memcmp(line.s, "[[[", 3) == 0 &&
		    memcmp(line.s + line.len - 3, "]]]", 3) == 0) {
			struct slice name = {line.s + 3, line.len - 6};
			if (!slice_word(&name, &kind))
				continue;
			if (s->n == SECTION_MAX_ENTRIES)
				return section_bad(
				    in, err_r, "too many groups");
			ARENA_GROW(arena, s->groups, s->n, s->cap);
			s->groups[s->n++] =
			    (struct filestats_group){.name = slice_trim(name),
				.single = slice_eqs(kind, "single_file")};
		} else if (s->n == 0) {
			return section_bad(
			    in, err_r, "expected: [[[KIND NAME]]]");
		} else if (take_line(in, line, arena, &s->groups[s->n - 1],
			       err_r) != 0) {
			return -1;
		}
	}
	return 0;
}

const struct filestats_group *
section_filestats_find(
    const struct section_filestats *s, bool single, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->groups[i].single == single &&
		    slice_eq(s->groups[i].name, name))
			return &s->groups[i];
	return NULL;
}

const struct section_type section_filestats = {
    .names = {"filestats", NULL},
    .size = sizeof(struct section_filestats),
    .parse = parse,
};
