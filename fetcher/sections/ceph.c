/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections ceph_status and ceph_df; see ceph.h.
 */
#include "fetcher/sections/ceph.h"

#include "fetcher/sections/json.h"
#include "fetcher/sections/lines.h"

#include <math.h>

/* An object over all lines; NULL with section_bad(). */
static json_t *
read_object(struct split_lines *in, struct err *err_r)
{
	struct str all = {0};
	struct slice line;
	json_t *doc;

	while (split_line(in, &line)) {
		str_addslice(&all, line);
		str_addc(&all, '\n');
	}
	doc = section_json(in, str_slice(&all), err_r);
	str_free(&all);
	return doc;
}

static void
take_health(
    struct section_ceph_status *s, struct arena *arena, const json_t *health)
{
	json_t *checks = json_object_get(health, "checks"), *check;
	const json_t *status = json_object_get(health, "status");
	const char *name;

	if (status == NULL) /* before Luminous */
		status = json_object_get(health, "overall_status");
	s->health = section_json_text(arena, status);
	json_object_foreach(checks, name, check)
	{
		struct slice text = section_json_text(arena,
		    json_object_get(
			json_object_get(check, "summary"), "message"));
		if (text.len == 0 || s->n_messages == SECTION_MAX_ENTRIES)
			continue;
		ARENA_GROW(arena, s->messages, s->n_messages, s->cap_messages);
		s->messages[s->n_messages++] = text;
	}
}

static void
take_osds(struct section_ceph_status *s, const json_t *map)
{
	const json_t *inner = json_object_get(map, "osdmap");

	if (json_is_object(inner)) /* before Octopus */
		map = inner;
	s->osds = section_json_number(map, "num_osds", NAN);
	s->osds_up = section_json_number(map, "num_up_osds", NAN);
	s->osds_in = section_json_number(map, "num_in_osds", NAN);
	s->remapped = section_json_number(map, "num_remapped_pgs", NAN);
	s->full = json_is_true(json_object_get(map, "full"));
	s->nearfull = json_is_true(json_object_get(map, "nearfull"));
	s->has_osds =
	    isfinite(s->osds) && isfinite(s->osds_up) && isfinite(s->osds_in);
}

static void
take_pgs(struct section_ceph_status *s, struct arena *arena, const json_t *map)
{
	const json_t *list = json_object_get(map, "pgs_by_state");

	s->pgs = section_json_number(map, "num_pgs", NAN);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct slice state = section_json_text(
		    arena, json_object_get(one, "state_name"));
		if (state.len == 0 || s->n_states == SECTION_MAX_ENTRIES)
			continue;
		ARENA_GROW(arena, s->states, s->n_states, s->cap_states);
		s->states[s->n_states++] = (struct ceph_pgs){
		    state, section_json_number(one, "count", 0)};
	}
}

static int
parse_status(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_ceph_status *s = section;
	json_t *doc = read_object(in, err_r);

	if (doc == NULL)
		return -1;
	take_health(s, arena, json_object_get(doc, "health"));
	take_osds(s, json_object_get(doc, "osdmap"));
	take_pgs(s, arena, json_object_get(doc, "pgmap"));
	json_decref(doc);
	if (s->health.len == 0)
		return section_bad(in, err_r, "expected a health");
	return 0;
}

/* --- ceph df -------------------------------------------------------------- */

static void
add_pool(struct section_ceph_df *s, struct arena *arena, struct slice name,
    double used, double size)
{
	if (name.len == 0 || !isfinite(used) || !(size > 0) ||
	    s->n == SECTION_MAX_ENTRIES)
		return;
	ARENA_GROW(arena, s->pools, s->n, s->cap);
	s->pools[s->n++] = (struct ceph_pool){name, used, size};
}

static void
take_df(struct section_ceph_df *s, struct arena *arena, const json_t *doc)
{
	const json_t *pools = json_object_get(doc, "pools");
	const json_t *all = json_object_get(doc, "stats");
	double raw = section_json_number(all, "total_used_raw_bytes",
	    section_json_number(all, "total_used_bytes", NAN));

	add_pool(s, arena, SLICE("SUMMARY"), raw,
	    section_json_number(all, "total_bytes", NAN));
	for (size_t i = 0; i < json_array_size(pools); i++) {
		const json_t *pool = json_array_get(pools, i);
		const json_t *stats = json_object_get(pool, "stats");
		double used = section_json_number(stats, "bytes_used", NAN);
		add_pool(s, arena,
		    section_json_text(arena, json_object_get(pool, "name")),
		    used, used + section_json_number(stats, "max_avail", NAN));
	}
}

