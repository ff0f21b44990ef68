/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines to items; see feed.h.
 */
#include "site/replay/feed.h"

#include "common/mem.h"
#include "common/num.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define SECONDS_MAX 4e9 /* a hundred years and more */

struct reader {
	struct feed *feed;
	size_t cap;
	int64_t at_us; /* of the item before */
	struct mistake_place place;
	struct mistakes *mistakes;
};

static struct feed_item *
add_item(struct reader *r, enum feed_kind kind)
{
	struct feed *f = r->feed;

	ARRAY_GROW(f->items, f->n, r->cap);
	f->items[f->n] = (struct feed_item){.kind = kind, .at_us = r->at_us};
	return &f->items[f->n++];
}

static void
wrong(struct reader *r, const char *path, const char *text)
{
	r->place.path = path;
	mistake_add(r->mistakes, &r->place, "%s", text);
	r->place.path = NULL;
}

/* Seconds as a number, or a duration with its unit. */
static bool
moment(const json_t *value, int64_t *us_r)
{
	int64_t ms;
	double s;

	if (json_is_string(value)) {
		if (!num_duration_ms(slice_of(json_string_value(value)), &ms) ||
		    (double)ms > SECONDS_MAX * 1e3)
			return false;
		*us_r = ms * 1000;
		return true;
	}
	if (!json_is_number(value))
		return false;
	s = json_number_value(value);
	if (!isfinite(s) || s < 0 || s > SECONDS_MAX)
		return false;
	*us_r = llround(s * 1e6);
	return true;
}

static void
read_moment(struct reader *r, const char *key, const json_t *value)
{
	int64_t at;

	if (!moment(value, &at))
		wrong(r, key, "seconds since the start were expected");
	else if (at < r->at_us)
		wrong(r, key, "this is before the line above");
	else
		r->at_us = at;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL: not hexadecimal. */
static char *
unhex(const char *text, size_t *len_r)
{
	size_t n = strlen(text);
	char *bytes;

	if (n % 2 != 0)
		return NULL;
	bytes = xmalloc(n / 2 + 1);
	for (size_t i = 0; i < n; i += 2) {
		int high = nibble(text[i]), low = nibble(text[i + 1]);

		if (high < 0 || low < 0) {
			free(bytes);
			return NULL;
		}
		bytes[i / 2] = (char)(high << 4 | low);
	}
	*len_r = n / 2;
	return bytes;
}

static void
read_text(
    struct reader *r, const char *key, const json_t *value, const char *address)
{
	struct feed_item *item;
	char *own;
	size_t len;

	if (!json_is_string(value)) {
		wrong(r, key, "a text was expected");
		return;
	}
	if (strcmp(key, "raw_hex") == 0 || strcmp(key, "trap_hex") == 0) {
		own = unhex(json_string_value(value), &len);
		if (own == NULL) {
			wrong(r, key, "hexadecimal digits were expected");
			return;
		}
	} else {
		len = json_string_length(value);
		own = xmalloc(len + 1);
		memcpy(own, json_string_value(value), len);
	}
	item = add_item(r,
	    strcmp(key, "command") == 0        ? FEED_COMMAND
		: strcmp(key, "trap_hex") == 0 ? FEED_TRAP
					       : FEED_MESSAGE);
	item->own = own;
	item->text = (struct slice){own, len};
	item->address = xstrdup(address);
}

static void
read_header(struct reader *r, const json_t *object)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)object, key, value)
	{
		char **to = strcmp(key, "start") == 0 ? &r->feed->start
		    : strcmp(key, "timezone") == 0    ? &r->feed->zone
						      : NULL;

		if (to == NULL)
			wrong(r, key, "a first line has start and timezone");
		else if (!json_is_string(value))
			wrong(r, key, "a text was expected");
		else
			*to = xstrdup(json_string_value(value));
	}
}

static void
read_object(struct reader *r, const json_t *object)
{
	static const char *const kinds[] = {
	    "raw", "raw_hex", "trap_hex", "command"};
	const json_t *value, *from = json_object_get(object, "from");
	const char *key, *found = NULL;
	bool until = json_object_get(object, "until") != NULL;
	unsigned n = until;

	json_object_foreach((json_t *)object, key, value)
	{
		bool known = strcmp(key, "at") == 0 ||
		    strcmp(key, "from") == 0 || strcmp(key, "until") == 0;

		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			if (strcmp(key, kinds[i]) == 0) {
				known = true;
				found = kinds[i];
				n++;
			}
		}
		if (!known)
			wrong(r, key,
			    "unknown; a line has at, from and one of raw, "
			    "raw_hex, trap_hex, command, until");
	}
	if (n != 1) {
		wrong(r, NULL,
		    "one of raw, raw_hex, trap_hex, command, until is "
		    "needed");
		return;
	}
	if (from != NULL && !json_is_string(from))
		wrong(r, "from", "an address was expected");
	if (json_object_get(object, "at") != NULL)
		read_moment(r, "at", json_object_get(object, "at"));
	if (until) {
		read_moment(r, "until", json_object_get(object, "until"));
		add_item(r, FEED_UNTIL);
		return;
	}
	read_text(r, found, json_object_get(object, found),
	    json_is_string(from) ? json_string_value(from) : "");
}

static void
read_json(struct reader *r, struct slice line, bool first)
{
	json_error_t error;
	json_t *object =
	    json_loadb(line.s, line.len, JSON_REJECT_DUPLICATES, &error);

	if (object == NULL) {
		r->place.column = error.column > 0 ? (uint32_t)error.column : 1;
		wrong(r, NULL, error.text);
		r->place.column = 1;
	} else if (first &&
	    (json_object_get(object, "start") != NULL ||
		json_object_get(object, "timezone") != NULL)) {
		read_header(r, object);
	} else {
		read_object(r, object);
	}
	json_decref(object);
}

void
replay_feed_read(
    struct feed *f, const char *file, struct slice text, struct mistakes *m)
{
	struct reader r = {
	    .feed = f, .place = {.file = file, .column = 1}, .mistakes = m};
	struct slice rest = text, line;
	bool first = true;

	*f = (struct feed){0};
	while (slice_next(&rest, '\n', &line)) {
		r.place.line++;
		if (line.len > 0 && line.s[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			continue;
		if (line.s[0] == '{') {
			read_json(&r, line, first);
		} else {
			struct feed_item *item = add_item(&r, FEED_MESSAGE);

			item->text = line;
			item->address = xstrdup("");
		}
		first = false;
	}
}

void
replay_feed_free(struct feed *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->items[i].own);
		free(f->items[i].address);
	}
	free(f->items);
	free(f->start);
	free(f->zone);
	*f = (struct feed){0};
}
