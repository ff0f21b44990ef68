/* SPDX-License-Identifier: Apache-2.0
 *
 * The sites; see sites.h.
 */
#include "livestatusd/sites/sites.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/feed/feed.h"

#include <stdlib.h>

#define HELD_MAX     ((size_t)512 << 20) /* bytes of answers and keys */
#define ROWS_NS      NS_PER_S
#define ROWS_KEPT_NS (60 * NS_PER_S)

struct rows { /* a query may still look at them */
	struct rows *next;
	int64_t made; /* monotonic */
	size_t n;
	struct lql_site *v;
	struct str text;
};

struct sites {
	struct daemon *d;
	const struct feed *feed;
	struct commands *core, *eventd;
	struct site **v; /* this one first, the others by name */
	size_t n, cap;
	enum site_gate *gates;   /* of v[i], by another site */
	struct site_host *asked; /* of one site; scratch */
	uv_timer_t tick;
	struct rows *rows; /* the newest first */
	bool stale;
	size_t held;
	uint64_t refused; /* answers, for want of memory */
};

/* --- status hosts --------------------------------------------------------- */

/* The status host is monitored here. */
static enum site_gate
own_gate(const struct sites *s, const char *host)
{
	const struct mirror *m = feed_mirror(s->feed);
	uint32_t at = snap_find_host(m->snap, slice_of(host));

	if (at == SNAP_NONE)
		return GATE_UNKNOWN;
	if (!mirror_get(m, at, checked))
		return GATE_PENDING;
	switch (mirror_get(m, at, state)) {
	case 0:
		return GATE_OPEN;
	case 1:
		return GATE_DOWN;
	default:
		return GATE_UNREACH;
	}
}

static struct site *
find(const struct sites *s, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eqs(name, site_conf(s->v[i])->name))
			return s->v[i];
	return NULL;
}

static enum site_gate
gate_of(const struct sites *s, size_t i)
{
	const struct site_conf *c = site_conf(s->v[i]);
	struct site *at;

	if (c->status_host == NULL || c->status_site == NULL)
		return GATE_OPEN;
	at = find(s, slice_of(c->status_site));
	if (at == s->v[0])
		return own_gate(s, c->status_host);
	if (at == NULL || site_state(at) == SITE_DEAD ||
	    site_state(at) >= SITE_DISABLED)
		return GATE_UNKNOWN;
	return s->gates[i];
}

/* What `site` is to be asked for the others. The results come back by it. */
static size_t
on_hosts(void *arg, struct site *site, struct site_host **v_r)
{
	struct sites *s = arg;
	size_t n = 0;

	for (size_t i = 1; i < s->n; i++) {
		const struct site_conf *c = site_conf(s->v[i]);

		if (c->status_site != NULL && c->status_host != NULL &&
		    strcmp(c->status_site, site_conf(site)->name) == 0)
			s->asked[n++] =
			    (struct site_host){c->status_host, &s->gates[i]};
	}
	*v_r = s->asked;
	return n;
}

static void
on_changed(void *arg, struct site *site)
{
	struct sites *s = arg;

	(void)site;
	s->stale = true;
}

static void
on_tick(uv_timer_t *timer)
{
	struct sites *s = timer->data;

	for (size_t i = 0; i < s->n; i++)
		site_tick(s->v[i], i == 0 ? GATE_OPEN : gate_of(s, i));
	while (s->rows != NULL && s->rows->next != NULL) {
		struct rows **at = &s->rows->next;

		while ((*at)->next != NULL)
			at = &(*at)->next;
		if (clock_mono() - (*at)->made < ROWS_KEPT_NS)
			break;
		free((*at)->v);
		str_free(&(*at)->text);
		free(*at);
		*at = NULL;
	}
}

/* --- the configuration ---------------------------------------------------- */

static struct site *
take_unchanged(struct sites *s, const struct site_conf *c)
{
	for (size_t i = 1; i < s->n; i++) {
		struct site *old = s->v[i];

		if (old != NULL && strcmp(site_conf(old)->name, c->name) == 0 &&
		    strcmp(site_conf(old)->json, c->json) == 0) {
			s->v[i] = NULL;
			return old;
		}
	}
	return NULL;
}

