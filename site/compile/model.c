/* SPDX-License-Identifier: Apache-2.0
 *
 * What every stage of the compiler uses: places of messages, kept values.
 */
#include "site/compile/model.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

struct place
place_of(const struct source *src, const char *key)
{
	struct place p = {.src = src};

	return place_key(p, key);
}

struct place
place_key(struct place p, const char *key)
{
	must(p.n < PLACE_MAX);
	p.steps[p.n].key = key;
	p.steps[p.n++].index = 0;
	return p;
}

struct place
place_index(struct place p, size_t index)
{
	must(p.n < PLACE_MAX);
	p.steps[p.n].key = NULL;
	p.steps[p.n++].index = index;
	return p;
}

/* The way to a place; `ways` is the caller's memory. Its end is returned. */
static const struct schema_way *
way_to(const struct place *at, struct schema_way ways[PLACE_MAX],
    const struct yaml_doc **doc_r, json_t **value_r)
{
	const struct schema_way *up = NULL;
	json_t *value = NULL;

	*doc_r = NULL;
	if (at->src != NULL) {
		up = at->src->way;
		*doc_r = at->src->doc;
		value = at->src->root;
	}
	for (unsigned i = 0; i < at->n; i++) {
		ways[i] = (struct schema_way){
		    up, value, at->steps[i].key, at->steps[i].index};
		value = at->steps[i].key != NULL
		    ? json_object_get(value, at->steps[i].key)
		    : json_array_get(value, at->steps[i].index);
		up = &ways[i];
	}
	*value_r = value;
	return up;
}

void
model_check(struct model *m, const struct schema *schema, struct place at)
{
	struct schema_way ways[PLACE_MAX];
	const struct schema_way *way;
	const struct yaml_doc *doc;
	json_t *value;

	way = way_to(&at, ways, &doc, &value);
	if (value != NULL)
		schema_check(schema, doc, way, value, m->m);
}

enum tone {
	MISTAKE,
	MISTAKE_KEY,
	WARNING
};

static void
tell(struct model *m, const struct place *at, enum tone tone, const char *fmt,
    va_list ap)
{
	struct schema_way ways[PLACE_MAX];
	const struct schema_way *way;
	const struct yaml_doc *doc;
	struct str text = {0};
	json_t *value;

	way = way_to(at, ways, &doc, &value);
	str_vaddf(&text, fmt, ap);
	if (tone == MISTAKE)
		schema_mistake(m->m, doc, way, "%s", str_get(&text));
	else if (tone == MISTAKE_KEY)
		schema_mistake_key(m->m, doc, way, "%s", str_get(&text));
	else
		schema_warn(m->m, doc, way, "%s", str_get(&text));
	str_free(&text);
}

void
model_mistake(struct model *m, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(m, &at, MISTAKE, fmt, ap);
	va_end(ap);
}

void
model_mistake_key(struct model *m, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(m, &at, MISTAKE_KEY, fmt, ap);
	va_end(ap);
}

/* The number of warnings of this kind before, which is counted up. */
static unsigned
count_warning(struct model *m, const char *fmt)
{
	for (size_t i = 0; i < ARRAY_LEN(m->warned); i++) {
		if (m->warned[i].fmt == NULL)
			m->warned[i].fmt = fmt;
		if (m->warned[i].fmt == fmt)
			return m->warned[i].n++;
	}
	return 0;
}

void
model_warn_rest(struct model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(m->warned); i++) {
		const char *fmt = m->warned[i].fmt;
		unsigned n = m->warned[i].n;

		if (n > MODEL_MAX_WARNINGS)
			schema_warn(m->m, NULL, NULL,
			    "%u more warnings like: %.*s ...",
			    n - MODEL_MAX_WARNINGS, (int)strcspn(fmt, "%"),
			    fmt);
	}
}

void
model_warn(struct model *m, struct place at, const char *fmt, ...)
{
	va_list ap;

	if (count_warning(m, fmt) >= MODEL_MAX_WARNINGS)
		return;
	va_start(ap, fmt);
	tell(m, &at, WARNING, fmt, ap);
	va_end(ap);
}

void
model_where(const struct model *m, struct place at, struct str *to)
{
	const char *file = at.src == NULL || at.src->doc == NULL
	    ? NULL
	    : yaml_file(at.src->doc);
	size_t n = m->root == NULL ? 0 : strlen(m->root);
	struct yaml_pos pos = {0};
	const json_t *value;

	if (file == NULL)
		return;
	value = at.src->root;
	for (unsigned i = 0; i < at.n; i++) {
		const char *key = at.steps[i].key;

		pos = key != NULL
		    ? yaml_key_pos(at.src->doc, value, key)
		    : yaml_index_pos(at.src->doc, value, at.steps[i].index);
		value = key != NULL ? json_object_get(value, key)
				    : json_array_get(value, at.steps[i].index);
	}
	if (n > 0 && strncmp(file, m->root, n) == 0 && file[n] == '/')
		file += n + 1;
	str_add(to, file);
	if (pos.line > 0)
		str_addf(to, ":%u", pos.line);
}

json_t *
model_keep(struct model *m, json_t *value)
{
	json_array_append_new(m->keep, value);
	return value;
}

snap_str
model_json(struct model *m, const json_t *value)
{
	snap_str off;
	char *text;

	if (value == NULL || json_is_null(value))
		return 0;
	text = json_dumps(value,
	    JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS |
		JSON_REAL_PRECISION(15));
	must(text != NULL);
	off = snapb_str(m->snap, text);
	free(text);
	return off;
}
