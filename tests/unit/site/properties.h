/* SPDX-License-Identifier: Apache-2.0
 *
 * What must hold of every scenario, whatever its timeline: core-semantics
 * section 25 on what `vedette simulate` prints. Each property returns 0, or
 * -1 with what does not hold. Invariants inside of the engine are asserted
 * while it plays (core/state/invariants.h).
 */
#ifndef TESTS_UNIT_SITE_PROPERTIES_H
#define TESTS_UNIT_SITE_PROPERTIES_H

#include "common/err.h"
#include "site/simulate/simulate.h"
#include "tests/unit/site/timeline.h"

#include <jansson.h>

#include <string.h>

#define PICTURE                                                                \
	"- {at: %" PRId64 "s, query: \"GET hosts\\nColumns: name state "       \
	"state_type current_attempt acknowledged acknowledgement_type "        \
	"scheduled_downtime_depth current_notification_number is_flapping "    \
	"last_state last_hard_state last_state_change "                        \
	"last_hard_state_change has_been_checked notifications_enabled "       \
	"plugin_output comments downtimes\\n\"}\n"                             \
	"- {at: %" PRId64 "s, query: \"GET services\\nColumns: host_name "     \
	"description state state_type current_attempt acknowledged "           \
	"acknowledgement_type scheduled_downtime_depth "                       \
	"current_notification_number is_flapping last_state last_hard_state "  \
	"last_state_change last_hard_state_change has_been_checked "           \
	"notifications_enabled plugin_output comments downtimes\\n\"}\n"

/* --- playing ---------------------------------------------------------------
 */

/* A list of events; NULL: it cannot be played. */
static inline json_t *
play(const char *text, bool plain, struct str *raw)
{
	struct sim_options options = {.plain = plain, .fd = -1};
	struct mistakes m = {0};
	struct slice rest, line;
	json_t *events;
	int rc;

	str_clear(raw);
	rc = sim_run("random.yaml", slice_of(text), &options, raw, &m);
	mistakes_free(&m);
	if (rc == -1)
		return NULL;
	events = json_array();
	rest = str_slice(raw);
	while (slice_next(&rest, '\n', &line))
		if (line.len > 0)
			json_array_append_new(
			    events, json_loadb(line.s, line.len, 0, NULL));
	return events;
}

static inline json_t *
play_timeline(
    const struct timeline *t, const char *more, bool plain, struct str *raw)
{
	struct str text = {0};
	json_t *events;

	timeline_text(t, more, &text);
	events = play(str_get(&text), plain, raw);
	str_free(&text);
	return events;
}

static inline const char *
field(const json_t *event, const char *name)
{
	const char *s = json_string_value(json_object_get(event, name));

	return s == NULL ? "" : s;
}
static inline bool
is(const json_t *event, const char *name, const char *value)
{
	return strcmp(field(event, name), value) == 0;
}
static inline double
seconds(const json_t *event)
{
	return json_number_value(json_object_get(event, "t"));
}

/* --- 1, 5, 6: notifications of each object ----------------------------------
 */

struct memory { /* of one object */
	char key[64];
	int64_t number; /* of the last problem */
	double at;      /* of the last notification */
	char state[16]; /* of the last problem */
	bool told;      /* a problem since the last recovery */
	bool good;      /* it was good since the last problem */
	bool unknown;   /* it vanished: nothing is known */
};
struct memories {
	struct memory *list;
	uint32_t n, cap;
	double crashed; /* when the last time */
};

static inline struct memory *
remember(struct memories *m, const json_t *event)
{
	char key[64];

	snprintf(key, sizeof(key), "%s;%s", field(event, "host"),
	    field(event, "service"));
	for (uint32_t i = 0; i < m->n; i++)
		if (strcmp(m->list[i].key, key) == 0)
			return &m->list[i];
	ARRAY_GROW(m->list, m->n, m->cap);
	m->list[m->n] = (struct memory){.good = true};
	strcpy(m->list[m->n].key, key);
	return &m->list[m->n++];
}