static bool
on_room(void *arg, size_t bytes)
{
	return sites_hold(arg, bytes);
}

static void
on_left(void *arg, size_t bytes)
{
	sites_release(arg, bytes);
}

static struct site *
make(struct sites *s, struct site_conf *c)
{
	const struct site_hooks hooks = {.changed = on_changed,
	    .hosts = on_hosts,
	    .room = on_room,
	    .left = on_left,
	    .arg = s};

	return site_new(s->d->loop, c, &hooks);
}

static int
by_name(const void *a, const void *b)
{
	struct site *const *x = a, *const *y = b;

	return strcmp(site_conf(*x)->name, site_conf(*y)->name);
}

static void
add(struct sites *s, struct site *site)
{
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = site;
}

void
sites_reload(struct sites *s)
{
	const struct snapshot *snap = s->d->snapshot;
	json_t *all = json_loads(snap_s(snap, snap->sites), 0, NULL);
	struct sites old = *s;
	const char *name;
	json_t *doc;

	s->v = NULL;
	s->n = s->cap = 0;
	add(s, old.v[0]);
	json_object_foreach(all, name, doc)
	{
		struct site_conf c;
		struct site *site;

		if (strcmp(name, s->d->site) == 0)
			continue;
		site_conf_read(&c, name, doc);
		site = take_unchanged(&old, &c);
		add(s, site != NULL ? site : make(s, &c));
		site_conf_deinit(&c);
	}
	json_decref(all);
	if (s->n > 2)
		qsort(s->v + 1, s->n - 1, sizeof(*s->v), by_name);
	free(s->gates);
	free(s->asked);
	s->gates = xcalloc(s->n, sizeof(*s->gates));
	s->asked = xcalloc(s->n, sizeof(*s->asked));
	for (size_t i = 0; i < s->n; i++)
		s->gates[i] = GATE_PENDING;
	for (size_t i = 1; i < old.n; i++)
		site_close(&old.v[i], "the configuration has changed");
	free(old.v);
	s->stale = true;
	if (s->n > 1)
		uv_timer_start(&s->tick, on_tick, 0, SITE_TICK_MS);
	else
		uv_timer_start(
		    &s->tick, on_tick, 4 * SITE_TICK_MS, 4 * SITE_TICK_MS);
}

struct sites *
sites_new(struct daemon *d, const struct feed *feed, struct commands *core,
    struct commands *eventd)
{
	struct sites *s = xnew(struct sites);
	struct site_conf own;
	char *path = daemon_path(d, "tmp/run/live");
	json_t *doc = json_pack("{s:s}", "address", path);

