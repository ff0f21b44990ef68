/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds and changes a host's name; see rename.h. Which keys hold names of
 * hosts is one table of ways through a document.
 */
#include "site/rename.h"

#include "common/config/mistakes.h"
#include "common/config/yaml.h"
#include "common/config/yaml_scalar.h"
#include "common/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

/*
 * Words of a way: "*" any key or index, "#" the keys themselves. What is
 * reached is a name, or a list of names.
 */
static const char *const ways[] = {
    "hosts.#",
    "hosts.*.parents",
    "hosts.*.cluster.nodes",
    "parents", /* of a folder */
    "cluster.nodes",
    "services.*.hosts",
    "rules.*.when.hosts",
    "rules.*.when.exclude_hosts",
    "conditions.*.hosts",
    "conditions.*.exclude_hosts",
    "notification_rules.*.when.hosts",
    "notification_rules.*.when.exclude_hosts",
    "contacts.*.notification_rules.*.when.hosts",
    "contacts.*.notification_rules.*.when.exclude_hosts",
    "event_rules.*.when.host",
    "event_rules.*.set.host",
    "event_rules.*.rules.*.when.host",
    "event_rules.*.rules.*.set.host",
    "sites.*.status_host.host",
};
/* And the rulesets whose values are names of hosts. */
static const char *const host_rulesets[] = {
    "host_parents", "clustered_services"};

struct place {
	struct yaml_pos pos;
	char *path;
};
struct finder {
	const struct yaml_doc *doc;
	const char *file, *old, *new;
	struct str path;
	struct place *items;
	size_t n, cap;
	json_t *notes;
};

/* --- finding -------------------------------------------------------------- */

static void
add_place(struct finder *f, struct yaml_pos pos)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].pos.line == pos.line &&
		    f->items[i].pos.column == pos.column)
			return;
	ARRAY_GROW(f->items, f->n, f->cap);
	f->items[f->n++] = (struct place){pos, xstrdup(str_get(&f->path))};
}

static bool
matches(const char *pattern, const char *name)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *re =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_ANCHORED | PCRE2_CASELESS, &code, &at, NULL);
	pcre2_match_data *md;
	bool hit;

	if (re == NULL)
		return false;
	md = pcre2_match_data_create_from_pattern(re, NULL);
	hit = pcre2_match(re, (PCRE2_SPTR)name, PCRE2_ZERO_TERMINATED, 0, 0, md,
		  NULL) >= 0;
	pcre2_match_data_free(md);
	pcre2_code_free(re);
	return hit;
}

/* A name, or an expression that needs a person's eye. */
static void
look_at_text(struct finder *f, const char *text, struct yaml_pos pos)
{
	if (strcmp(text, f->old) == 0) {
		add_place(f, pos);
	} else if (text[0] == '~' &&
	    matches(text + 1, f->old) != matches(text + 1, f->new)) {
		json_array_append_new(f->notes,
		    json_sprintf("%s:%u:%u: %s: \"%s\" matches %s and not %s",
			f->file, pos.line, pos.column, str_get(&f->path), text,
			matches(text + 1, f->old) ? f->old : f->new,
			matches(text + 1, f->old) ? f->new : f->old));
	}
}

static void
look_at_value(struct finder *f, const json_t *value, struct yaml_pos pos)
{
	size_t length = f->path.len, i;
	const json_t *one;

	if (json_is_string(value))
		look_at_text(f, json_string_value(value), pos);
	json_array_foreach(value, i, one)
	{
		path_add_index(&f->path, i);
		if (json_is_string(one))
			look_at_text(f, json_string_value(one),
			    yaml_index_pos(f->doc, value, i));
		f->path.len = length;
		f->path.s[length] = '\0';
	}
}

static void follow(
    struct finder *f, const json_t *at, struct yaml_pos pos, struct slice way);

