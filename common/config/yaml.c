/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML to jansson values; see yaml.h. The only file that includes libyaml's
 * header. It takes libyaml's events and builds the values by itself: that
 * bounds depth and size, finds doubled keys, and keeps the places.
 */
#include "common/config/yaml.h"
#include "common/config/yaml_lines.h"
#include "common/config/yaml_places.h"
#include "common/config/yaml_scalar.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <yaml.h>

struct yaml_doc {
	char *file;
	json_t *root;
	struct yaml_pos root_pos;
	struct yaml_places places;
};

struct parse {
	struct yaml_doc *doc;
	struct mistakes *m;
	yaml_parser_t parser;
	/* The way to the present value: a key, or an index. */
	struct {
		const char *key;
		size_t index;
	} way[YAML_MAX_DEPTH + 1];
	unsigned depth, nodes;
	bool failed; /* the rest of the file is not read */
	/* Short texts that were seen lately: equal ones are kept once. */
	json_t *texts[64];
};

static struct yaml_pos
pos_of(yaml_mark_t mark)
{
	return (struct yaml_pos){
	    (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static void
mistake_at(struct parse *p, yaml_mark_t mark, const char *text)
{
	struct yaml_pos pos = pos_of(mark);
	struct str path = {0};
	struct mistake_place place = {p->doc->file, pos.line, pos.column, NULL};

	for (unsigned i = 1; i < p->depth; i++) {
		if (p->way[i].key != NULL)
			path_add_key(&path, p->way[i].key);
		else
			path_add_index(&path, p->way[i].index);
	}
	place.path = str_get(&path);
	mistake_add(p->m, &place, "%s", text);
	str_free(&path);
}

static void
fail_at(struct parse *p, yaml_mark_t mark, const char *text)
{
	if (!p->failed)
		mistake_at(p, mark, text);
	p->failed = true;
}

/* What to do about what libyaml says: parts of its text. */
static const struct {
	const char *problem, *hint;
} hints[] = {
    {"tab character", "indent with blanks, not with tabs"},
    {"cannot start any token", "put the text in quotes"},
    {"mapping values are not allowed",
	"a text with \": \" in it needs quotes; else look at the indentation"},
    {"did not find expected key",
	"begin the line in the same column as its neighbours above"},
    {"did not find expected '-' indicator",
	"begin the line in the same column as its neighbours above"},
    {"could not find expected ':'", "is a colon missing after the key?"},
    {"did not find expected ',' or", "a bracket is not closed"},
    {"unexpected end of stream", "a quotation mark is not closed"},
    {"did not find expected <document start>",
	"is there text behind the end of the value?"},
};

/* The reason, with where the thing began that it is about, and the way out. */
static void
add_problem(const yaml_parser_t *parser, struct str *text)
{
	const char *problem =
	    parser->problem == NULL ? "unreadable" : parser->problem;

	str_addf(text, "not valid YAML: %s", problem);
	if (parser->context != NULL) {
		str_addf(text, " %s", parser->context);
		if (parser->context_mark.line < parser->problem_mark.line)
			str_addf(text, " that begins in line %zu",
			    parser->context_mark.line + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		if (strstr(problem, hints[i].problem) == NULL)
			continue;
		str_addf(text, " (%s)", hints[i].hint);
		return;
	}
}

static bool
next_event(struct parse *p, yaml_event_t *event)
{
	struct str text = {0};
	yaml_mark_t mark;

	if (p->failed)
		return false;
	if (yaml_parser_parse(&p->parser, event))
		return true;
	mark = p->parser.problem_mark;
	if (mark.line == 0 && mark.column == 0 && p->parser.mark.line > 0)
		mark = p->parser.mark;
	add_problem(&p->parser, &text);
	fail_at(p, mark, str_get(&text));
	str_free(&text);
	return false;
}

static json_t *parse_value(struct parse *p, yaml_event_t *event);

static bool
tag_ok(const yaml_char_t *tag)
{
	return tag == NULL || strcmp((const char *)tag, YAML_STR_TAG) == 0;
}

/* Files that machines write name the same checks a thousand times. */
static json_t *
shared_text(struct parse *p, struct slice text)
{
	uint32_t h = 2166136261u;
	json_t **slot;

	if (text.len > 32)
		return json_stringn(text.s, text.len);
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.s[i]) * 16777619u;
	slot = &p->texts[h % ARRAY_LEN(p->texts)];
	if (*slot == NULL || json_string_length(*slot) != text.len ||
	    memcmp(json_string_value(*slot), text.s, text.len) != 0) {
		json_decref(*slot);
		*slot = json_stringn(text.s, text.len);
	}
	return json_incref(*slot);
}

static json_t *
parse_scalar(struct parse *p, const yaml_event_t *event)
{
	struct slice text = {
	    (const char *)event->data.scalar.value, event->data.scalar.length};
	bool quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
	    event->data.scalar.tag != NULL;
	json_t *value;

	if (event->data.scalar.anchor != NULL ||
	    !tag_ok(event->data.scalar.tag)) {
		mistake_at(
		    p, event->start_mark, "anchors and tags are not supported");
		return json_null();
	}
	value = quoted ? shared_text(p, text) : yaml_plain_scalar(text);
	if (!quoted && json_is_string(value)) {
		json_decref(value);
		value = shared_text(p, text);
	}
	if (value == NULL || memchr(text.s, '\0', text.len) != NULL) {
		mistake_at(p, event->start_mark,
		    "expected a text of UTF-8 without NUL bytes");
		json_decref(value);
		return json_null();
	}
	return value;
}

static json_t *
parse_sequence(struct parse *p)
{
	json_t *array = json_array();
	yaml_event_t event;

	while (next_event(p, &event)) {
		size_t index = json_array_size(array);

		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			break;
		}
		p->way[p->depth].key = NULL;
		p->way[p->depth].index = index;
		yaml_places_add(&p->doc->places, yaml_place_index(array, index),
		    (struct yaml_pos){0}, pos_of(event.start_mark));
		json_array_append_new(array, parse_value(p, &event));
	}
	return array;
}

/* The key in `event`, or NULL with a mistake. */
static char *
take_key(struct parse *p, const yaml_event_t *event, const json_t *object)
{
	const char *key = (const char *)event->data.scalar.value;

	if (event->type != YAML_SCALAR_EVENT) {
		fail_at(p, event->start_mark, "expected a text as key");
		return NULL;
	}
	if (strlen(key) != event->data.scalar.length ||
	    event->data.scalar.anchor != NULL ||
	    !tag_ok(event->data.scalar.tag)) {
		fail_at(p, event->start_mark,
		    "expected a plain key without anchor, tag or NUL");
		return NULL;
	}
	if (event->data.scalar.length > YAML_MAX_KEY) {
		fail_at(p, event->start_mark, "the key is too long");
		return NULL;
	}
	if (strcmp(key, "<<") == 0 &&
	    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		fail_at(p, event->start_mark, "merge keys are not supported");
		return NULL;
	}
	if (json_object_get(object, key) != NULL) {
		struct str text = {0};
		struct yaml_pos first = yaml_key_pos(p->doc, object, key);

		str_addf(&text, "the key %s is there twice, first in line %u",
		    key, first.line);
		mistake_at(p, event->start_mark, str_get(&text));
		str_free(&text);
	}
	return xstrdup(key);
}

static json_t *
parse_mapping(struct parse *p)
{
	json_t *object = json_object();
	yaml_event_t event;

	while (next_event(p, &event)) {
		struct yaml_pos key_pos = pos_of(event.start_mark);
		bool end = event.type == YAML_MAPPING_END_EVENT;
		char *key = end ? NULL : take_key(p, &event, object);

		yaml_event_delete(&event);
		if (key == NULL)
			break;
		p->way[p->depth].key = key;
		if (next_event(p, &event)) {
			yaml_places_add(&p->doc->places,
			    yaml_place_key(object, key), key_pos,
			    pos_of(event.start_mark));
			if (json_object_set_new(
				object, key, parse_value(p, &event)) != 0)
				p->failed = true;
		}
		free(key);
	}
	return object;
}

/* Takes over the event. Never NULL. */
static json_t *
parse_value(struct parse *p, yaml_event_t *event)
{
	json_t *value = NULL;
	bool anchored = false;

	if (++p->nodes > YAML_MAX_NODES)
		fail_at(p, event->start_mark, "too many values in one file");
	else if (p->depth >= YAML_MAX_DEPTH)
		fail_at(p, event->start_mark, "nested too deeply");
	p->depth++;
	if (p->failed) {
		;
	} else if (event->type == YAML_SCALAR_EVENT) {
		value = parse_scalar(p, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchored = event->data.sequence_start.anchor != NULL ||
		    event->data.sequence_start.tag != NULL;
		value = parse_sequence(p);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchored = event->data.mapping_start.anchor != NULL ||
		    event->data.mapping_start.tag != NULL;
		value = parse_mapping(p);
	} else {
		fail_at(p, event->start_mark, "aliases are not supported");
	}
	if (anchored)
		mistake_at(
		    p, event->start_mark, "anchors and tags are not supported");
	p->depth--;
	yaml_event_delete(event);
	return value == NULL ? json_null() : value;
}

static void
parse_stream(struct parse *p)
{
	bool have_document = false;
	yaml_event_t event;

	while (next_event(p, &event)) {
		yaml_event_type_t type = event.type;

		if (type == YAML_DOCUMENT_START_EVENT && have_document)
			fail_at(p, event.start_mark,
			    "expected one document in the file");
		have_document |= type == YAML_DOCUMENT_START_EVENT;
		if (type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT ||
		    type == YAML_SEQUENCE_START_EVENT ||
		    type == YAML_MAPPING_START_EVENT) {
			p->doc->root_pos = pos_of(event.start_mark);
			json_decref(p->doc->root);
			p->doc->root = parse_value(p, &event);
		} else {
			yaml_event_delete(&event);
		}
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
}

/*
 * JSON may hold what libyaml does not take: surrogate pairs in escapes. Such
 * a file is read by jansson, without places.
 */
static bool
parse_json(struct yaml_doc *doc, struct slice text)
{
	struct slice trimmed = slice_trim(text);
	json_t *root;

	if (trimmed.len == 0 || (trimmed.s[0] != '{' && trimmed.s[0] != '['))
		return false;
	root = json_loadb(trimmed.s, trimmed.len, JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL)
		return false;
	json_decref(doc->root);
	doc->root = root;
	yaml_places_free(&doc->places);
	return true;
}

static struct yaml_doc *
new_doc(const char *file)
{
	struct yaml_doc *doc = xnew(struct yaml_doc);

	doc->file = file == NULL ? NULL : xstrdup(file);
	doc->root = json_null();
	doc->root_pos = (struct yaml_pos){1, 1};
	return doc;
}

struct yaml_doc *
yaml_parse(const char *file, struct slice text, struct mistakes *m)
{
	struct yaml_doc *doc = new_doc(file);
	struct mistakes found = {0};
	struct parse p = {.doc = doc, .m = m};

	if (text.len > YAML_MAX_BYTES) {
		struct mistake_place place = {file, 1, 1, NULL};

		mistake_add(m, &place, "larger than %u bytes", YAML_MAX_BYTES);
		return doc;
	}
	must(yaml_parser_initialize(&p.parser));
	yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &p.parser, (const unsigned char *)text.s, text.len);
	p.m = &found;
	parse_stream(&p);
	yaml_parser_delete(&p.parser);
	for (size_t i = 0; i < ARRAY_LEN(p.texts); i++)
		json_decref(p.texts[i]);
	yaml_places_seal(&p.doc->places);
	if (found.n_mistakes > 0 && !(p.failed && parse_json(doc, text)))
		mistakes_move(m, &found);
	mistakes_free(&found);
	return doc;
}

static struct yaml_doc *
parse_lines(const char *path, struct slice text, struct yaml_lines_cache *cache)
{
	struct yaml_places places = {0};
	json_t *root = yaml_lines_parse(text, cache, &places);
	struct yaml_doc *doc;

	if (root == NULL)
		return NULL;
	doc = new_doc(path);
	json_decref(doc->root);
	doc->root = root;
	doc->places = places;
	yaml_places_seal(&doc->places);
	return doc;
}

static struct yaml_doc *
read_doc(const char *path, bool lines, struct yaml_lines_cache *cache,
    struct mistakes *m)
{
	struct str text = {0};
	struct yaml_doc *doc = NULL;
	struct err err;

	if (file_read(path, YAML_MAX_BYTES, &text, &err) != 0) {
		struct mistake_place place = {NULL, 0, 0, NULL};

		mistake_add(m, &place, "%s", err.text);
		doc = new_doc(path);
	} else if (lines) {
		doc = parse_lines(path, str_slice(&text), cache);
	}
	if (doc == NULL)
		doc = yaml_parse(path, str_slice(&text), m);
	str_free(&text);
	return doc;
}

struct yaml_doc *
yaml_read(const char *path, struct mistakes *m)
{
	return read_doc(path, false, NULL, m);
}

struct yaml_doc *
yaml_read_lines(
    const char *path, struct yaml_lines_cache *cache, struct mistakes *m)
{
	return read_doc(path, true, cache, m);
}

struct yaml_doc *
yaml_from_json(const char *file, json_t *root)
{
	struct yaml_doc *doc = new_doc(file);

	doc->root = json_incref(root);
	doc->root_pos = (struct yaml_pos){0};
	return doc;
}

void
yaml_doc_free(struct yaml_doc **doc_r)
{
	struct yaml_doc *doc = *doc_r;

	*doc_r = NULL;
	if (doc == NULL)
		return;
	json_decref(doc->root);
	yaml_places_free(&doc->places);
	free(doc->file);
	free(doc);
}

json_t *
yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

const char *
yaml_file(const struct yaml_doc *doc)
{
	return doc->file;
}

struct yaml_pos
yaml_key_pos(const struct yaml_doc *doc, const json_t *object, const char *key)
{
	return yaml_places_find(
	    &doc->places, yaml_place_key(object, key), true);
}

struct yaml_pos
yaml_value_pos(
    const struct yaml_doc *doc, const json_t *object, const char *key)
{
	return yaml_places_find(
	    &doc->places, yaml_place_key(object, key), false);
}

struct yaml_pos
yaml_index_pos(const struct yaml_doc *doc, const json_t *array, size_t index)
{
	return yaml_places_find(
	    &doc->places, yaml_place_index(array, index), false);
}

struct yaml_pos
yaml_root_pos(const struct yaml_doc *doc)
{
	return doc->root_pos;
}
