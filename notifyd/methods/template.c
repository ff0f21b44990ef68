/* SPDX-License-Identifier: Apache-2.0
 *
 * Expansion of macros; see template.h.
 */
#include "notifyd/methods/template.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>
#include <stdlib.h>

#define MAX_DEPTH 16 /* of JSON */

/* --- escaping --------------------------------------------------------------
 */

static void
add_entity(struct str *to, char c, bool quotes)
{
	if (c == '&')
		str_add(to, "&amp;");
	else if (c == '<')
		str_add(to, "&lt;");
	else if (c == '>')
		str_add(to, "&gt;");
	else if (c == '"' && quotes)
		str_add(to, "&quot;");
	else if (c == '\'' && quotes)
		str_add(to, "&#39;");
	else
		str_addc(to, c);
}

static void
add_json(struct str *to, char c)
{
	if (c == '"' || c == '\\')
		str_addf(to, "\\%c", c);
	else if (c == '\n')
		str_add(to, "\\n");
	else if ((unsigned char)c < ' ')
		str_addf(to, "\\u%04x", (unsigned)c);
	else
		str_addc(to, c);
}

void
nd_template_escape(struct str *to, struct slice text, enum template_escape how)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.s[i];

		switch (how) {
		case TEMPLATE_PLAIN:
			str_addc(to, c);
			break;
		case TEMPLATE_HTML:
		case TEMPLATE_MARKUP:
			add_entity(to, c, how == TEMPLATE_HTML);
			break;
		case TEMPLATE_URL:
			if (((unsigned char)c < 0x80 &&
				isalnum((unsigned char)c)) ||
			    strchr("-._~", c) != NULL)
				str_addc(to, c);
			else
				str_addf(to, "%%%02X", (unsigned char)c);
			break;
		case TEMPLATE_JSON:
			add_json(to, c);
			break;
		case TEMPLATE_MARKDOWN:
			if (strchr("\\`*_[]()#~>|<", c) != NULL)
				str_addc(to, '\\');
			str_addc(to, c);
			break;
		}
	}
}

/* The first n characters of UTF-8. */
static struct slice
cut(struct slice text, int64_t n)
{
	size_t at = 0;

	while (at < text.len && n-- > 0) {
		at++;
		while (
		    at < text.len && ((unsigned char)text.s[at] & 0xc0) == 0x80)
			at++;
	}
	text.len = at;
	return text;
}

/* --- macros ----------------------------------------------------------------
 */

/* "cut: true" and the like are texts too. */
static void
add_value(struct str *to, const json_t *value)
{
	size_t i;
	json_t *item;

	if (json_is_string(value))
		str_add(to, json_string_value(value));
	else if (json_is_integer(value))
		str_addi(to, json_integer_value(value));
	else if (json_is_real(value))
		str_addf(to, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		str_add(to, json_is_true(value) ? "true" : "false");
	else
		json_array_foreach(value, i, item)
		{
			str_add(to, i > 0 ? " " : "");
			if (!json_is_array(item))
				add_value(to, item);
		}
}

static const json_t *
find_parameter(const json_t *params, struct slice name)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)params, key, value)
	{
		if (strlen(key) == name.len &&
		    strncasecmp(key, name.s, name.len) == 0)
			return value;
	}
	return NULL;
}

static bool
find_word(const struct template_world *w, struct slice name, struct slice *to)
{
	for (const struct template_word *word = w->words;
	     word != NULL && word->name != NULL; word++) {
		if (slice_eqs(name, word->name)) {
			*to = slice_of(word->value);
			return true;
		}
	}
	return false;
}

/* `held` owns what the value may point to. */
static struct slice
lookup(const struct template_world *w, struct slice name, struct str *held,
    bool *raw_r)
{
	static const char prefix[] = "PARAMETER_";
	size_t len = sizeof(prefix) - 1;
	struct slice value;
	char *key;

	if (find_word(w, name, &value)) {
		*raw_r = true;
		return value;
	}
	if (w->params != NULL && slice_starts(name, prefix)) {
		struct template_world flat = *w;
		struct str text = {0};

		flat.params = NULL;
		add_value(&text,
		    find_parameter(w->params,
			(struct slice){name.s + len, name.len - len}));
		nd_template_expand(held, str_get(&text), &flat);
		str_free(&text);
		*raw_r = true; /* its own macros were escaped */
		return str_slice(held);
	}
	key = slice_dup(name);
	value = slice_of(context_text(w->ctx, key));
	free(key);
	return value;
}

static bool
how_of(struct slice how, enum template_escape *escape_r)
{
	static const struct {
		const char *name;
		enum template_escape escape;
	} hows[] = {{"html", TEMPLATE_HTML}, {"url", TEMPLATE_URL},
	    {"json", TEMPLATE_JSON}, {"markup", TEMPLATE_MARKUP},
	    {"markdown", TEMPLATE_MARKDOWN}, {"plain", TEMPLATE_PLAIN}};

	for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
		if (slice_eqs(how, hows[i].name)) {
			*escape_r = hows[i].escape;
			return true;
		}
	}
	return false;
}

