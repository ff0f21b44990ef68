/* SPDX-License-Identifier: Apache-2.0
 *
 * Time periods and commands into the snapshot: ranges, dates, exclusions
 * without circles.
 */
#include "common/mem.h"
#include "common/period_def.h"
#include "site/compile/model.h"

#include <stdlib.h>

static void
check_ranges(struct model *m, const json_t *list, struct place at)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		struct period_range range;

		if (s != NULL && !period_parse_range(slice_of(s), &range))
			model_mistake(m, place_index(at, i),
			    "expected a range such as \"08:00-17:00\" that "
			    "ends after it starts, at 24:00 at the latest, "
			    "not \"%s\"",
			    s);
	}
}

static void
check_exceptions(struct model *m, json_t *exceptions, struct place at)
{
	const char *key;
	json_t *list;

	json_object_foreach(exceptions, key, list)
	{
		struct period_when when;

		if (!period_parse_when(slice_of(key), &when))
			model_mistake_key(m, place_key(at, key),
			    "expected a date such as \"2026-12-25\", "
			    "\"december 25\", \"day -1\" or \"monday 1\"");
		check_ranges(m, list, place_key(at, key));
	}
}

/* Of exclusions; a longer chain counts as a circle. */
#define MAX_CHAIN 100

struct circle {
	struct model *m;
	char *marks; /* 0 new, 1 open, 2 done */
	unsigned depth;
};

static const json_t *
exclude_of(const struct model *m, uint32_t index)
{
	return json_object_get(
	    m->tables[TABLE_PERIODS].items[index].value, "exclude");
}

static bool
in_circle(struct circle *c, uint32_t index)
{
	const json_t *list = exclude_of(c->m, index);
	bool found = false;

	if (c->marks[index] != 0)
		return c->marks[index] == 1;
	if (c->depth >= MAX_CHAIN)
		return true;
	c->depth++;
	c->marks[index] = 1;
	for (size_t i = 0; !found && i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		uint32_t next =
		    s == NULL ? NONE : named_find(c->m, TABLE_PERIODS, s);

		found = next != NONE && in_circle(c, next);
	}
	c->marks[index] = 2;
	c->depth--;
	return found;
}

static void
check_one(struct model *m, const struct entry *e)
{
	struct place at = place_key(place_of(e->src, "timeperiods"), e->name);
	struct indexes unused = {0};

	for (size_t i = 0; period_weekdays[i] != NULL; i++)
		check_ranges(m, json_object_get(e->value, period_weekdays[i]),
		    place_key(at, period_weekdays[i]));
	check_exceptions(m, json_object_get(e->value, "exceptions"),
	    place_key(at, "exceptions"));
	named_need_list(m, TABLE_PERIODS, json_object_get(e->value, "exclude"),
	    place_key(at, "exclude"), &unused);
	indexes_free(&unused);
}

void
periods_add(struct model *m)
{
	const struct table *t = &m->tables[TABLE_PERIODS];
	struct circle c = {m, NULL, 0};

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];
		const char *alias =
		    json_string_value(json_object_get(e->value, "alias"));
		char *text;

		if (e->src == NULL) {
			snapb_period(m->snap, e->name, "Always", "{}");
			continue;
		}
		check_one(m, e);
		c.marks = xcalloc((size_t)t->n + 1, 1);
		c.depth = 0;
		if (in_circle(&c, i))
			model_mistake(m,
			    place_key(place_key(place_of(e->src, "timeperiods"),
					  e->name),
				"exclude"),
			    "the time period %s excludes itself, perhaps "
			    "through others",
			    e->name);
		free(c.marks);
		text = json_is_object(e->value)
		    ? json_dumps(e->value, JSON_COMPACT | JSON_SORT_KEYS)
		    : NULL;
		snapb_period(m->snap, e->name, alias == NULL ? e->name : alias,
		    text == NULL ? "{}" : text);
		free(text);
	}
}

void
commands_add(struct model *m)
{
	const struct table *t = &m->tables[TABLE_COMMANDS];

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];
		const char *line =
		    json_string_value(json_object_get(e->value, "line"));

		if (strpbrk(e->name, "! \t") != NULL)
			model_mistake_key(m,
			    place_key(place_of(e->src, "commands"), e->name),
			    "a command's name has neither ! nor blanks");
		snapb_command(m->snap, e->name, line);
	}
}
