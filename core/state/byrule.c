/* SPDX-License-Identifier: Apache-2.0
 *
 * Downtimes that come with the configuration (DT-16): after a start and after
 * a reload the engine's list is made what the configuration says; those that
 * are unchanged stay as they are, with their ids.
 */
#include "core/state/internal.h"

#include "core/state/recur.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define AUTHOR SLICE("rule")

static uint32_t
mode_of(const char *word)
{
	static const struct {
		const char *word;
		uint32_t mode;
	} modes[] = {{"fixed", 0}, {"hour", 2}, {"day", 4}, {"week", 6},
	    {"second_week", 8}, {"fourth_week", 10}, {"weekday_start", 12},
	    {"weekday_end", 14}, {"day_of_month", 16}};

	for (size_t i = 0; word != NULL && i < sizeof(modes) / sizeof(modes[0]);
	     i++)
		if (strcmp(modes[i].word, word) == 0)
			return modes[i].mode;
	return 0;
}

/* The compiler has checked the text. 0: it is none all the same. */
static int64_t
time_of(const char *text)
{
	struct tm tm = {.tm_isdst = -1};

	if (text == NULL ||
	    sscanf(text, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) < 5)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return recur_epoch(&tm);
}

/* Brings the first occurrence to the one that is or will be; false: none. */
static bool
read_spec(const json_t *entry, int64_t now, struct downtime_spec *spec)
{
	int64_t start =
	    time_of(json_string_value(json_object_get(entry, "start")));
	int64_t end = time_of(json_string_value(json_object_get(entry, "end")));
	const char *comment =
	    json_string_value(json_object_get(entry, "comment"));
	int64_t length = end - start;

	*spec = (struct downtime_spec){.first = start,
	    .duration = json_integer_value(json_object_get(entry, "duration")),
	    .recurring =
		mode_of(json_string_value(json_object_get(entry, "recur"))),
	    .origin = DOWNTIME_BY_RULE,
	    .author = AUTHOR,
	    .comment = slice_of(comment == NULL ? "" : comment)};
	spec->fixed = spec->duration <= 0;
	if (start <= 0 || length <= 0)
		return false;
	if (spec->recurring == 2 && start + length <= now)
		start += (now - length - start) / 3600 * 3600;
	while (start + length <= now) {
		if (spec->recurring == 0)
			return false;
		start = recur_next(spec->first, start, spec->recurring);
		if (start == INT64_MAX)
			return false;
	}
	spec->start = start;
	spec->end = start + length;
	return true;
}

static bool
is_same(const struct downtime *d, const struct downtime_spec *s)
{
	return d->origin == DOWNTIME_BY_RULE && d->first == s->first &&
	    d->recurring == s->recurring && d->fixed == s->fixed &&
	    d->end - d->start == s->end - s->start &&
	    (d->fixed || d->duration == s->duration) &&
	    slice_eqs(s->comment, d->comment);
}

#define MOST 64 /* of one object that are compared */

/* Cancels those that no entry has, adds those that are missing. */
static void
sync(struct engine *e, uint32_t object, const json_t *list, int64_t now)
{
	uint64_t kept[MOST], doomed[MOST];
	size_t n_kept = 0, n_doomed = 0;

	for (size_t i = 0; i < json_array_size(list) && n_kept < MOST; i++) {
		struct downtime_spec spec;
		const struct downtime *d = e->objects[object].downtimes;

		if (!read_spec(json_array_get(list, i), now, &spec))
			continue;
		while (d != NULL && !is_same(d, &spec))
			d = d->next;
		kept[n_kept] = d != NULL
		    ? d->id
		    : engine_downtime_add(e, object, &spec, now, NULL);
		n_kept += kept[n_kept] != 0;
	}
	for (const struct downtime *d = e->objects[object].downtimes;
	     d != NULL && n_doomed < MOST; d = d->next) {
		bool found = d->origin != DOWNTIME_BY_RULE;

		for (size_t i = 0; i < n_kept && !found; i++)
			found = kept[i] == d->id;
		if (!found)
			doomed[n_doomed++] = d->id;
	}
	for (size_t i = 0; i < n_doomed; i++)
		engine_downtime_cancel(e, doomed[i], now, NULL);
}

void
byrule_sync(struct engine *e, int64_t now)
{
	for (uint32_t i = 0; i < e->snap->n_objects; i++) {
		const struct snap_object *c = conf(e, i);
		json_t *list;

		if (c->downtimes == 0 && e->objects[i].downtimes == NULL)
			continue;
		list = c->downtimes == 0
		    ? NULL
		    : json_loads(snap_s(e->snap, c->downtimes), 0, NULL);
		sync(e, i, list, now);
		json_decref(list);
	}
}