	s->d = d;
	s->feed = feed;
	s->core = core;
	s->eventd = eventd;
	uv_timer_init(d->loop, &s->tick);
	s->tick.data = s;
	site_conf_read(&own, d->site, doc);
	own.own = true;
	json_decref(doc);
	free(path);
	add(s, make(s, &own));
	sites_reload(s);
	return s;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
sites_free(struct sites **sp)
{
	struct sites *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	for (size_t i = 0; i < s->n; i++)
		site_close(&s->v[i], "the status daemon ends");
	free(s->v);
	free(s->gates);
	free(s->asked);
	while (s->rows != NULL) {
		struct rows *r = s->rows;

		s->rows = r->next;
		free(r->v);
		str_free(&r->text);
		free(r);
	}
	uv_close((uv_handle_t *)&s->tick, on_closed);
}

struct site *
sites_find(const struct sites *s, const char *name)
{
	return find(s, slice_of(name));
}

/* --- who is asked --------------------------------------------------------- */

bool
sites_any(const struct sites *s)
{
	return s->n > 1;
}

uv_loop_t *
sites_loop(const struct sites *s)
{
	return s->d->loop;
}

int
sites_named(struct sites *s, struct slice names, struct site ***v_r,
    size_t *n_r, struct err *err_r)
{
	bool *wanted = xcalloc(s->n, sizeof(*wanted));
	struct slice word;
	size_t i, n = 0;
	int rc = 0;

	while (rc == 0 && slice_word(&names, &word)) {
		bool all = slice_eqs(word, "*");

		for (i = 0; i < s->n; i++) {
			if (!all && !(i == 0 && slice_eqs(word, ".")) &&
			    !slice_eqs(word, site_conf(s->v[i])->name))
				continue;
			n += !wanted[i];
			wanted[i] = true;
			if (!all)
				break;
		}
		if (i < s->n || all)
			continue;
		err_set(err_r, "there is no site '%.*s' (GET sites lists them)",
		    (int)(word.len < 60 ? word.len : 60), word.s);
		rc = -1;
	}
	*n_r = 0;
	*v_r = rc == 0 ? xcalloc(n + 1, sizeof(**v_r)) : NULL;
	for (i = 0; rc == 0 && i < s->n; i++)
		if (wanted[i])
			(*v_r)[(*n_r)++] = s->v[i];
	free(wanted);
	return rc;
}

/* --- commands for this one ------------------------------------------------ */

void
sites_command(struct sites *s, struct slice who, struct slice line,
    command_done_fn *done, void *arg)
{
	commands_send(commands_is_event(line) ? s->eventd : s->core, who, line,
	    done, arg);
}

void
sites_forget_command(struct sites *s, const void *arg)
{
	commands_forget(s->core, arg);
	commands_forget(s->eventd, arg);
}

/* --- rows, counters, memory ----------------------------------------------- */

/* Copies of all texts, because a site may go. */
static void
keep_texts(struct rows *r)
{
	size_t at = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < r->n; i++) {
			struct lql_site *x = &r->v[i];
			const char **const texts[] = {&x->name, &x->alias,
			    &x->address, &x->url_prefix, &x->reason,
			    &x->version, &x->livestatus_version,
			    &x->status_host};

			for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
				if (pass == 0) {
					str_add(&r->text, *texts[k]);
					str_addc(&r->text, '\0');
					continue;
				}
				*texts[k] = r->text.s + at;
				at += strlen(*texts[k]) + 1;
			}
		}
	}
}

const struct lql_site *
sites_rows(struct sites *s, size_t *n_r)
{
	int64_t now = clock_mono();
	struct rows *r = s->rows;

	if (r == NULL || s->stale || now - r->made > ROWS_NS) {
		r = xnew(struct rows);
		r->made = now;
		r->n = s->n;
		r->v = xcalloc(s->n, sizeof(*r->v));
		for (size_t i = 0; i < s->n; i++)
			site_row(s->v[i], &r->v[i]);
		keep_texts(r);
		r->next = s->rows;
		s->rows = r;
		s->stale = false;
	}
	*n_r = r->n;
	return r->v;
}

static void
put(struct str *list, const char *name, uint64_t value)
{
	msg_counter_put(
	    list, &(struct msg_counter){slice_of(name), (double)value});
}

void
sites_counters(const struct sites *s, struct str *list)
{
	uint64_t queries = 0, failures = 0, online = 0;

	for (size_t i = 1; i < s->n; i++) {
		struct lql_site row;

		site_row(s->v[i], &row);
		queries += row.queries;
		failures += row.failures;
		online += site_state(s->v[i]) == SITE_ONLINE;
	}
	put(list, "sites", s->n - 1);
	put(list, "sites_online", online);
	put(list, "sites_asked", queries);
	put(list, "sites_failed", failures);
	put(list, "sites_answers_refused", s->refused);
}

bool
sites_hold(struct sites *s, size_t bytes)
{
	if (s->held + 2 * bytes > HELD_MAX) {
		s->refused++;
		return false;
	}
	s->held += 2 * bytes;
	return true;
}

void
sites_release(struct sites *s, size_t bytes)
{
	s->held -= 2 * bytes;
}
