/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and edits single keys of site.yaml; see settings_edit.h. An edit is
 * tried as a small change of the text, which is then parsed again: only a text
 * that means exactly what was asked for is taken. Where no small change does,
 * the document is written anew without its comments.
 */
#include "common/config/settings_edit.h"
#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/config/yaml_scalar.h"
#include "common/file.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the list of keys ----------------------------------------------------- */

static const char *
type_of(const struct schema *schema)
{
	static const char *const names[] = {
	    [SCHEMA_ANY] = "value",
	    [SCHEMA_TEXT] = "text",
	    [SCHEMA_NAME] = "name",
	    [SCHEMA_BOOL] = "true or false",
	    [SCHEMA_INT] = "number",
	    [SCHEMA_REAL] = "number",
	    [SCHEMA_DURATION] = "duration",
	    [SCHEMA_BYTES] = "size",
	    [SCHEMA_WORD] = "word",
	    [SCHEMA_REGEX] = "regular expression",
	    [SCHEMA_NETWORK] = "network",
	    [SCHEMA_LIST] = "list",
	    [SCHEMA_MAP] = "mapping",
	    [SCHEMA_TABLE] = "mapping",
	    [SCHEMA_EITHER] = "value",
	};

	return names[schema->kind];
}

static void
listener_info(const struct settings_listener_entry *l, unsigned key,
    struct settings_info *info)
{
	static const char *const keys[] = {"enabled", "address", "port"};
	static const char *const types[] = {
	    "true or false", "address or list", "number"};

	snprintf(
	    info->path, sizeof(info->path), "listen.%s.%s", l->name, keys[key]);
	info->type = types[key];
	info->help = l->help;
	if (key == 0)
		snprintf(info->def, sizeof(info->def), "%s",
		    l->enabled ? "true" : "false");
	else if (key == 1)
		snprintf(info->def, sizeof(info->def), "%s",
		    l->open ? "[0.0.0.0, '::']" : "[127.0.0.1, '::1']");
	else
		snprintf(info->def, sizeof(info->def), "%u", l->port);
}

bool
settings_info(size_t i, struct settings_info *info_r)
{
	const struct settings_entry *e = settings_entry(i);
	const struct settings_listener_entry *l;
	const struct schema *schema;
	size_t n = 0;

	while (settings_entry(n) != NULL)
		n++;
	if (e == NULL) {
		l = settings_listener_entry((i - n) / 3);
		if (l != NULL)
			listener_info(l, (unsigned)((i - n) % 3), info_r);
		return l != NULL;
	}
	schema = settings_schema_of(e->path);
	snprintf(info_r->path, sizeof(info_r->path), "%s", e->path);
	snprintf(info_r->def, sizeof(info_r->def), "%s", e->def);
	info_r->type = type_of(schema == NULL ? e->schema : schema);
	info_r->help = e->help;
	return true;
}

json_t *
settings_get(const struct settings *s, const char *path, struct err *err_r)
{
	json_t *value = settings_doc_get(s->doc, path);
	struct nearest near = {.word = path};
	struct settings_info info;
	struct str hint = {0};

	if (value != NULL)
		return value;
	for (size_t i = 0; settings_info(i, &info); i++) {
		/* Keeps a pointer: only the best one's text is needed. */
		struct nearest one = near;

		nearest_try(&one, info.path);
		if (one.best == info.path) {
			near.distance = one.distance;
			near.best = "";
			str_clear(&hint);
			nearest_hint(&one, &hint);
		}
	}
	err_set(err_r, "there is no key %s%s", path, str_get(&hint));
	str_free(&hint);
	return NULL;
}

/* --- small changes of the text -------------------------------------------- */

struct edit {
	const struct yaml_doc *doc;
	struct slice text;
	const json_t *wanted; /* the document as it is to be */
};

/* Offset of a line (from 1); the text's length beyond the last. */
static size_t
line_at(struct slice text, uint32_t line)
{
	size_t at = 0;

	for (; line > 1 && at < text.len; line--) {
		const char *end = memchr(text.s + at, '\n', text.len - at);

		at = end == NULL ? text.len : (size_t)(end - text.s) + 1;
	}
	return at;
}

