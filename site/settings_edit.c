/* SPDX-License-Identifier: Apache-2.0
 *
 * Edits YAML by lines: goes down the block mappings as far as the key's path
 * leads, then replaces the lines of one entry or adds one. What came out is
 * parsed again and compared with what was meant; where that differs (odd
 * styles), the whole file is printed anew below its first comment.
 */
#include "site/settings_edit.h"

#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/config/yaml.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

/* Where the entry stands: its lines [from, to), from 0. */
struct region {
	size_t from, to;
	unsigned indent;
};

struct lines {
	struct slice *at; /* without LF */
	size_t n, cap;
};

static struct lines
split(struct slice text)
{
	struct lines lines = {0};
	struct slice line;

	while (slice_next(&text, '\n', &line)) {
		ARRAY_GROW(lines.at, lines.n, lines.cap);
		lines.at[lines.n++] = line;
	}
	return lines;
}

static size_t
indent_of(struct slice line)
{
	size_t n = 0;

	while (n < line.len && line.s[n] == ' ')
		n++;
	return n;
}

static bool
is_empty(struct slice line)
{
	struct slice t = slice_trim(line);

	return t.len == 0 || t.s[0] == '#';
}

/* Does the line go on with the entry that begins at column `indent`? */
static bool
goes_on(struct slice line, size_t indent)
{
	size_t n = indent_of(line);

	return n > indent || (n == indent && line.len > n && line.s[n] == '-');
}

/* The entry that begins on line `from`; blank lines behind it are not its. */
static struct region
region_at(const struct lines *lines, size_t from)
{
	struct region r = {
	    from, from + 1, (unsigned)indent_of(lines->at[from])};

	for (size_t i = from + 1; i < lines->n; i++) {
		if (is_empty(lines->at[i]))
			continue;
		if (!goes_on(lines->at[i], r.indent))
			break;
		r.to = i + 1;
	}
	return r;
}

/* "key: {flow}", indented; the rest of the path becomes mappings. */
static void
add_entry(struct str *out, unsigned indent, const char *path, json_t *value)
{
	const char *dot = strchr(path, '.');
	json_t *whole = json_incref(value);
	char *dump;

	if (dot != NULL) {
		json_decref(whole);
		whole = json_object();
		settings_doc_set(whole, dot + 1, json_incref(value));
	}
	dump = json_dumps(whole, JSON_ENCODE_ANY);
	str_addf(out, "%*s%.*s: %s\n", (int)indent, "",
	    dot != NULL ? (int)(dot - path) : (int)strlen(path), path, dump);
	free(dump);
	json_decref(whole);
}

static void
add_lines(struct str *out, const struct lines *lines, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < lines->n; i++) {
		str_addslice(out, lines->at[i]);
		str_addc(out, '\n');
	}
}

/* How far the block mappings of the text lead along the path. */
struct place {
	const char *rest;      /* of the path, from the entry's own key */
	const json_t *mapping; /* that has or gets the entry */
	struct region entry;   /* exists: its lines */
	bool exists;
	struct region parent; /* lines of the mapping; add behind them */
	unsigned indent;      /* of the mapping's keys */
};

/* The column of a mapping's keys, from its first one. */
static unsigned
keys_indent(const struct yaml_doc *doc, const json_t *mapping, unsigned other)
{
	const char *key = json_object_iter_key(
	    json_object_iter((json_t *)(uintptr_t)mapping));
	struct yaml_pos pos = {0, 0};

	if (key != NULL)
		pos = yaml_key_pos(doc, mapping, key);
	return pos.line != 0 ? pos.column - 1 : other;
}

