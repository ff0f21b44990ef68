/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML in lines of JSON; see yaml_lines.h. A third of the time that a large
 * configuration takes is libyaml's; jansson reads the same in a fifth of it.
 */
#include "common/config/yaml_lines.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_SLOTS   2048 /* a power of two */
#define CACHE_MAX_LEN 1024

struct yaml_lines_cache {
	struct {
		char *text;
		size_t len;
		json_t *value;
	} slots[CACHE_SLOTS];
};

struct lines {
	struct yaml_lines_cache *cache;
	struct yaml_places *places;
	json_t *root;
	json_t *list; /* "KEY:" was the last key; borrowed */
	uint32_t line;
};

/* What libyaml's way would refuse for its size is left to it. */
static json_t *
json_of(struct slice text)
{
	unsigned open = 0;

	if (text.len < 2 || (text.s[0] != '{' && text.s[0] != '['))
		return NULL;
	for (size_t i = 0; i < text.len; i++)
		open += text.s[i] == '{' || text.s[i] == '[';
	if (open > YAML_MAX_DEPTH - 2)
		return NULL;
	return json_loadb(text.s, text.len, JSON_REJECT_DUPLICATES, NULL);
}

static json_t *
element_of(struct yaml_lines_cache *cache, struct slice text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t at;
	json_t *value;

	if (cache == NULL || text.len > CACHE_MAX_LEN)
		return json_of(text);
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.s[i]) * UINT64_C(0x100000001b3);
	at = (h ^ h >> 32) & (CACHE_SLOTS - 1);
	if (cache->slots[at].len == text.len && text.len > 0 &&
	    memcmp(cache->slots[at].text, text.s, text.len) == 0)
		return json_incref(cache->slots[at].value);
	value = json_of(text);
	if (value == NULL)
		return NULL;
	free(cache->slots[at].text);
	json_decref(cache->slots[at].value);
	cache->slots[at].text = xstrndup(text.s, text.len);
	cache->slots[at].len = text.len;
	cache->slots[at].value = json_incref(value);
	return value;
}

static bool
take_element(struct lines *l, struct slice text)
{
	struct yaml_pos pos = {l->line, 3};
	json_t *value;

	if (l->list == NULL)
		return false;
	value = element_of(l->cache, (struct slice){text.s + 2, text.len - 2});
	if (value == NULL)
		return false;
	yaml_places_add(l->places,
	    yaml_place_index(l->list, json_array_size(l->list)),
	    (struct yaml_pos){0}, pos);
	json_array_append_new(l->list, value);
	return true;
}

static bool
take_key(struct lines *l, struct slice text)
{
	char key[32];
	size_t n = 0;
	json_t *value;

	while (n < text.len && n + 1 < sizeof(key) &&
	    (text.s[n] == '_' || (text.s[n] >= 'a' && text.s[n] <= 'z'))) {
		key[n] = text.s[n];
		n++;
	}
	key[n] = '\0';
	if (n == 0 || n == text.len || text.s[n] != ':' ||
	    json_object_get(l->root, key) != NULL)
		return false;
	if (n + 1 == text.len) {
		value = l->list = json_array();
	} else {
		if (text.s[n + 1] != ' ')
			return false;
		l->list = NULL;
		value =
		    json_of((struct slice){text.s + n + 2, text.len - n - 2});
	}
	if (value == NULL)
		return false;
	yaml_places_add(l->places, yaml_place_key(l->root, key),
	    (struct yaml_pos){l->line, 1},
	    (struct yaml_pos){l->line, (uint32_t)n + 3});
	json_object_set_new(l->root, key, value);
	return true;
}

/* "KEY:" without elements is null in YAML. */
static bool
no_empty_list(struct lines *l)
{
	return l->list == NULL || json_array_size(l->list) > 0;
}

static bool
take_line(struct lines *l, struct slice text)
{
	if (text.len == 0 || text.s[0] == '#')
		return true;
	if (text.len > 2 && text.s[0] == '-' && text.s[1] == ' ')
		return take_element(l, text);
	return no_empty_list(l) && take_key(l, text);
}

json_t *
yaml_lines_parse(struct slice text, struct yaml_lines_cache *cache,
    struct yaml_places *places)
{
	struct lines l = {
	    .cache = cache, .places = places, .root = json_object()};
	bool ok = true;

	while (ok && text.len > 0) {
		const char *end = memchr(text.s, '\n', text.len);
		size_t n = end == NULL ? text.len : (size_t)(end - text.s);

		l.line++;
		ok = take_line(&l, (struct slice){text.s, n});
		n += end != NULL;
		text = (struct slice){text.s + n, text.len - n};
	}
	if (ok && no_empty_list(&l) && json_object_size(l.root) > 0)
		return l.root;
	json_decref(l.root);
	yaml_places_free(places);
	return NULL;
}

struct yaml_lines_cache *
yaml_lines_cache_new(void)
{
	return xnew(struct yaml_lines_cache);
}

void
yaml_lines_cache_free(struct yaml_lines_cache **cache_r)
{
	struct yaml_lines_cache *cache = *cache_r;

	*cache_r = NULL;
	for (size_t i = 0; cache != NULL && i < CACHE_SLOTS; i++) {
		free(cache->slots[i].text);
		json_decref(cache->slots[i].value);
	}
	free(cache);
}
