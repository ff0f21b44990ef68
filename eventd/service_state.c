/* SPDX-License-Identifier: Apache-2.0
 *
 * Services that show events; see service_state.h. What may have changed stands
 * in a list with the time from which on it is looked at, so an event costs the
 * same however many services there are.
 */
#include "eventd/service_state.h"

#include "common/event_sum.h"
#include "common/mem.h"
#include "eventd/rule/pattern.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

#define TEXT_US       1000000 /* between two changes of the text alone */
#define RETRY_US      1000000 /* core has another state still; doubles */
#define RETRY_MOST_US 600000000
#define SPELLINGS_MAX 32
#define UNKNOWN_YET   UINT32_MAX /* what core has */

/* A host's name as events may have it, case ignored. */
struct event_name {
	struct event_name *next; /* in its bucket */
	char *text;              /* lower case */
	uint32_t *services;
	size_t n_services, cap;
	struct strings spellings; /* seen, each once */
	bool many;                /* more than are kept: all events are read */
};

struct shown {
	uint32_t object;
	char *host, *service, *names, *application; /* "": any */
	struct pattern *pattern;
	bool ack_less;
	struct event_name **by_name;
	size_t n_names;
	uint32_t core_state; /* UNKNOWN_YET: never told */
	bool is_told, waits, under_way;
	unsigned told_state; /* sent last */
	struct str told_text;
	int64_t told_us, from_us; /* waits: not before this */
	int64_t retry_us;
};

struct service_states {
	const struct event_index *index;
	struct shown *v; /* by object */
	size_t n;
	struct event_name **buckets;
	size_t n_buckets;
	uint32_t *waiting;
	size_t n_waiting, cap;
	struct pattern_scratch *scratch;
	struct str text;
};

/* --- names ---------------------------------------------------------------- */

static void
lower(struct str *to, struct slice name)
{
	str_clear(to);
	for (size_t i = 0; i < name.len; i++)
		str_addc(to, (char)tolower((unsigned char)name.s[i]));
}

static struct event_name **
bucket_of(const struct service_states *s, struct slice low)
{
	return &s->buckets[index_hash(s->index->seed, low) &
	    (s->n_buckets - 1)];
}

static struct event_name *
find_name(const struct service_states *s, struct slice low)
{
	struct event_name *n = *bucket_of(s, low);

	while (n != NULL && !slice_eqs(low, n->text))
		n = n->next;
	return n;
}

static struct event_name *
get_name(struct service_states *s, struct slice name)
{
	struct event_name *n, **bucket;

	lower(&s->text, name);
	n = find_name(s, str_slice(&s->text));
	if (n != NULL)
		return n;
	n = xnew(struct event_name);
	n->text = slice_dup(str_slice(&s->text));
	bucket = bucket_of(s, str_slice(&s->text));
	n->next = *bucket;
	*bucket = n;
	return n;
}

static void
see_spelling(struct event_name *n, const char *host)
{
	for (size_t i = 0; i < n->spellings.n; i++) {
		if (strcmp(n->spellings.v[i], host) == 0)
			return;
	}
	if (n->spellings.n < SPELLINGS_MAX)
		strings_add(&n->spellings, slice_of(host));
	else
		n->many = true;
}

/* --- what waits ----------------------------------------------------------- */

static void
wait_until(struct service_states *s, uint32_t number, int64_t from_us)
{
	struct shown *sh = &s->v[number];

	if (sh->waits) {
		if (from_us < sh->from_us)
			sh->from_us = from_us;
		return;
	}
	sh->waits = true;
	sh->from_us = from_us;
	ARRAY_GROW(s->waiting, s->n_waiting, s->cap);
	s->waiting[s->n_waiting++] = number;
}

int64_t
service_states_due(const struct service_states *s)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < s->n_waiting; i++) {
		const struct shown *sh = &s->v[s->waiting[i]];

		if (!sh->under_way && sh->from_us < due)
			due = sh->from_us;
	}
	return due;
}

/* --- from the configuration ----------------------------------------------- */

static void
clear(struct service_states *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct shown *sh = &s->v[i];

		free(sh->host);
		free(sh->service);
		free(sh->names);
		free(sh->application);
		free(sh->by_name);
		ec_pattern_free(&sh->pattern);
		str_free(&sh->told_text);
	}
	free(s->v);
	s->v = NULL;
	s->n = s->n_waiting = 0;
	for (size_t i = 0; i < s->n_buckets; i++) {
		struct event_name *n = s->buckets[i], *next;

		for (; n != NULL; n = next) {
			next = n->next;
			strings_free(&n->spellings);
			free(n->services);
			free(n->text);
			free(n);
		}
	}
	free(s->buckets);
	s->buckets = NULL;
	s->n_buckets = 0;
}

