/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may take which job; see workers.h.
 */
#include "core/schedule/workers.h"
#include "core/schedule/share.h"

#include "common/log.h"
#include "common/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define CLAIMS_MOST 255 /* different sets of fetchers */

int
workers_def_of(const struct workers *w, const char *key)
{
	for (size_t i = 0; key[0] != '\0' && i < w->defs.n; i++)
		if (strcmp(w->defs.items[i].key, key) == 0)
			return (int)i;
	return -1;
}

/* --- claims --------------------------------------------------------------- */

static bool
is_below(const char *folder, const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return n <= 1 ||
	    (strncmp(folder, path, n) == 0 &&
		(folder[n] == '\0' || folder[n] == '/'));
}

static bool
has_label(const struct snapshot *snap, const struct snap_object *host,
    const char *name, const char *value)
{
	for (uint32_t i = 0; i + 1 < host->labels.n; i += 3)
		if (strcmp(snap_s(snap, snap_at(snap, host->labels, i)),
			name) == 0 &&
		    strcmp(snap_s(snap, snap_at(snap, host->labels, i + 1)),
			value) == 0)
			return true;
	return false;
}

static bool
claims(const struct fetcher_def *def, const struct snapshot *snap,
    const struct snap_object *host)
{
	for (size_t i = 0; i < def->n_affinity; i++) {
		const struct fetcher_pair *p = &def->affinity[i];

		if (p->is_label
			? has_label(snap, host, p->name, p->value)
			: is_below(snap_s(snap, host->folder), p->value))
			return true;
	}
	return false;
}

static uint8_t
claim_number(struct workers *w, uint64_t by)
{
	uint32_t i = 0;

	if (by == 0)
		return 0;
	while (i < w->n_claims && w->claims[i].by != by)
		i++;
	if (i == w->n_claims) {
		if (i == CLAIMS_MOST) {
			log_warn("fetchers: more than %d different sets of "
				 "fetchers claim hosts, the rest is anybody's",
			    CLAIMS_MOST);
			return 0;
		}
		w->claims =
		    xreallocarray(w->claims, ++w->n_claims, sizeof(*w->claims));
		w->claims[i] = (struct claim){.by = by};
	}
	w->claims[i].hosts++;
	return (uint8_t)(i + 1);
}

static void
forget_claims(struct workers *w)
{
	for (uint32_t i = 0; i < w->n_claims; i++) {
		must(claim_waiting(&w->claims[i]) == 0);
		for (unsigned k = 0; k < SCHEDULE_KINDS; k++)
			free(w->claims[i].waiting[k].items);
	}
	free(w->claims);
	free(w->claim_of);
	w->claims = NULL;
	w->claim_of = NULL;
	w->n_claims = 0;
}

void
workers_claim(struct workers *w, const struct snapshot *snap)
{
	forget_claims(w);
	w->n_hosts = snap->n_hosts;
	w->claiming = w->alone = 0;
	for (size_t i = 0; i < w->defs.n; i++) {
		if (w->defs.items[i].n_affinity > 0)
			w->claiming |= 1ull << i;
		if (w->defs.items[i].alone)
			w->alone |= 1ull << i;
	}
	if (w->claiming == 0)
		return;
	w->claim_of = xcalloc(snap->n_hosts + 1, 1);
	for (uint32_t h = 0; h < snap->n_hosts; h++) {
		uint64_t by = 0;

		for (size_t i = 0; i < w->defs.n; i++)
			if (claims(&w->defs.items[i], snap, &snap->objects[h]))
				by |= 1ull << i;
		w->claim_of[h] = claim_number(w, by);
	}
}

void
workers_define(
    struct workers *w, struct fetcher_defs *defs, const struct snapshot *snap)
{
	struct fetcher_defs old = w->defs;
	int64_t lost_since[FETCHERS_MOST] = {0};
	struct worker *one, *next;

	w->defs = *defs;
	*defs = (struct fetcher_defs){0};
	for (size_t i = 0; i < old.n; i++) {
		int now = workers_def_of(w, old.items[i].key);

		if (now >= 0)
			lost_since[now] = w->lost_since[i];
	}
	memcpy(w->lost_since, lost_since, sizeof(lost_since));
	fetcher_defs_free(&old);
	workers_claim(w, snap);
	for (one = w->first; one != NULL; one = one->next)
		if (one->def >= 0)
			one->def = workers_def_of(w, bus_peer_key(one->peer));
	for (one = w->first; one != NULL; one = next) {
		next = one->next;
		if (one->def < 0 && bus_peer_key(one->peer)[0] != '\0')
			bus_peer_end(one->peer, "its key was removed");
	}
}

void
workers_free(struct workers *w)
{
	struct worker *one;

	while ((one = w->first) != NULL) {
		w->first = one->next;
		free(one);
	}
	for (uint32_t i = 0; i < w->n_claims; i++)
		for (unsigned k = 0; k < SCHEDULE_KINDS; k++)
			w->claims[i].waiting[k].n = 0;
	forget_claims(w);
	fetcher_defs_free(&w->defs);
}

/* --- who is up ------------------------------------------------------------ */

struct worker *
workers_add(struct workers *w, struct bus_peer *peer, int64_t now)
{
	struct worker *one = xnew(struct worker);

	one->peer = peer;
	one->since = now;
	one->def = workers_def_of(w, bus_peer_key(peer));
	/* The key says who it is, not what it calls itself. */
	snprintf(one->name, sizeof(one->name), "%s",
	    one->def >= 0 ? w->defs.items[one->def].name : bus_peer_name(peer));
	one->next = w->first;
	w->first = one;
	w->joined++;
	return one;
}