static void
follow_each(
    struct finder *f, const json_t *at, struct slice rest, const char *wanted)
{
	size_t length = f->path.len, i;
	const char *key;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)at, key, one)
	{
		if (wanted != NULL && strcmp(key, wanted) != 0)
			continue;
		path_add_key(&f->path, key);
		follow(f, one, yaml_value_pos(f->doc, at, key), rest);
		f->path.len = length;
		f->path.s[length] = '\0';
	}
	for (i = 0; wanted == NULL && i < json_array_size(at); i++) {
		path_add_index(&f->path, i);
		follow(f, json_array_get(at, i), yaml_index_pos(f->doc, at, i),
		    rest);
		f->path.len = length;
		f->path.s[length] = '\0';
	}
}

static void
follow(
    struct finder *f, const json_t *at, struct yaml_pos pos, struct slice way)
{
	struct slice rest = way, word;
	char *key;

	if (!slice_next(&rest, '.', &word)) {
		look_at_value(f, at, pos);
		return;
	}
	if (slice_eqs(word, "#")) {
		if (json_object_get(at, f->old) != NULL) {
			path_add_key(&f->path, f->old);
			add_place(f, yaml_key_pos(f->doc, at, f->old));
		}
	} else if (slice_eqs(word, "*")) {
		follow_each(f, at, rest, NULL);
	} else {
		key = slice_dup(word);
		follow_each(f, at, rest, key);
		free(key);
	}
}

static void
follow_rulesets(struct finder *f, const json_t *root)
{
	const json_t *rules = json_object_get(root, "rules"), *rule;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		const char *name =
		    json_string_value(json_object_get(rule, "ruleset"));

		for (size_t k = 0; name != NULL && k < ARRAY_LEN(host_rulesets);
		     k++)
			if (strcmp(name, host_rulesets[k]) == 0) {
				str_clear(&f->path);
				str_addf(&f->path, "rules[%zu].value", i);
				look_at_value(f, json_object_get(rule, "value"),
				    yaml_value_pos(f->doc, rule, "value"));
			}
	}
}

/* Nodes of aggregations, and nodes below them. */
static void
follow_nodes(struct finder *f, const json_t *root)
{
	struct str way = {0};

	str_add(&way, "aggregations.*");
	for (unsigned depth = 2; depth < YAML_MAX_DEPTH; depth += 2) {
		size_t length;

		str_add(&way, ".nodes.*");
		length = way.len;
		str_add(&way, ".host");
		str_clear(&f->path);
		follow(f, root, yaml_root_pos(f->doc), str_slice(&way));
		way.len = length;
		way.s[length] = '\0';
	}
	str_free(&way);
}

static int
by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->pos.line != y->pos.line)
		return x->pos.line < y->pos.line ? -1 : 1;
	return (x->pos.column > y->pos.column) -
	    (x->pos.column < y->pos.column);
}

static void
find(struct finder *f)
{
	const json_t *root = yaml_root(f->doc);

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		str_clear(&f->path);
		follow(f, root, yaml_root_pos(f->doc), slice_of(ways[i]));
	}
	follow_rulesets(f, root);
	if (json_object_get(root, "aggregations") != NULL)
		follow_nodes(f, root);
	if (f->n > 1)
		qsort(f->items, f->n, sizeof(*f->items), by_place);
}

/* --- changing ------------------------------------------------------------- */