static inline int
look_problem(struct memory *o, const json_t *e, bool again, struct err *err)
{
	int64_t number = json_integer_value(json_object_get(e, "number"));
	bool fits = number == o->number + 1 || (number == 1 && o->good) ||
	    (again && number == o->number);

	if (!fits && !o->unknown) {
		err_set(err,
		    "5: %s: problem %" PRId64 " comes after %" PRId64
		    " at %.3f",
		    o->key, number, o->number, seconds(e));
		return -1;
	}
	o->number = number;
	o->told = true;
	o->good = o->unknown = false;
	snprintf(o->state, sizeof(o->state), "%s", field(e, "state"));
	o->at = seconds(e);
	return 0;
}

static inline int
look_recovery(struct memory *o, const json_t *e, bool again, struct err *err)
{
	int64_t number = json_integer_value(json_object_get(e, "number"));

	if (!o->told && !o->unknown && !again) {
		err_set(err, "5: %s: a recovery without a problem at %.3f",
		    o->key, seconds(e));
		return -1;
	}
	if (number != o->number + 1 && !o->unknown && !again) {
		err_set(err,
		    "5: %s: recovery %" PRId64 " comes after %" PRId64
		    " at %.3f",
		    o->key, number, o->number, seconds(e));
		return -1;
	}
	o->told = o->unknown = false;
	o->good = true;
	o->at = seconds(e);
	return 0;
}

/* The events of one moment of an object's life. */
static inline int
look_event(const struct timeline *t, struct memories *m, const json_t *e,
    struct err *err)
{
	struct memory *o;
	bool again;

	if (is(e, "event", "log") && strstr(field(e, "line"), "VANISHED"))
		for (uint32_t i = 0; i < m->n; i++)
			m->list[i].unknown = true;
	if (is(e, "event", "log") && t->crashes &&
	    strstr(field(e, "line"), "starting..."))
		m->crashed = seconds(e);
	if (*field(e, "host") == '\0')
		return 0;
	o = remember(m, e);
	/* A crash may have taken what was younger than a second. */
	again = t->crashes && m->crashed - o->at <= 500;
	if (is(e, "event", "state")) {
		const json_t *attempt = json_object_get(e, "attempt");
		const json_t *most = json_object_get(e, "max_attempts");
		bool good = is(e, "state", "OK") || is(e, "state", "UP");

		o->good = o->good || good;
		if (json_integer_value(attempt) < 1 ||
		    json_integer_value(attempt) > json_integer_value(most) ||
		    (good && !is(e, "type", "HARD"))) {
			err_set(
			    err, "1: %s: attempts at %.3f", o->key, seconds(e));
			return -1;
		}
	}
	if (!is(e, "event", "notification"))
		return 0;
	if (is(e, "what", "PROBLEM"))
		return look_problem(o, e, again, err);
	if (is(e, "what", "RECOVERY"))
		return look_recovery(o, e, again, err);
	return 0;
}

static inline int
notifications_fit(
    const struct timeline *t, const json_t *events, struct err *err)
{
	struct memories m = {.crashed = -1e9};
	double before = 0;
	const json_t *e;
	size_t i;
	int rc = 0;

	json_array_foreach(events, i, e)
	{
		if (seconds(e) < before) {
			err_set(err, "time goes back at %.3f", before);
			rc = -1;
		}
		before = seconds(e);
		if (rc == 0)
			rc = look_event(t, &m, e, err);
	}
	free(m.list);
	return rc;
}

/* --- 7: the history yields the live state -----------------------------------
 */