/* What a number's unit stands for; 0: it is no unit. */
static double
factor_of(struct slice unit)
{
	static const char letters[] = "BkMGTPE";
	double factor = 1;

	for (size_t i = 0; unit.len > 0 && unit.len <= 3 && letters[i] != '\0';
	     i++, factor *= 1024) {
		bool same = unit.s[0] == letters[i] ||
		    (letters[i] == 'k' && unit.s[0] == 'K');
		if (same && (unit.len == 1 || unit.s[unit.len - 1] == 'B'))
			return factor;
	}
	return 0;
}

/* "25 GiB", "75G" or "5.88k"; as many words as belong together. */
static bool
next_value(struct slice *rest, double *value_r)
{
	struct slice word, unit, after;
	double factor;
	size_t digits = 0;

	if (!slice_word(rest, &word))
		return false;
	*value_r = text_number(word);
	while (digits < word.len &&
	    memchr("0123456789.", word.s[digits], 11) != NULL)
		digits++;
	after = *rest;
	unit = (struct slice){word.s + digits, word.len - digits};
	if ((factor = factor_of(unit)) > 0) {
		*value_r *= factor;
	} else if (digits == word.len && slice_word(&after, &unit) &&
	    (factor = factor_of(unit)) > 0) {
		*value_r *= factor;
		*rest = after;
	}
	return true;
}

#define MAX_COLUMNS 20
#define NO_COLUMN   SIZE_MAX

/* Which values of a row are the ones that count. */
struct columns {
	size_t used, available;
};

/* "POOL ID STORED OBJECTS USED %USED MAX AVAIL": names of one or two words. */
static struct columns
read_head(struct slice line)
{
	struct columns c = {NO_COLUMN, NO_COLUMN};
	struct slice word;
	size_t i = 0;

	while (slice_word(&line, &word)) {
		if (slice_eqs(word, "USED") && c.used == NO_COLUMN)
			c.used = i;
		if (slice_eqs(word, "MAX") || slice_eqs(word, "QUOTA")) {
			if (!slice_word(&line, &word))
				break;
			if (slice_eqs(word, "AVAIL"))
				c.available = i;
		}
		i++;
	}
	return c;
}

static void
take_row(struct section_ceph_df *s, struct arena *arena, struct slice line,
    const struct columns *c)
{
	struct slice name;
	double values[MAX_COLUMNS] = {0};
	size_t n = 1;

	if (c->used == NO_COLUMN || !slice_word(&line, &name))
		return;
	while (n < MAX_COLUMNS && next_value(&line, &values[n]))
		n++;
	if (slice_eqs(name, "TOTAL")) { /* SIZE, AVAIL, USED, RAW USED */
		if (n > 2)
			add_pool(s, arena, SLICE("SUMMARY"),
			    values[1] - values[2], values[1]);
	} else if (c->available != NO_COLUMN && c->used < n &&
	    c->available < n) {
		add_pool(s, arena, name, values[c->used],
		    values[c->used] + values[c->available]);
	}
}

static int
parse_df(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_ceph_df *s = section;
	struct split_lines ahead = *in;
	struct columns columns = {NO_COLUMN, NO_COLUMN};
	struct slice line;

	if (split_line(&ahead, &line) && slice_starts(slice_trim(line), "{")) {
		json_t *doc = read_object(in, err_r);
		if (doc == NULL)
			return -1;
		take_df(s, arena, doc);
		json_decref(doc);
		return 0;
	}
	while (split_line(in, &line)) {
		struct slice text = slice_trim(line);
		if (slice_starts(text, "CLASS ") ||
		    slice_starts(text, "POOL ") || slice_starts(text, "NAME "))
			columns = read_head(text);
		else
			take_row(s, arena, text, &columns);
	}
	return 0;
}

const struct section_type section_ceph_status = {
    .names = {"ceph_status", "cephstatus", NULL},
    .size = sizeof(struct section_ceph_status),
    .parse = parse_status,
};
const struct section_type section_ceph_df = {
    .names = {"ceph_df", "cephdf", NULL},
    .size = sizeof(struct section_ceph_df),
    .parse = parse_df,
};