static size_t
line_end(struct slice text, size_t at)
{
	const char *end =
	    at >= text.len ? NULL : memchr(text.s + at, '\n', text.len - at);

	return end == NULL ? text.len : (size_t)(end - text.s);
}

/* A value in flow style, on one line. */
static void
print_flow(const json_t *value, struct str *to)
{
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_object(value)) {
		str_addc(to, '{');
		json_object_foreach((json_t *)(uintptr_t)value, key, child)
		{
			str_add(to, to->s[to->len - 1] == '{' ? "" : ", ");
			yaml_print_string(key, to);
			str_add(to, ": ");
			print_flow(child, to);
		}
		str_addc(to, '}');
	} else if (json_is_array(value)) {
		str_addc(to, '[');
		json_array_foreach(value, i, child)
		{
			str_add(to, i == 0 ? "" : ", ");
			print_flow(child, to);
		}
		str_addc(to, ']');
	} else {
		struct str line = {0};

		yaml_print(value, 0, &line);
		str_addn(to, line.s, line.len - 1);
		str_free(&line);
	}
}

static bool
means(const struct edit *e, const struct str *text)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse(NULL, str_slice(text), &m);
	bool same = m.n_mistakes == 0 && json_equal(yaml_root(doc), e->wanted);

	yaml_doc_free(&doc);
	mistakes_free(&m);
	return same;
}

/* Splits "a.b.c" into parent "a.b" (NULL: the root) and key "c". */
static char *
parent_of(const char *path, const char **key_r)
{
	const char *dot = strrchr(path, '.');

	*key_r = dot == NULL ? path : dot + 1;
	return dot == NULL ? NULL : xstrndup(path, (size_t)(dot - path));
}

static json_t *
get(const json_t *root, const char *path)
{
	return path == NULL ? (json_t *)(uintptr_t)root
			    : settings_doc_get(root, path);
}

/* The present value is on one line and is replaced there. */
static bool
try_replace(const struct edit *e, const char *path, struct str *to)
{
	const char *key;
	char *parent = parent_of(path, &key);
	json_t *table = get(yaml_root(e->doc), parent);
	struct yaml_pos pos = {0, 0};
	size_t from, end, comment;

	if (json_object_get(table, key) != NULL)
		pos = yaml_value_pos(e->doc, table, key);
	free(parent);
	if (pos.line == 0)
		return false;
	from = line_at(e->text, pos.line);
	end = line_end(e->text, from);
	from += pos.column - 1;
	if (from > end)
		return false;
	/* Try every comment's start as the value's end, the line's end last. */
	for (comment = from; comment <= end; comment++) {
		size_t blanks = strspn(e->text.s + comment, " ");
		bool cut = comment == end ||
		    (blanks > 0 && e->text.s[comment + blanks] == '#');

		if (!cut)
			continue;
		str_clear(to);
		str_addn(to, e->text.s, from);
		print_flow(get(e->wanted, path), to);
		str_addn(to, e->text.s + comment, e->text.len - comment);
		if (means(e, to))
			return true;
	}
	return false;
}

/* A new key right below its parent's line, as deep as the first child. */
static bool
try_insert(const struct edit *e, const char *path, struct str *to)
{
	const char *key, *first = NULL;
	char *parent = parent_of(path, &key);
	json_t *table = get(yaml_root(e->doc), parent);
	struct yaml_pos pos = {0, 0};
	size_t at;

	free(parent);
	if (json_object_size(table) > 0)
		first = json_object_iter_key(json_object_iter(table));
	if (first == NULL || json_object_get(table, key) != NULL)
		return false;
	pos = yaml_key_pos(e->doc, table, first);
	if (pos.line == 0)
		return false;
	at = line_at(e->text, pos.line);
	str_clear(to);
	str_addn(to, e->text.s, at);
	for (uint32_t i = 1; i < pos.column; i++)
		str_addc(to, ' ');
	yaml_print_string(key, to);
	str_add(to, ": ");
	print_flow(get(e->wanted, path), to);
	str_addc(to, '\n');
	str_addn(to, e->text.s + at, e->text.len - at);
	return means(e, to);
}