/* False: what the compiler would not have written. */
static bool
read_params(struct shown *sh, const char *params)
{
	json_t *p = json_loads(params, 0, NULL);
	const char *names = json_string_value(json_object_get(p, "hosts"));
	const char *application =
	    json_string_value(json_object_get(p, "application"));
	struct err err;
	bool good = names != NULL;

	if (good) {
		sh->names = xstrdup(names);
		sh->application =
		    xstrdup(application == NULL ? "" : application);
		sh->ack_less =
		    json_is_true(json_object_get(p, "ignore_acknowledged"));
		if (!ec_pattern_is_empty(sh->application)) {
			sh->pattern = ec_pattern_new(
			    sh->application, PATTERN_SEARCH, &err);
			good = sh->pattern != NULL;
		}
	}
	json_decref(p);
	return good;
}

static void
enter_names(struct service_states *s, uint32_t number)
{
	struct shown *sh = &s->v[number];
	struct slice rest = slice_of(sh->names), word;
	size_t cap = 0;

	while (slice_next(&rest, '/', &word)) {
		struct event_name *n;

		if (word.len == 0)
			continue;
		n = get_name(s, word);
		if (n->n_services > 0 &&
		    n->services[n->n_services - 1] == number)
			continue;
		ARRAY_GROW(n->services, n->n_services, n->cap);
		n->services[n->n_services++] = number;
		ARRAY_GROW(sh->by_name, sh->n_names, cap);
		sh->by_name[sh->n_names++] = n;
	}
}

static size_t
count_shown(const struct snapshot *snap)
{
	size_t n = 0;

	for (uint32_t i = snap->n_hosts; i < snap->n_objects; i++)
		n += snap->objects[i].check == SNAP_CHECK_COMMAND &&
		    snap->objects[i].check_name != 0;
	return n;
}

static void
add_shown(struct service_states *s, const struct snapshot *snap, uint32_t i)
{
	const struct snap_object *o = &snap->objects[i];
	struct shown *sh = &s->v[s->n];

	if (strcmp(snap_s(snap, o->check_name), EVENT_CHECK) != 0)
		return;
	*sh = (struct shown){
	    .object = i, .core_state = UNKNOWN_YET, .retry_us = RETRY_US};
	if (read_params(sh, snap_s(snap, o->params))) {
		sh->host = xstrdup(snap_s(snap, snap->objects[o->host].name));
		sh->service = xstrdup(snap_s(snap, o->name));
		enter_names(s, (uint32_t)s->n++);
		return;
	}
	free(sh->names);
	free(sh->application);
	ec_pattern_free(&sh->pattern);
}

void
service_states_load(struct service_states *s, const struct snapshot *snap)
{
	size_t n = count_shown(snap);

	clear(s);
	if (n == 0)
		return;
	s->v = xcalloc(n, sizeof(*s->v));
	s->n_buckets = 64;
	while (s->n_buckets < n)
		s->n_buckets *= 2;
	s->buckets = xcalloc(s->n_buckets, sizeof(struct event_name *));
	for (uint32_t i = snap->n_hosts; i < snap->n_objects; i++) {
		if (snap->objects[i].check == SNAP_CHECK_COMMAND &&
		    snap->objects[i].check_name != 0)
			add_shown(s, snap, i);
	}
	for (const struct event *ev = s->index->first; ev != NULL;
	     ev = ev->all.next)
		service_states_event(s, ev);
	for (uint32_t i = 0; i < s->n; i++)
		wait_until(s, i, 0);
}

struct service_states *
service_states_new(const struct event_index *index)
{
	struct service_states *s = xnew(struct service_states);

	s->index = index;
	s->scratch = ec_pattern_scratch_new();
	return s;
}

void
service_states_free(struct service_states **sp)
{
	struct service_states *s = *sp;

	if (s == NULL)
		return;
	clear(s);
	free(s->waiting);
	ec_pattern_scratch_free(&s->scratch);
	str_free(&s->text);
	free(s);
	*sp = NULL;
}

size_t
service_states_count(const struct service_states *s)
{
	return s->n;
}

/* --- what happens --------------------------------------------------------- */

void
service_states_event(struct service_states *s, const struct event *ev)
{
	struct event_name *n;

	if (s->n == 0)
		return;
	lower(&s->text, slice_of(ev->host));
	n = find_name(s, str_slice(&s->text));
	if (n == NULL)
		return;
	see_spelling(n, ev->host);
	for (size_t i = 0; i < n->n_services; i++)
		wait_until(s, n->services[i], 0);
}

void
service_states_core(
    struct service_states *s, uint32_t object, unsigned state, bool checked)
{
	size_t from = 0, to = s->n;

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (s->v[mid].object < object)
			from = mid + 1;
		else
			to = mid;
	}
	if (from == s->n || s->v[from].object != object)
		return;
	s->v[from].core_state = checked ? state : UNKNOWN_YET;
	if (s->v[from].is_told && s->v[from].told_state == state && checked) {
		s->v[from].retry_us = RETRY_US;
		return;
	}
	wait_until(s, (uint32_t)from, 0);
}