/* Puts "host;service" -> "STATE" of one line into `states`. */
static inline void
replay_line(json_t *states, const char *line)
{
	static const char *const kinds[] = {"INITIAL HOST STATE: ",
	    "CURRENT HOST STATE: ", "HOST ALERT: ", "INITIAL SERVICE STATE: ",
	    "CURRENT SERVICE STATE: ", "SERVICE ALERT: "};
	const char *text = strchr(line, ']') + 2, *end;
	char key[128];

	if (strncmp(text, "LOG VERSION", 11) == 0)
		json_object_clear(states);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(text, kinds[i], n) != 0)
			continue;
		text += n;
		end = strchr(text, ';');
		if (i >= 3)
			end = strchr(end + 1, ';');
		snprintf(key, sizeof(key), "%.*s%s", (int)(end - text), text,
		    i >= 3 ? "" : ";");
		text = end + 1;
		end = strchr(text, ';');
		json_object_set_new(
		    states, key, json_stringn(text, (size_t)(end - text)));
	}
}

static inline const char *
word(bool service, int64_t state)
{
	static const char *const host[] = {"UP", "DOWN", "UNREACHABLE", "-"};
	static const char *const of_service[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};

	return (service ? of_service : host)[state & 3];
}

static inline int
compare_states(const json_t *states, const json_t *rows, struct err *err)
{
	const json_t *row;
	char key[128];
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *service = json_string_value(json_array_get(row, 1));
		int64_t state = json_integer_value(
		    json_array_get(row, service == NULL ? 1 : 2));
		const char *live = word(service != NULL, state), *replayed;

		snprintf(key, sizeof(key), "%s;%s",
		    json_string_value(json_array_get(row, 0)),
		    service == NULL ? "" : service);
		replayed = json_string_value(json_object_get(states, key));
		if (replayed == NULL)
			replayed = word(service != NULL, 0);
		if (strcmp(live, replayed) != 0) {
			err_set(err, "7: %s is %s, its history says %s", key,
			    live, replayed);
			return -1;
		}
	}
	return 0;
}

/* `events` end with the two queries of PICTURE. */
static inline int
history_fits(const json_t *events, struct err *err)
{
	json_t *states = json_object();
	const json_t *e, *rows[2] = {NULL, NULL};
	size_t i;
	int rc;

	json_array_foreach(events, i, e)
	{
		if (is(e, "event", "log"))
			replay_line(states, field(e, "line"));
		if (!is(e, "event", "query"))
			continue;
		rows[0] = rows[1];
		rows[1] = json_object_get(e, "rows");
	}
	rc = compare_states(states, rows[0], err);
	if (rc == 0)
		rc = compare_states(states, rows[1], err);
	json_decref(states);
	return rc;
}

/* --- 8: a restart changes nothing -------------------------------------------
 */

static inline json_t *
row_of(const json_t *rows, const json_t *like)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (!json_equal(
			json_array_get(row, 0), json_array_get(like, 0)))
			continue;
		if (!json_is_string(json_array_get(like, 1)) ||
		    json_equal(json_array_get(row, 1), json_array_get(like, 1)))
			return row;
	}
	return NULL;
}

/* Is every row of `after` one of those before? */
static inline int
same_rows(const json_t *after, const json_t *early, const json_t *late,
    struct err *err)
{
	json_t *row, *was, *now;
	size_t i;

	json_array_foreach(after, i, row)
	{
		if (json_equal(row, row_of(early, row)) ||
		    json_equal(row, row_of(late, row)))
			continue;
		was = row_of(late, row);
		now = row;
		err_set(err, "8: the restart made %s of %s",
		    json_dumps(now, JSON_COMPACT),
		    was == NULL ? "nothing" : json_dumps(was, JSON_COMPACT));
		return -1;
	}
	return 0;
}

/* The timeline up to `at`, then pictures around a restart. */
static inline void
text_with_restart(
    const struct timeline *t, int64_t at, bool crash, struct str *to)
{
	timeline_head(t, to);
	str_add(to, "timeline:\n");
	for (uint32_t i = 0; i < t->n; i++)
		if (t->pieces[i].part == PART_ITEM && !t->pieces[i].gone &&
		    t->pieces[i].at <= at)
			str_addf(to, "%s\n", t->pieces[i].text);
	str_addf(to, PICTURE, at + 400, at + 400);
	str_addf(to, PICTURE, at + 402, at + 402);
	str_addf(to, "- {at: %" PRId64 "s, restart: %s}\n", at + 402,
	    crash ? "crash" : "clean");
	str_addf(
	    to, PICTURE "until: %" PRId64 "s\n", at + 402, at + 402, at + 402);
}

