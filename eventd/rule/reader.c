/* SPDX-License-Identifier: Apache-2.0
 *
 * Typed access to configuration objects; see reader.h.
 */
#include "eventd/rule/reader.h"

#include "common/mem.h"
#include "common/num.h"
#include "eventd/rule/compile.h"

#include <stdio.h>
#include <stdlib.h>

void
strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strings){0};
}

void
strings_add(struct strings *s, struct slice value)
{
	s->v = xreallocarray(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = slice_dup(value);
}

void
strings_copy(struct strings *to, const struct strings *from)
{
	strings_free(to);
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, slice_of(from->v[i]));
}

bool
strings_has(const struct strings *s, const char *value)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->v[i], value) == 0)
			return true;
	}
	return false;
}

void
reader_mistake(struct reader *r, const char *key, const char *fmt, ...)
{
	va_list ap;

	r->bad = true;
	str_add(r->mistakes, r->path);
	if (key != NULL)
		str_addf(r->mistakes, ".%s", key);
	str_add(r->mistakes, ": ");
	va_start(ap, fmt);
	str_vaddf(r->mistakes, fmt, ap);
	va_end(ap);
	str_addc(r->mistakes, '\n');
}

void
reader_init(struct reader *r, const json_t *object, struct str *mistakes,
    const char *path_fmt, ...)
{
	va_list ap;

	*r = (struct reader){.mistakes = mistakes};
	va_start(ap, path_fmt);
	vsnprintf(r->path, sizeof(r->path), path_fmt, ap);
	va_end(ap);
	if (object == NULL || json_is_object(object))
		r->object = object;
	else
		reader_mistake(r, NULL, "an object is expected");
}

const json_t *
reader_get(struct reader *r, const char *key)
{
	const json_t *v = json_object_get(r->object, key);

	if (r->n_seen < ARRAY_LEN(r->seen))
		r->seen[r->n_seen++] = key;
	return json_is_null(v) ? NULL : v;
}

void
reader_sub(struct reader *r, struct reader *parent, const char *key)
{
	reader_init(r, reader_get(parent, key), parent->mistakes, "%s.%s",
	    parent->path, key);
	parent->bad |= r->bad;
}

void
reader_end(struct reader *r)
{
	const char *key;
	json_t *value;

	if (r->object == NULL)
		return;
	json_object_foreach((json_t *)r->object, key, value)
	{
		size_t i = 0;

		while (i < r->n_seen && strcmp(r->seen[i], key) != 0)
			i++;
		if (i == r->n_seen)
			reader_mistake(r, key, "an unknown key");
	}
}

bool
reader_bool(struct reader *r, const char *key, bool absent)
{
	const json_t *v = reader_get(r, key);

	if (v != NULL && !json_is_boolean(v))
		reader_mistake(r, key, "true or false is expected");
	return json_is_boolean(v) ? json_is_true(v) : absent;
}

const char *
reader_string(struct reader *r, const char *key)
{
	const json_t *v = reader_get(r, key);

	if (v != NULL && !json_is_string(v))
		reader_mistake(r, key, "a text is expected");
	return json_string_value(v);
}

int64_t
reader_int(
    struct reader *r, const char *key, int64_t min, int64_t max, int64_t absent)
{
	const json_t *v = reader_get(r, key);
	int64_t n = json_integer_value(v);

	if (v == NULL)
		return absent;
	if (!json_is_integer(v) || n < min || n > max) {
		reader_mistake(r, key, "a number from %lld to %lld is expected",
		    (long long)min, (long long)max);
		return absent;
	}
	return n;
}

int64_t
reader_duration(
    struct reader *r, const char *key, int64_t min_us, int64_t absent)
{
	const json_t *v = reader_get(r, key);
	int64_t ms = -1;

	if (v == NULL)
		return absent;
	if (json_is_number(v) && json_number_value(v) >= 0 &&
	    json_number_value(v) < 1e10)
		ms = (int64_t)(json_number_value(v) * 1000);
	else if (json_is_string(v) &&
	    !num_duration_ms(slice_of(json_string_value(v)), &ms))
		ms = -1;
	if (ms < 0 || ms > INT64_C(10000000000000) || ms * 1000 < min_us) {
		reader_mistake(r, key, "a duration like 10s or 5m is expected");
		return absent;
	}
	return ms * 1000;
}