static struct place
find(const struct yaml_doc *doc, const struct lines *lines, const char *path)
{
	struct place p = {.rest = path,
	    .mapping = yaml_root(doc),
	    .parent = {0, lines->n, 0}};

	for (;;) {
		const char *dot = strchr(p.rest, '.');
		char *key = dot != NULL
		    ? xstrndup(p.rest, (size_t)(dot - p.rest))
		    : xstrdup(p.rest);
		json_t *value = json_object_get(p.mapping, key);
		struct yaml_pos at = {0, 0}, of_value = {0, 0};

		p.indent = keys_indent(doc, p.mapping, p.indent);
		p.exists = value != NULL;
		if (p.exists) {
			at = yaml_key_pos(doc, p.mapping, key);
			of_value = yaml_value_pos(doc, p.mapping, key);
		}
		free(key);
		if (!p.exists || at.line == 0 || at.line > lines->n)
			return p;
		p.entry = region_at(lines, at.line - 1);
		/* Only block mappings with entries can be entered. */
		if (dot == NULL || !json_is_object(value) ||
		    json_object_size(value) == 0 || of_value.line == at.line)
			return p;
		p.parent = p.entry;
		p.mapping = value;
		p.rest = dot + 1;
	}
}

/* The new value of the entry at p.rest: the old one with the change in it. */
static json_t *
changed(const struct place *p, json_t *value)
{
	const char *dot = strchr(p->rest, '.');
	char *key;
	json_t *whole;

	if (dot == NULL || !p->exists)
		return json_incref(value);
	key = xstrndup(p->rest, (size_t)(dot - p->rest));
	whole = json_deep_copy(json_object_get(p->mapping, key));
	free(key);
	if (!json_is_object(whole)) {
		json_decref(whole);
		whole = json_object();
	}
	settings_doc_set(whole, dot + 1, json_incref(value));
	return whole;
}

static void
edit_lines(const struct yaml_doc *doc, struct slice text, const char *path,
    json_t *value, struct str *out)
{
	struct lines lines = split(text);
	struct place p = find(doc, &lines, path);
	json_t *whole = changed(&p, value);
	char *key =
	    p.exists ? xstrndup(p.rest, strcspn(p.rest, ".")) : xstrdup(p.rest);

	if (p.exists) {
		add_lines(out, &lines, 0, p.entry.from);
		add_entry(out, p.entry.indent, key, whole);
		add_lines(out, &lines, p.entry.to, lines.n);
	} else {
		add_lines(out, &lines, 0, p.parent.to);
		add_entry(out, p.indent, key, whole);
		add_lines(out, &lines, p.parent.to, lines.n);
	}
	free(key);
	json_decref(whole);
	free(lines.at);
}

/* Everything anew, below the comment that the file begins with. */
static void
print_anew(struct slice text, const json_t *meant, struct str *out)
{
	struct slice line;

	str_clear(out);
	while (slice_next(&text, '\n', &line) && is_empty(line)) {
		str_addslice(out, line);
		str_addc(out, '\n');
	}
	yaml_print(meant, 0, out);
}

/* Reads back what was written. Takes mistakes only where `m` is given. */
static bool
is_meant(const char *file, const struct str *out, const json_t *meant,
    struct mistakes *m)
{
	struct mistakes own = {0};
	struct yaml_doc *doc = yaml_parse(file, str_slice(out), &own);
	bool same = own.n_mistakes == 0 && json_equal(yaml_root(doc), meant);

	if (same && m != NULL)
		settings_check(doc, m);
	yaml_doc_free(&doc);
	mistakes_free(&own);
	return same;
}

int
settings_edit(const char *file, struct slice text, const char *key,
    json_t *value, struct str *out, struct mistakes *m)
{
	unsigned before = m->n_mistakes;
	struct yaml_doc *doc = yaml_parse(file, text, m);
	json_t *root = yaml_root(doc), *meant;

	if (m->n_mistakes == before)
		settings_check(doc, m);
	if (m->n_mistakes > before) {
		yaml_doc_free(&doc);
		return -1;
	}
	meant = json_is_object(root) ? json_deep_copy(root) : json_object();
	settings_doc_set(meant, key, json_incref(value));
	edit_lines(doc, text, key, value, out);
	if (!is_meant(file, out, meant, NULL))
		print_anew(text, meant, out);
	is_meant(file, out, meant, m);
	json_decref(meant);
	yaml_doc_free(&doc);
	return m->n_mistakes > before ? -1 : 0;
}