/* A whole new branch at the end of the file. */
static bool
try_append(const struct edit *e, const char *path, struct str *to)
{
	char *top = xstrndup(path, strcspn(path, "."));
	json_t *branch;

	if (get(yaml_root(e->doc), top) != NULL) {
		free(top);
		return false;
	}
	branch = json_object();
	json_object_set(branch, top, get(e->wanted, top));
	str_clear(to);
	str_addslice(to, e->text);
	if (to->len > 0 && to->s[to->len - 1] != '\n')
		str_addc(to, '\n');
	yaml_print(branch, 0, to);
	json_decref(branch);
	free(top);
	return means(e, to);
}

static void
rewrite(const struct edit *e, struct str *to)
{
	str_clear(to);
	str_add(to, "# Written by `vedette config set`.\n");
	yaml_print(e->wanted, 0, to);
}

static void
change(const struct edit *e, const char *path, struct str *to)
{
	char *at = xstrdup(path), *dot;

	if (try_insert(e, path, to) || try_append(e, path, to)) {
		free(at);
		return;
	}
	/* The key's own line, else that of what holds it. */
	while (!try_replace(e, at, to) && !try_insert(e, at, to)) {
		dot = strrchr(at, '.');
		if (dot == NULL) {
			rewrite(e, to);
			break;
		}
		*dot = '\0';
	}
	free(at);
}

/* --- setting -------------------------------------------------------------- */

static bool
path_ok(const char *path)
{
	return path[0] != '\0' && path[0] != '.' &&
	    path[strlen(path) - 1] != '.' && strstr(path, "..") == NULL;
}

int
settings_edit(const char *file, struct slice text, const char *path,
    const char *value, struct str *to, struct str *mistakes)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse(file, text, &m);
	struct yaml_doc *fresh = yaml_parse("VALUE", slice_of(value), &m);
	struct yaml_doc *after = NULL;
	struct edit e = {.doc = doc, .text = text};
	json_t *wanted;

	if (!path_ok(path)) {
		struct mistake_place place = {NULL, 0, 0, path};

		mistake_add(&m, &place,
		    "expected a key such as notifications.smtp.host");
	}
	wanted = json_is_object(yaml_root(doc)) ? json_deep_copy(yaml_root(doc))
						: json_object();
	if (m.n_mistakes == 0) {
		settings_doc_set(wanted, path, json_incref(yaml_root(fresh)));
		e.wanted = wanted;
		change(&e, path, to);
		/* Lines of a text that is not written would mislead. */
		after = yaml_parse(NULL, str_slice(to), &m);
		settings_check(after, &m);
	}
	mistakes_print(&m, mistakes);
	json_decref(wanted);
	yaml_doc_free(&after);
	yaml_doc_free(&fresh);
	yaml_doc_free(&doc);
	if (m.n_mistakes > 0) {
		mistakes_free(&m);
		return -1;
	}
	mistakes_free(&m);
	return 0;
}

int
settings_set(
    const char *root, const char *path, const char *value, struct str *mistakes)
{
	char *file = xasprintf("%s/etc/vedette/site.yaml", root);
	struct str text = {0}, to = {0};
	struct err err;
	int rc = 0;

	if (file_exists(file))
		rc = file_read(file, YAML_MAX_BYTES, &text, &err);
	if (rc != 0) {
		str_addf(mistakes, "%s\n", err.text);
	} else {
		rc = settings_edit(
		    file, str_slice(&text), path, value, &to, mistakes);
		if (rc == 0 &&
		    file_write(file, str_slice(&to), 0640, &err) != 0) {
			str_addf(mistakes, "%s\n", err.text);
			rc = -1;
		}
	}
	str_free(&text);
	str_free(&to);
	free(file);
	return rc;
}