/* --- what is to be told --------------------------------------------------- */

static void
add_event(const struct service_states *s, const struct shown *sh,
    struct event_sum *sum, const struct event *ev)
{
	uint64_t limit = 0;

	if (ev->phase != PHASE_OPEN && ev->phase != PHASE_ACK)
		return;
	if (sh->pattern != NULL &&
	    !ec_pattern_match(sh->pattern, slice_of(ev->application),
		s->scratch, NULL, &limit))
		return;
	event_sum_add(sum, ev->id, ev->phase == PHASE_OPEN, ev->state, ev->text,
	    sh->ack_less);
}

static void
sum_up(const struct service_states *s, const struct shown *sh,
    struct event_sum *sum)
{
	for (size_t i = 0; i < sh->n_names; i++) {
		const struct event_name *n = sh->by_name[i];

		for (size_t k = 0; k < n->spellings.n && !n->many; k++) {
			const struct event_group *g =
			    index_host(s->index, n->spellings.v[k]);

			for (const struct event *ev = g == NULL ? NULL
								: g->first;
			     ev != NULL; ev = ev->by_host.next)
				add_event(s, sh, sum, ev);
		}
		for (const struct event *ev = n->many ? s->index->first : NULL;
		     ev != NULL; ev = ev->all.next) {
			if (strcasecmp(ev->host, n->text) == 0)
				add_event(s, sh, sum, ev);
		}
	}
}

/* When this may be told; 0: now, INT64_MAX: there is nothing to tell. */
static int64_t
tell_from(
    const struct shown *sh, unsigned state, struct slice text, int64_t now_us)
{
	int64_t from;

	if (!sh->is_told || state != sh->told_state)
		return 0;
	if (sh->core_state != state)
		from = sh->told_us + sh->retry_us;
	else if (!slice_eq(text, str_slice(&sh->told_text)))
		from = sh->told_us + TEXT_US;
	else
		return INT64_MAX;
	/* A clock that was set back must not hold it up. */
	return from <= now_us || sh->told_us > now_us ? 0 : from;
}

static void
note_told(struct shown *sh, unsigned state, struct slice text, int64_t now_us)
{
	if (sh->is_told && state == sh->told_state && sh->core_state != state &&
	    sh->retry_us < RETRY_MOST_US)
		sh->retry_us *= 2;
	else if (state != sh->told_state)
		sh->retry_us = RETRY_US;
	sh->is_told = sh->under_way = true;
	sh->told_state = state;
	str_clear(&sh->told_text);
	str_addslice(&sh->told_text, text);
	sh->told_us = now_us;
}

/* True: it must be told now. It leaves the list, or waits longer. */
static bool
look(struct service_states *s, uint32_t number, int64_t now_us)
{
	struct shown *sh = &s->v[number];
	struct event_sum sum = {0};
	struct str text = {0};
	int64_t from;

	sum_up(s, sh, &sum);
	event_sum_print(&sum, sh->names,
	    sh->application[0] == '\0' ? NULL : sh->application, &text);
	from = tell_from(sh, sum.worst, str_slice(&text), now_us);
	sh->waits = from != 0 && from != INT64_MAX;
	if (from == 0)
		note_told(sh, sum.worst, str_slice(&text), now_us);
	else
		sh->from_us = from;
	str_free(&text);
	return from == 0;
}

bool
service_states_next(struct service_states *s, int64_t now_us, size_t *at,
    struct service_news *news_r)
{
	while (*at < s->n_waiting) {
		uint32_t number = s->waiting[*at];
		struct shown *sh = &s->v[number];
		bool tell;

		if (sh->under_way ||
		    (sh->from_us > now_us &&
			sh->from_us < now_us + RETRY_MOST_US)) {
			++*at;
			continue;
		}
		tell = look(s, number, now_us);
		if (sh->waits)
			++*at;
		else
			s->waiting[*at] = s->waiting[--s->n_waiting];
		if (!tell)
			continue;
		*news_r = (struct service_news){.number = number,
		    .host = sh->host,
		    .service = sh->service,
		    .state = sh->told_state,
		    .text = str_slice(&sh->told_text)};
		return true;
	}
	return false;
}

bool
service_states_told(struct service_states *s, uint32_t number, bool good)
{
	struct shown *sh = number < s->n ? &s->v[number] : NULL;

	if (sh == NULL || !sh->under_way)
		return true;
	sh->under_way = false;
	if (good)
		sh->core_state = sh->told_state;
	else
		sh->core_state = UNKNOWN_YET;
	if (!good)
		wait_until(s, number, sh->told_us + sh->retry_us);
	return good || sh->retry_us == RETRY_US;
}

void
service_states_lost(struct service_states *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (!s->v[i].under_way)
			continue;
		s->v[i].under_way = s->v[i].is_told = false;
		wait_until(s, i, 0);
	}
}