/* What stands between two dollars. */
static void
add_macro(struct str *to, struct slice macro, const struct template_world *w)
{
	struct str held = {0};
	enum template_escape escape = w->escape;
	struct slice name, how, value;
	bool raw = false;
	int64_t n;

	if (!slice_next(&macro, ':', &name))
		return;
	value = lookup(w, name, &held, &raw);
	if (raw)
		escape = TEMPLATE_PLAIN;
	while (slice_next(&macro, ':', &how)) {
		if (num_i64(how, &n))
			value = cut(value, n);
		else
			how_of(how, &escape);
	}
	nd_template_escape(to, value, escape);
	str_free(&held);
}

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == ':' || c == '.' ||
	    c == '-' || (unsigned char)c >= 0x80;
}

void
nd_template_expand(
    struct str *to, const char *text, const struct template_world *w)
{
	for (; *text != '\0' && to->len < TEMPLATE_MAX_BYTES; text++) {
		const char *end = text + 1;

		if (*text != '$') {
			str_addc(to, *text);
			continue;
		}
		while (*end != '\0' && is_name(*end))
			end++;
		if (*end != '$') { /* no macro */
			str_addc(to, '$');
			continue;
		}
		if (end == text + 1)
			str_addc(to, '$');
		else
			add_macro(to,
			    (struct slice){text + 1, (size_t)(end - text) - 1},
			    w);
		text = end;
	}
}

/* --- JSON ------------------------------------------------------------------
 */

static json_t *expand_value(
    const json_t *value, const struct template_world *w, int depth);

static json_t *
expand_text(const char *text, const struct template_world *w, int64_t max)
{
	struct str to = {0};
	struct slice all;
	json_t *value;

	nd_template_expand(&to, text, w);
	all = max < 0 ? str_slice(&to) : cut(str_slice(&to), max);
	value = json_stringn(all.len > 0 ? all.s : "", all.len);
	if (value == NULL) /* no UTF-8: cannot come from a context */
		value = json_string("");
	str_free(&to);
	return value;
}

static bool
is_empty(const json_t *value)
{
	return value == NULL ||
	    (json_is_string(value) && json_string_length(value) == 0) ||
	    (json_is_array(value) && json_array_size(value) == 0) ||
	    (json_is_object(value) && json_object_size(value) == 0);
}

/* Is the text a parameter alone that is a list or a mapping? */
static const json_t *
structured(const char *text, const struct template_world *w)
{
	static const char prefix[] = "$PARAMETER_";
	size_t n = strlen(text), len = sizeof(prefix) - 1;
	const json_t *value;

	if (n < len + 2 || strncmp(text, prefix, len) != 0 ||
	    strchr(text + 1, '$') != text + n - 1)
		return NULL;
	value =
	    find_parameter(w->params, (struct slice){text + len, n - len - 1});
	return json_is_object(value) || json_is_array(value) ? value : NULL;
}

/* KEY[<N][?] */
static void
add_member(json_t *to, const char *key, const json_t *value,
    const struct template_world *w, int depth)
{
	struct slice name = slice_of(key);
	bool optional = name.len > 1 && name.s[name.len - 1] == '?';
	int64_t max = -1;
	json_t *expanded;
	char *copy;

	name.len -= optional;
	for (size_t i = name.len; i-- > 1;) {
		if (name.s[i] != '<')
			continue;
		if (num_range((struct slice){name.s + i + 1, name.len - i - 1},
			1, TEMPLATE_MAX_BYTES, &max))
			name.len = i;
		break;
	}
	expanded = json_is_string(value) && max > 0
	    ? expand_text(json_string_value(value), w, max)
	    : expand_value(value, w, depth);
	if (expanded == NULL || (optional && is_empty(expanded))) {
		json_decref(expanded);
		return;
	}
	copy = slice_dup(name);
	json_object_set_new(to, copy, expanded);
	free(copy);
}

static json_t *
expand_object(const json_t *value, const struct template_world *w, int depth)
{
	const char *condition =
	    json_string_value(json_object_get(value, "$if"));
	json_t *to, *item;
	const char *key;

	if (condition != NULL) {
		json_t *held = expand_text(condition, w, -1);
		bool empty = is_empty(held) ||
		    strcmp(json_string_value(held), "false") == 0;

		json_decref(held);
		if (empty)
			return NULL;
	}
	to = json_object();
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (strcmp(key, "$with") == 0) {
			json_t *with = expand_value(item, w, depth + 1);

			if (json_is_object(with))
				json_object_update(to, with);
			json_decref(with);
		} else if (strcmp(key, "$if") != 0) {
			add_member(to, key, item, w, depth + 1);
		}
	}
	return to;
}

static json_t *
expand_value(const json_t *value, const struct template_world *w, int depth)
{
	struct template_world flat = *w;
	const json_t *inner = NULL;
	json_t *to, *item;
	size_t i;

	if (depth > MAX_DEPTH)
		return NULL;
	if (json_is_string(value)) {
		inner = structured(json_string_value(value), w);
		flat.params = NULL;
		return inner != NULL
		    ? expand_value(inner, &flat, depth + 1)
		    : expand_text(json_string_value(value), w, -1);
	}
	if (json_is_object(value))
		return expand_object(value, w, depth);
	if (!json_is_array(value))
		return json_deep_copy(value);
	to = json_array();
	json_array_foreach(value, i, item)
	{
		json_t *one = expand_value(item, w, depth + 1);

		if (one != NULL)
			json_array_append_new(to, one);
	}
	return to;
}

json_t *
nd_template_json(const json_t *value, const struct template_world *w)
{
	return expand_value(value, w, 0);
}