void
workers_remove(struct workers *w, struct worker *worker, int64_t now)
{
	struct worker **at = &w->first;

	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	if (worker->def >= 0)
		w->lost_since[worker->def] = now;
	w->lost++;
	free(worker);
}

struct claim *
workers_claim_on(
    const struct workers *w, const struct snapshot *snap, uint32_t object)
{
	uint8_t n;

	if (w->claim_of == NULL)
		return NULL;
	n = w->claim_of[snap->objects[object].host];
	return n == 0 ? NULL : &w->claims[n - 1];
}

static bool
has_bit(uint64_t bits, int def)
{
	return def >= 0 && (bits >> def & 1) != 0;
}

static bool
is_better(const struct worker *one, const struct worker *best)
{
	if (one->credit == 0 || one->refused || one->draining)
		return false;
	return best == NULL ||
	    (uint64_t)one->busy * (best->credit + best->busy) <
	    (uint64_t)best->busy * (one->credit + one->busy);
}

static bool
allows(const struct workers *w, const struct worker *one, unsigned kind)
{
	const struct share share = {.capacity = one->credit + one->busy,
	    .unused = one->credit,
	    .used = w->kinds_used,
	    .running = one->running_of};

	return share_allows(&share, kind);
}

/* Of those that the bits name, or (bits 0) that claim nothing. */
static struct worker *
pick_of(struct workers *w, uint64_t by, unsigned kind, bool *is_up_r)
{
	struct worker *best = NULL;
	bool is_held = false;

	for (struct worker *one = w->first; one != NULL; one = one->next) {
		if (by != 0 ? !has_bit(by, one->def)
			    : has_bit(w->claiming, one->def))
			continue;
		if (!one->draining)
			*is_up_r = true;
		if (!is_better(one, best))
			continue;
		if (allows(w, one, kind))
			best = one;
		else
			is_held = true;
	}
	w->held_back += best == NULL && is_held;
	return best;
}

struct worker *
workers_pick_local(const struct workers *w)
{
	struct worker *best = NULL;

	for (struct worker *one = w->first; one != NULL; one = one->next)
		if (one->def < 0 && is_better(one, best))
			best = one;
	return best;
}

struct worker *
workers_pick(struct workers *w, const struct claim *c, unsigned kind)
{
	bool is_up = false;
	struct worker *one;

	if (c == NULL)
		return pick_of(w, 0, kind, &is_up);
	one = pick_of(w, c->by, kind, &is_up);
	if (one != NULL || is_up || (c->by & ~w->alone) == 0)
		return one;
	return pick_of(w, 0, kind, &is_up);
}

bool
workers_any(const struct workers *w)
{
	for (const struct worker *one = w->first; one != NULL; one = one->next)
		if (one->credit > 0 && !one->draining && !one->refused)
			return true;
	return false;
}

void
claim_wait(struct claim *c, unsigned kind, const struct due *due)
{
	struct claim_line *l = &c->waiting[kind];

	ARRAY_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = *due;
}

uint32_t
claim_waiting(const struct claim *c)
{
	uint32_t n = 0;

	for (unsigned k = 0; k < SCHEDULE_KINDS; k++)
		n += c->waiting[k].n;
	return n;
}

/* --- for people ----------------------------------------------------------- */

static json_t *
row_of(const struct worker *one)
{
	uint64_t room = (uint64_t)one->credit + one->busy;

	return json_pack("{s:s, s:b, s:s, s:s, s:I, s:I, s:f, s:I, s:I, s:I, "
			 "s:f, s:f}",
	    "name", one->name, "remote", one->def >= 0, "state",
	    one->draining ? "draining" : "up", "version",
	    bus_peer_version(one->peer), "since", (json_int_t)one->since,
	    "jobs", (json_int_t)one->busy, "usage",
	    room == 0 ? 0.0 : (double)one->busy / (double)room, "taken",
	    (json_int_t)one->taken, "answered", (json_int_t)one->answered,
	    "given_away", (json_int_t)one->given_away, "latency", one->latency,
	    "line", one->line);
}

static void
add_def(const struct workers *w, size_t i, json_t *row)
{
	struct str affinity = {0};
	json_int_t hosts = 0, waiting = 0;

	fetcher_affinity_put(&w->defs.items[i], &affinity);
	for (uint32_t c = 0; c < w->n_claims; c++)
		if (has_bit(w->claims[c].by, (int)i)) {
			hosts += w->claims[c].hosts;
			waiting += claim_waiting(&w->claims[c]);
		}
	json_object_set_new(row, "affinity", json_string(str_get(&affinity)));
	json_object_set_new(row, "alone", json_boolean(w->defs.items[i].alone));
	json_object_set_new(row, "hosts", json_integer(hosts));
	json_object_set_new(row, "waiting", json_integer(waiting));
	str_free(&affinity);
}

void
workers_list(const struct workers *w, struct str *to)
{
	json_t *rows = json_array(), *row;
	uint64_t up = 0;
	char *text;

	for (const struct worker *one = w->first; one != NULL;
	     one = one->next) {
		row = row_of(one);
		if (one->def >= 0) {
			up |= 1ull << one->def;
			add_def(w, (size_t)one->def, row);
		}
		json_array_insert_new(rows, 0, row);
	}
	for (size_t i = 0; i < w->defs.n; i++) {
		if (has_bit(up, (int)i))
			continue;
		row = json_pack("{s:s, s:b, s:s, s:I}", "name",
		    w->defs.items[i].name, "remote", 1, "state",
		    w->lost_since[i] == 0 ? "never seen" : "down", "since",
		    (json_int_t)w->lost_since[i]);
		add_def(w, i, row);
		json_array_append_new(rows, row);
	}
	text = json_dumps(rows, JSON_COMPACT);
	str_add(to, text);
	free(text);
	json_decref(rows);
}
