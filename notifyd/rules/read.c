/* SPDX-License-Identifier: Apache-2.0
 *
 * From the documents' values to the small types of rules. Each reader is
 * sticky: after the first failure nothing is read any more.
 */
#include "notifyd/rules/read.h"

#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

void
read_fail(struct reader *r, const char *key, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (r->failed)
		return;
	r->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(r->err, "%s%s%s: %s", r->path, key[0] == '\0' ? "" : ".", key,
	    text);
}

bool
read_bool(struct reader *r, const char *key, const json_t *value)
{
	static const char *const yes[] = {"true", "on", "yes"};
	static const char *const no[] = {"false", "off", "no"};
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		return json_is_true(value);
	for (size_t i = 0; text != NULL && i < ARRAY_LEN(yes); i++) {
		if (strcmp(text, yes[i]) == 0)
			return true;
		if (strcmp(text, no[i]) == 0)
			return false;
	}
	read_fail(r, key, "expected true or false");
	return false;
}

char *
read_string(struct reader *r, const char *key, const json_t *value)
{
	if (!json_is_string(value)) {
		read_fail(r, key, "expected a text");
		return xstrdup("");
	}
	return xstrdup(json_string_value(value));
}

void
read_names(
    struct reader *r, const char *key, const json_t *value, struct names *names)
{
	size_t i;
	json_t *item;

	if (!json_is_array(value)) {
		read_fail(r, key, "expected a list of texts");
		return;
	}
	names_free(names);
	names->given = true;
	names->v = xcalloc(json_array_size(value) + 1, sizeof(*names->v));
	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item)) {
			read_fail(r, key, "entry %zu: expected a text", i + 1);
			return;
		}
		names->v[names->n++] = xstrdup(json_string_value(item));
	}
}

struct pattern *
read_pattern(
    struct reader *r, const char *key, const json_t *value, bool anchored)
{
	struct pattern *p;
	struct err err;

	if (!json_is_string(value)) {
		read_fail(r, key, "expected a regular expression");
		return NULL;
	}
	p = nd_pattern_compile(json_string_value(value), anchored, &err);
	if (p == NULL)
		read_fail(r, key, "%.500s", err.text);
	return p;
}

void
read_patterns(struct reader *r, const char *key, const json_t *value,
    struct patterns *patterns)
{
	size_t i;
	json_t *item;

	if (!json_is_array(value)) {
		read_fail(r, key, "expected a list of regular expressions");
		return;
	}
	patterns->given = true;
	patterns->v = xcalloc(json_array_size(value) + 1, sizeof(*patterns->v));
	json_array_foreach(value, i, item)
	{
		struct pattern *p = read_pattern(r, key, item, true);

		if (p == NULL)
			return;
		patterns->v[patterns->n++] = p;
	}
}

void
read_hosts(
    struct reader *r, const char *key, const json_t *value, struct hosts *hosts)
{
	size_t i;
	json_t *item;

	if (!json_is_array(value)) {
		read_fail(r, key, "expected a list of names or ~regex");
		return;
	}
	hosts->given = true;
	hosts->v = xcalloc(json_array_size(value) + 1, sizeof(*hosts->v));
	json_array_foreach(value, i, item)
	{
		const char *text = json_string_value(item);
		struct err err;

		if (text == NULL) {
			read_fail(r, key, "entry %zu: expected a text", i + 1);
			return;
		}
		if (text[0] != '~') {
			hosts->v[hosts->n++].name = xstrdup(text);
			continue;
		}
		hosts->v[hosts->n].pattern =
		    nd_pattern_compile(text + 1, true, &err);
		if (hosts->v[hosts->n].pattern == NULL) {
			read_fail(r, key, "%.500s", err.text);
			return;
		}
		hosts->n++;
	}
}

/* A text, or a list of them. */
static void
read_values(struct reader *r, const char *key, const json_t *value,
    struct names *values)
{
	if (!json_is_string(value)) {
		read_names(r, key, value, values);
		return;
	}
	values->v = xcalloc(1, sizeof(*values->v));
	values->v[values->n++] = xstrdup(json_string_value(value));
}

/* {key: text | [texts] | {not: ...}}; with `regex` {key: regex}. */
void
read_pairs(struct reader *r, const char *key, const json_t *value, bool regex,
    struct pairs *pairs)
{
	const char *name;
	json_t *item;

	if (!json_is_object(value)) {
		read_fail(r, key, "expected a mapping");
		return;
	}
	pairs->given = true;
	pairs->v = xcalloc(json_object_size(value) + 1, sizeof(*pairs->v));
	json_object_foreach((json_t *)value, name, item)
	{
		struct pair_item *p = &pairs->v[pairs->n++];
		json_t *negated = json_object_get(item, "not");

		p->key = xstrdup(name);
		if (regex) {
			p->pattern = read_pattern(r, key, item, true);
		} else {
			p->negated =
			    negated != NULL && json_object_size(item) == 1;
			read_values(
			    r, key, p->negated ? negated : item, &p->values);
		}
		if (r->failed)
			return;
	}
}