int64_t
reader_size(
    struct reader *r, const char *key, int64_t min, int64_t max, int64_t absent)
{
	static const struct {
		const char *unit;
		int64_t bytes;
	} units[] = {{"KiB", INT64_C(1) << 10}, {"MiB", INT64_C(1) << 20},
	    {"GiB", INT64_C(1) << 30}, {"kB", 1000}, {"MB", 1000000},
	    {"GB", 1000000000}, {"B", 1}};
	const json_t *v = reader_get(r, key);
	int64_t n = -1, unit = 1;
	struct slice s;

	if (v == NULL)
		return absent;
	if (json_is_integer(v)) {
		n = json_integer_value(v);
	} else if (json_is_string(v)) {
		s = slice_of(json_string_value(v));
		for (size_t i = 0; i < ARRAY_LEN(units); i++) {
			size_t len = strlen(units[i].unit);

			if (s.len > len &&
			    memcmp(s.s + s.len - len, units[i].unit, len) ==
				0) {
				unit = units[i].bytes;
				s.len -= len;
				break;
			}
		}
		if (!num_range(slice_trim(s), 0, max, &n))
			n = -1;
	}
	if (n < 0 || n > max / unit || n * unit < min) {
		reader_mistake(r, key,
		    "a size from %lld to %lld bytes is expected, like 64KiB",
		    (long long)min, (long long)max);
		return absent;
	}
	return n * unit;
}

int
reader_word(
    struct reader *r, const char *key, const char *const *words, int absent)
{
	const char *s = reader_string(r, key);
	struct str all = {0};

	if (s == NULL)
		return absent;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], s) == 0) {
			str_free(&all);
			return i;
		}
		str_addf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	reader_mistake(
	    r, key, "\"%s\": one of %s is expected", s, str_get(&all));
	str_free(&all);
	return absent;
}

void
reader_strings(struct reader *r, const char *key, struct strings *to)
{
	const json_t *v = reader_get(r, key);

	if (v == NULL)
		return;
	if (!json_is_array(v)) {
		reader_mistake(r, key, "a list of names is expected");
		return;
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *e = json_array_get(v, i);

		if (!json_is_string(e)) {
			reader_mistake(r, key, "a list of names is expected");
			return;
		}
		strings_add(to, slice_of(json_string_value(e)));
	}
}

struct pattern *
reader_pattern(struct reader *r, const char *key, enum pattern_kind kind)
{
	const char *text = reader_string(r, key);
	struct pattern *p;
	struct err err;

	if (text == NULL || ec_pattern_is_empty(text))
		return NULL;
	p = ec_pattern_new(text, kind, &err);
	if (p == NULL)
		reader_mistake(r, key, "%s", err.text);
	return p;
}

void
reader_networks(struct reader *r, const char *key, struct networks *to)
{
	struct strings words = {0};

	reader_strings(r, key, &words);
	for (size_t i = 0; i < words.n; i++) {
		struct network net;

		if (!network_parse(words.v[i], &net)) {
			reader_mistake(r, key,
			    "\"%s\": a network like 192.0.2.0/24 is expected",
			    words.v[i]);
			continue;
		}
		to->v = xreallocarray(to->v, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = net;
	}
	strings_free(&words);
}

bool
reader_limit(struct reader *r, const char *key, struct limit *limit)
{
	static const char *const actions[] = {"stop", "stop_overflow",
	    "stop_overflow_notify", "delete_oldest", NULL};
	struct reader sub;

	reader_sub(&sub, r, key);
	if (sub.object == NULL)
		return false;
	limit->limit =
	    (uint32_t)reader_int(&sub, "limit", 1, 10000000, limit->limit);
	limit->action = (enum limit_action)reader_word(
	    &sub, "action", actions, (int)limit->action);
	reader_end(&sub);
	return true;
}