static inline int
restart_keeps(const struct timeline *t, bool crash, struct err *err)
{
	int64_t at = (int64_t)(t->seed * 2654435761u % (uint64_t)(t->at + 1));
	struct str text = {0}, raw = {0};
	const json_t *rows[6] = {NULL}, *e;
	unsigned n = 0;
	json_t *events;
	size_t i;
	int rc = 0;

	text_with_restart(t, at, crash, &text);
	events = play(str_get(&text), true, &raw);
	json_array_foreach(events, i, e) if (is(e, "event", "query") && n < 6)
	    rows[n++] = json_object_get(e, "rows");
	if (n == 6 && rc == 0)
		rc = same_rows(rows[4], rows[0], rows[2], err);
	if (n == 6 && rc == 0)
		rc = same_rows(rows[5], rows[1], rows[3], err);
	if (n == 6 && rc == 0 && !crash)
		rc = same_rows(rows[2], rows[4], rows[4], err);
	json_decref(events);
	str_free(&text);
	str_free(&raw);
	return rc;
}

/* --- 9: the order of unrelated results does not matter ----------------------
 */

static inline int
order_is_free(const struct timeline *t, const json_t *events, const char *more,
    struct err *err)
{
	struct timeline other = *t;
	struct str raw = {0};
	json_t *others;
	const json_t *mine = NULL, *theirs = NULL, *e;
	unsigned swaps = 0;
	size_t i;
	int rc = 0;

	other.pieces = xcalloc(t->n + 1, sizeof(*other.pieces));
	memcpy(other.pieces, t->pieces, t->n * sizeof(*other.pieces));
	for (uint32_t k = 0; k + 1 < t->n; k++) {
		struct piece *a = &other.pieces[k], *b = a + 1, c;

		if (a->gone || b->gone || a->group < 0 || b->group < 0 ||
		    a->group == b->group || a->at != b->at)
			continue;
		c = *a;
		*a = *b;
		*b = c;
		swaps++;
	}
	others = swaps == 0 ? NULL : play_timeline(&other, more, true, &raw);
	json_array_foreach(events, i, e) if (is(e, "event", "query"))
	{
		const json_t *rows = json_object_get(e, "rows");

		mine = rows;
	}
	json_array_foreach(others, i, e) if (is(e, "event", "query")) theirs =
	    json_object_get(e, "rows");
	if (others != NULL && !json_equal(mine, theirs)) {
		err_set(err, "9: another order gives %s instead of %s",
		    json_dumps(theirs, JSON_COMPACT),
		    json_dumps(mine, JSON_COMPACT));
		rc = -1;
	}
	json_decref(others);
	str_free(&raw);
	free(other.pieces);
	return rc;
}

/* --- all -------------------------------------------------------------------
 */

/* 1: it cannot be played. */
static inline int
properties_hold(const struct timeline *t, struct err *err)
{
	char more[4096];
	struct str raw = {0}, quick = {0};
	json_t *events, *shortcut;
	int rc = 0;

	snprintf(more, sizeof(more), PICTURE, t->at, t->at);
	events = play_timeline(t, more, true, &raw);
	if (events == NULL)
		return 1;
	rc = notifications_fit(t, events, err);
	if (rc == 0)
		rc = history_fits(events, err);
	if (rc == 0)
		rc = order_is_free(t, events, more, err);
	if (rc == 0)
		rc = restart_keeps(t, false, err);
	if (rc == 0)
		rc = restart_keeps(t, true, err);
	shortcut = play_timeline(t, more, false, &quick);
	if (rc == 0 && strcmp(str_get(&raw), str_get(&quick)) != 0) {
		err_set(err, "the short cut for quiet checks changes events");
		rc = -1;
	}
	json_decref(shortcut);
	json_decref(events);
	str_free(&raw);
	str_free(&quick);
	return rc;
}

#endif