/* Bytes from the start of the text to a place; columns are characters. */
static bool
offset_of(struct slice text, struct yaml_pos pos, size_t *at_r)
{
	size_t at = 0;
	uint32_t column = 1;

	for (uint32_t line = 1; line < pos.line; line++) {
		const char *end = at < text.len
		    ? memchr(text.s + at, '\n', text.len - at)
		    : NULL;

		if (end == NULL)
			return false;
		at = (size_t)(end - text.s) + 1;
	}
	if (pos.line == 1 && text.len >= 3 &&
	    memcmp(text.s, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	for (; column < pos.column && at < text.len; column++) {
		at++;
		while (at < text.len && ((uint8_t)text.s[at] & 0xc0) == 0x80)
			at++;
	}
	*at_r = at;
	return pos.line > 0 && at < text.len;
}

/* Copies up to the name and writes the new one in the same quotes. */
static bool
replace(struct slice text, size_t at, const char *old, const char *new,
    size_t *done, struct str *to)
{
	char quote = text.s[at] == '"' || text.s[at] == '\'' ? text.s[at] : 0;
	size_t from = at + (quote != 0), n = strlen(old);

	if (from + n > text.len || memcmp(text.s + from, old, n) != 0)
		return false;
	if (quote != 0 && (from + n == text.len || text.s[from + n] != quote))
		return false;
	str_addn(to, text.s + *done, from - *done);
	if (quote != 0)
		str_add(to, new);
	else
		yaml_print_string(new, to);
	*done = from + n;
	return true;
}

static int
change(struct finder *f, struct capture_file *file, json_t *places,
    struct err *err_r)
{
	struct slice text = str_slice(&file->bytes);
	struct str fresh = {0};
	size_t done = 0, at;
	int rc = 0;

	for (size_t i = 0; i < f->n && rc == 0; i++) {
		const struct place *p = &f->items[i];

		if (!offset_of(text, p->pos, &at) ||
		    !replace(text, at, f->old, f->new, &done, &fresh)) {
			err_set(err_r,
			    "%s:%u:%u: %s: the name is written in a way that"
			    " only a person can change",
			    f->file, p->pos.line, p->pos.column, p->path);
			rc = -1;
			break;
		}
		json_array_append_new(places,
		    json_pack("{s:s, s:I, s:I, s:s}", "file", f->file, "line",
			(json_int_t)p->pos.line, "column",
			(json_int_t)p->pos.column, "path", p->path));
	}
	if (rc == 0 && f->n > 0) {
		str_addn(&fresh, text.s + done, text.len - done);
		capture_set(file, str_slice(&fresh));
	}
	str_free(&fresh);
	return rc;
}

/* --- files ---------------------------------------------------------------- */

/* It stands there, or in an expression, or written with escapes. */
static bool
may_name(const struct capture_file *file, const char *old)
{
	return file->bytes.len > 0 &&
	    (memmem(file->bytes.s, file->bytes.len, old, strlen(old)) != NULL ||
		memchr(file->bytes.s, '~', file->bytes.len) != NULL ||
		memchr(file->bytes.s, '\\', file->bytes.len) != NULL);
}

static int
do_file(struct capture_file *file, const char *old, const char *new,
    json_t *places, json_t *notes, struct err *err_r)
{
	struct finder f = {
	    .file = file->path, .old = old, .new = new, .notes = notes};
	struct mistakes m = {0};
	struct yaml_doc *doc;
	int rc = 0;

	if (strncmp(file->path, "etc/vedette/conf.d/", 19) != 0 ||
	    !may_name(file, old))
		return 0;
	doc = yaml_parse(file->path, str_slice(&file->bytes), &m);
	f.doc = doc;
	if (m.n_mistakes > 0) {
		err_set(err_r,
		    "%s cannot be read (\"vedette check-config\" says why)",
		    file->path);
		rc = -1;
	} else {
		find(&f);
		rc = change(&f, file, places, err_r);
	}
	for (size_t i = 0; i < f.n; i++)
		free(f.items[i].path);
	free(f.items);
	str_free(&f.path);
	yaml_doc_free(&doc);
	mistakes_free(&m);
	return rc;
}

static void
move_discovered(
    struct capture *files, const char *old, const char *new, json_t *places)
{
	char *from = xasprintf("var/vedette/discovered/%s.yaml", old);
	char *to = xasprintf("var/vedette/discovered/%s.yaml", new);
	struct capture_file *file = capture_find(files, from);

	if (file != NULL) {
		json_array_append_new(places,
		    json_pack("{s:s, s:i, s:i, s:s}", "file", from, "line", 0,
			"column", 0, "path", to));
		free(file->path);
		file->path = xstrdup(to);
		capture_sort(files);
	}
	free(from);
	free(to);
}

int
rename_host(struct capture *files, const char *old, const char *new,
    json_t *places, json_t *notes, struct err *err_r)
{
	int rc = 0;

	for (size_t i = 0; i < files->n && rc == 0; i++)
		rc = do_file(&files->files[i], old, new, places, notes, err_r);
	if (rc == 0)
		move_discovered(files, old, new, places);
	return rc;
}
