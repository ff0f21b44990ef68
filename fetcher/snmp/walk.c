/* SPDX-License-Identifier: Apache-2.0
 *
 * Walks for people; see walk.h. OIDs need not ascend, but none may come twice:
 * devices that go in circles would do so for ever.
 */
#include "fetcher/snmp/walk.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define BULK_REPETITIONS 25

struct snmp_walk {
	struct snmp_walk_settings set;
	struct oid *trees;
	size_t n, i; /* the one being walked */
	struct oid at;
	bool any;    /* of this tree */
	bool itself; /* nothing is below it: is it a value? */
	bool no_bulk;
	unsigned repetitions;
	uint64_t *seen; /* hashes of OIDs, 0: free */
	size_t n_seen, cap_seen;
	size_t n_values, n_circles;
	struct snmp_request request;
};

static void
begin_tree(struct snmp_walk *w)
{
	w->any = false;
	w->itself = w->set.exact;
	if (w->i < w->n)
		w->at = w->trees[w->i];
}

struct snmp_walk *
snmp_walk_new(const struct snmp_walk_settings *settings,
    const struct oid *trees, size_t n)
{
	struct snmp_walk *w = xnew(struct snmp_walk);

	must(n <= WALK_MAX_TREES);
	w->set = *settings;
	w->no_bulk = settings->v1 || settings->no_bulk;
	w->repetitions = settings->bulk > 0 ? settings->bulk : BULK_REPETITIONS;
	w->trees = xcalloc(n + 1, sizeof(w->trees[0]));
	memcpy(w->trees, trees, n * sizeof(w->trees[0]));
	w->n = n;
	begin_tree(w);
	return w;
}

void
snmp_walk_free(struct snmp_walk **wp)
{
	struct snmp_walk *w = *wp;

	if (w == NULL)
		return;
	free(w->trees);
	free(w->seen);
	free(w);
	*wp = NULL;
}

size_t
snmp_walk_values(const struct snmp_walk *w)
{
	return w->n_values;
}

size_t
snmp_walk_circles(const struct snmp_walk *w)
{
	return w->n_circles;
}

bool
snmp_walk_next(struct snmp_walk *w, const struct snmp_request **request_r)
{
	if (w->i == w->n)
		return false;
	w->request = (struct snmp_request){.n = 1,
	    .op = w->itself  ? SNMP_GET_OP
		: w->no_bulk ? SNMP_NEXT_OP
			     : SNMP_BULK_OP,
	    .repetitions = w->repetitions,
	    .context = w->set.context};
	w->request.oids[0] = w->at;
	*request_r = &w->request;
	return true;
}

/* --- what was answered ----------------------------------------------------
 */

static uint64_t
hash_of(const struct oid *oid)
{
	uint64_t h = 14695981039346656037u;

	for (uint32_t i = 0; i < oid->n; i++)
		h = ((h ^ oid->id[i]) * 1099511628211u) ^ (h >> 29);
	return h == 0 ? 1 : h;
}

static bool
put_hash(uint64_t *table, size_t cap, uint64_t hash)
{
	size_t at = hash & (cap - 1);

	while (table[at] != 0 && table[at] != hash)
		at = (at + 1) & (cap - 1);
	if (table[at] == hash)
		return false;
	table[at] = hash;
	return true;
}

/* False: it was there before. */
static bool
remember(struct snmp_walk *w, const struct oid *oid)
{
	if (2 * w->n_seen >= w->cap_seen) {
		size_t cap = w->cap_seen == 0 ? 1024 : 2 * w->cap_seen;
		uint64_t *table = xcalloc(cap, sizeof(table[0]));

		for (size_t i = 0; i < w->cap_seen; i++)
			if (w->seen[i] != 0)
				put_hash(table, cap, w->seen[i]);
		free(w->seen);
		w->seen = table;
		w->cap_seen = cap;
	}
	if (!put_hash(w->seen, w->cap_seen, hash_of(oid)))
		return false;
	w->n_seen++;
	return true;
}

static void
end_tree(struct snmp_walk *w)
{
	if (!w->any && !w->itself) {
		w->itself = true;
		w->at = w->trees[w->i];
		return;
	}
	w->i++;
	begin_tree(w);
}

/* False: the tree ends here. */
static bool
take(struct snmp_walk *w, const struct snmp_var *v)
{
	if (v->kind == SNMP_NONE || !oid_below(&v->oid, &w->trees[w->i]))
		return false;
	w->at = v->oid;
	if (w->set.skip != NULL && oid_below(&v->oid, w->set.skip)) {
		w->at = *w->set.skip; /* to its neighbour */
		w->at.id[w->at.n - 1]++;
		return true;
	}
	if (!remember(w, &v->oid)) {
		w->n_circles++;
		return false;
	}
	w->any = true;
	w->n_values++;
	w->set.put(w->set.arg, v);
	return true;
}

static int
take_error(struct snmp_walk *w, unsigned error, struct err *err_r)
{
	struct str at = {0};

	if (error == SNMP_NO_CONTEXT) {
		err_set(err_r, "%s", "");
		return -1;
	}
	if (error == SNMP_NO_SUCH_NAME) {
		if (w->itself && w->set.exact)
			w->set.put(w->set.arg,
			    &(struct snmp_var){
				.oid = w->at, .kind = SNMP_NONE});
		end_tree(w);
		return 0;
	}
	if (w->request.op == SNMP_BULK_OP) { /* too much for it */
		w->no_bulk = w->repetitions == 1;
		w->repetitions =
		    error == SNMP_TOO_BIG ? (w->repetitions + 1) / 2 : 1;
		return 0;
	}
	if (error == SNMP_SILENCE) {
		err_set(err_r, "%s", "");
		return -1;
	}
	oid_text(w->at.id, w->at.n, &at);
	if (error == SNMP_NO_ACCESS || error == SNMP_NOT_ALLOWED)
		err_set(err_r,
		    "the device refuses what comes at or behind %s "
		    "(%s: may this user or community see it, and at this "
		    "security level? Check snmp.auth and snmp.priv)",
		    str_get(&at),
		    error == SNMP_NO_ACCESS ? "noAccess"
					    : "authorizationError");
	else
		err_set(err_r,
		    "the device answers with error %u%s when asked for what "
		    "comes at "
		    "or behind %s (walk what lies beyond by naming its OID)",
		    error, error == SNMP_GEN_ERR ? " (genErr)" : "",
		    str_get(&at));
	str_free(&at);
	return -1;
}

int
snmp_walk_answer(
    struct snmp_walk *w, const struct snmp_answer *a, struct err *err_r)
{
	if (a->error != SNMP_OK || a->n == 0)
		return take_error(
		    w, a->error != SNMP_OK ? a->error : SNMP_GEN_ERR, err_r);
	if (w->itself) {
		if (w->set.exact || a->vars[0].kind != SNMP_NONE)
			w->set.put(w->set.arg, &a->vars[0]);
		w->n_values += a->vars[0].kind != SNMP_NONE;
		w->any = true;
		end_tree(w);
		return 0;
	}
	for (size_t i = 0; i < a->n; i++) {
		if (!take(w, &a->vars[i])) {
			end_tree(w);
			return 0;
		}
		if (w->set.skip != NULL && w->at.n == w->set.skip->n &&
		    a->vars[i].oid.n > w->at.n)
			return 0; /* over what is skipped */
	}
	return 0;
}