/* [from, to]; with `open` an upper end of 0 means no end. */
void
read_range(struct reader *r, const char *key, const json_t *value, bool open,
    struct range *range)
{
	const json_t *from = json_array_get(value, 0);
	const json_t *to = json_array_get(value, 1);

	if (json_array_size(value) != 2 || !json_is_integer(from) ||
	    !json_is_integer(to)) {
		read_fail(r, key, "expected [from, to]");
		return;
	}
	range->given = true;
	range->from = json_integer_value(from);
	range->to = json_integer_value(to);
	if (open && range->to == 0)
		range->to = INT64_MAX;
	if (range->from > range->to && open) {
		read_fail(r, key, "the upper end is below the lower");
	} else if (range->from > range->to) {
		int64_t swap = range->from;

		range->from = range->to;
		range->to = swap;
	}
}

void
read_throttle(struct reader *r, const char *key, const json_t *value,
    struct throttle *throttle)
{
	const json_t *from = json_object_get(value, "from");
	const json_t *every = json_object_get(value, "every");

	if (json_object_size(value) != 2 || !json_is_integer(from) ||
	    !json_is_integer(every) || json_integer_value(every) < 1) {
		read_fail(r, key, "expected {from: NUMBER, every: NUMBER}");
		return;
	}
	throttle->given = true;
	throttle->from = json_integer_value(from);
	throttle->every = json_integer_value(every);
}

/* "rc", "?d", "x", "f", "s", "as", "af". */
void
read_codes(struct reader *r, const char *key, const json_t *value, bool service,
    struct names *codes)
{
	static const char *const single[] = {"x", "f", "s", "as", "af"};
	const char *left = service ? "rwcu?" : "rdu?";

	read_names(r, key, value, codes);
	for (size_t i = 0; i < codes->n && !r->failed; i++) {
		const char *c = codes->v[i];
		bool good = strlen(c) == 2 && strchr(left, c[0]) != NULL &&
		    c[1] != '?' && strchr(left, c[1]) != NULL;

		for (size_t k = 0; k < ARRAY_LEN(single); k++)
			good = good || strcmp(c, single[k]) == 0;
		if (!good) {
			read_fail(r, key,
			    "\"%s\" is no event code (%s, x, f, s, as, af)", c,
			    service ? "?r ?w ?c ?u rc ..." : "?r ?d ?u rd ...");
		}
	}
}

/* The number of a word, by its place in the list; -1: it is none. */
static int64_t
word_number(const json_t *value, const char *const *words, size_t n)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		return json_integer_value(value);
	for (size_t i = 0; text != NULL && i < n; i++) {
		if (strcmp(text, words[i]) == 0)
			return (int64_t)i;
	}
	return -1;
}

static void
read_facility(struct reader *r, const json_t *value, struct range *range)
{
	static const char *const names[] = {"kern", "user", "mail", "daemon",
	    "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	    "ntp", "logaudit", "logalert", "clock", "local0", "local1",
	    "local2", "local3", "local4", "local5", "local6", "local7"};

	range->given = true;
	range->from = range->to = word_number(value, names, ARRAY_LEN(names));
	if (range->from < 0)
		read_fail(r, "event_console.facility",
		    "expected a number or a name of a syslog facility");
}

/* Two priorities, in either order. */
static void
read_priority(struct reader *r, const json_t *value, struct range *range)
{
	static const char *const names[] = {"emerg", "alert", "crit", "err",
	    "warning", "notice", "info", "debug"};
	int64_t a =
	    word_number(json_array_get(value, 0), names, ARRAY_LEN(names));
	int64_t b =
	    word_number(json_array_get(value, 1), names, ARRAY_LEN(names));

	range->given = true;
	range->from = a < b ? a : b;
	range->to = a < b ? b : a;
	if (json_array_size(value) != 2 || range->from < 0)
		read_fail(r, "event_console.priority",
		    "expected two priorities, such as [emerg, err]");
}

void
read_events(struct reader *r, const json_t *value, struct event_console *ec)
{
	const char *key;
	json_t *item;

	ec->given = true;
	if (!json_is_object(value)) {
		ec->wanted = read_bool(r, "event_console", value);
		return;
	}
	ec->wanted = true;
	json_object_foreach((json_t *)value, key, item)
	{
		if (strcmp(key, "rules") == 0)
			read_names(r, "event_console.rules", item, &ec->rules);
		else if (strcmp(key, "priority") == 0)
			read_priority(r, item, &ec->priority);
		else if (strcmp(key, "facility") == 0)
			read_facility(r, item, &ec->facility);
		else if (strcmp(key, "comment") == 0)
			ec->comment = read_pattern(
			    r, "event_console.comment", item, true);
		else
			read_fail(r, "event_console", "unknown key %s", key);
	}
}
