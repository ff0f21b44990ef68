/* SPDX-License-Identifier: Apache-2.0
 *
 * Clusters; see cluster.h.
 */
#include "core/state/cluster.h"

#include "common/mem.h"
#include "common/msg.h"
#include "core/state/internal.h"

#include <stdlib.h>

#define FORGET_S                                                               \
	120 /* a node that says nothing for so long, or 2 intervals            \
	     */

struct node_result {
	bool has, missing, is_new;
	struct result result; /* its texts are in `texts` */
	char *texts, *blob;
	uint32_t blob_len;
};
struct clustered { /* nodes in the order of the host's list */
	uint32_t n;
	struct node_result nodes[];
};

void
cluster_index(struct engine *e)
{
	const struct snapshot *s = e->snap;
	uint32_t total = 0, *at;

	e->clusters_of = xcalloc(s->n_hosts + 2, sizeof(*e->clusters_of));
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < conf(e, h)->nodes.n; i++, total++)
			e->clusters_of[snap_at(s, conf(e, h)->nodes, i) + 2]++;
	for (uint32_t h = 0; h < s->n_hosts; h++)
		e->clusters_of[h + 2] += e->clusters_of[h + 1];
	e->clusters = xcalloc(total + 1, sizeof(*e->clusters));
	at = e->clusters_of + 1;
	for (uint32_t h = 0; h < s->n_hosts; h++)
		for (uint32_t i = 0; i < conf(e, h)->nodes.n; i++)
			e->clusters[at[snap_at(s, conf(e, h)->nodes, i)]++] = h;
}

/* --- hosts ---------------------------------------------------------------- */

void
cluster_check(struct engine *e, uint32_t cluster, int64_t now)
{
	struct snap_list nodes = conf(e, cluster)->nodes;
	struct result r = {.start = now};
	struct str text = {0};
	uint32_t up = 0;

	for (uint32_t i = 0; i < nodes.n; i++)
		up += e->objects[snap_at(e->snap, nodes, i)].state == HOST_UP;
	r.code = up == 0;
	str_addf(&text, "%u of %u nodes are UP", up, nodes.n);
	r.output = str_slice(&text);
	engine_result(e, cluster, &r, now);
	str_free(&text);
}

void
cluster_node_changed(struct engine *e, uint32_t node, int64_t now)
{
	for (uint32_t i = e->clusters_of[node]; i < e->clusters_of[node + 1];
	     i++)
		if (conf(e, e->clusters[i])->check == SNAP_CHECK_CLUSTER)
			cluster_check(e, e->clusters[i], now);
}

/* --- services ------------------------------------------------------------- */

/* The node's place in the list; UINT32_MAX: it is none of the nodes. */
static uint32_t
place_of(const struct engine *e, uint32_t service, uint32_t node)
{
	struct snap_list nodes = conf(e, conf(e, service)->host)->nodes;

	for (uint32_t i = 0; i < nodes.n; i++)
		if (snap_at(e->snap, nodes, i) == node)
			return i;
	return UINT32_MAX;
}

bool
cluster_feeds(const struct engine *e, uint32_t service, uint32_t node)
{
	return conf(e, service)->check == SNAP_CHECK_CLUSTERED &&
	    place_of(e, service, node) != UINT32_MAX;
}

void
cluster_each(const struct engine *e, uint32_t node,
    void (*each)(void *arg, uint32_t service), void *arg)
{
	for (uint32_t i = e->clusters_of[node]; i < e->clusters_of[node + 1];
	     i++) {
		struct snap_list s = conf(e, e->clusters[i])->services;

		for (uint32_t k = s.off; k < s.off + s.n; k++)
			if (conf(e, k)->check == SNAP_CHECK_CLUSTERED)
				each(arg, k);
	}
}

static struct node_result *
node_of(struct engine *e, uint32_t service, uint32_t node)
{
	struct checkable *o = &e->objects[service];
	uint32_t n = conf(e, conf(e, service)->host)->nodes.n;

	if (o->clustered == NULL) {
		o->clustered = xcalloc(1,
		    sizeof(*o->clustered) + n * sizeof(o->clustered->nodes[0]));
		o->clustered->n = n;
	}
	return &o->clustered->nodes[place_of(e, service, node)];
}

struct slice
cluster_blob(const struct engine *e, uint32_t service, uint32_t node)
{
	const struct clustered *c = e->objects[service].clustered;
	const struct node_result *n;

	if (c == NULL)
		return SLICE("");
	n = &c->nodes[place_of(e, service, node)];
	return (struct slice){n->blob == NULL ? "" : n->blob, n->blob_len};
}

void
cluster_set_blob(
    struct engine *e, uint32_t service, uint32_t node, struct slice blob)
{
	struct node_result *n = node_of(e, service, node);

	free(n->blob);
	n->blob = NULL;
	n->blob_len = 0;
	if (blob.len == 0 || blob.len > TEXT_BLOB_MAX)
		return;
	n->blob = xmalloc(blob.len);
	memcpy(n->blob, blob.s, blob.len);
	n->blob_len = (uint32_t)blob.len;
}

static struct slice
put(char **at, struct slice s)
{
	struct slice kept = {*at, s.len};

	if (s.len > 0)
		memcpy(*at, s.s, s.len);
	*at += s.len;
	return kept;
}

static void
keep(struct node_result *n, const struct result *r)
{
	char *at =
	    xmalloc(r->output.len + r->long_output.len + r->perfdata.len + 1);

	free(n->texts);
	n->texts = at;
	n->result = *r;
	n->result.output = put(&at, r->output);
	n->result.long_output = put(&at, r->long_output);
	n->result.perfdata = put(&at, r->perfdata);
	n->result.has_blob = false;
	n->has = n->is_new = true;
	n->missing = r->code == SERVICE_UNKNOWN && r->output.len > 0 &&
	    slice_starts(r->output, MSG_ITEM_MISSING);
}

static unsigned
rank(uint8_t state) /* ST-2 */
{
	static const unsigned ranks[] = {0, 1, 3, 2};

	return ranks[state & 3];
}

/* Of the nodes that have the item, the one whose result is the service's. */
static const struct node_result *
choose(const struct clustered *c, bool best, uint32_t *holders_r)
{
	const struct node_result *chosen = NULL;

	*holders_r = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct node_result *n = &c->nodes[i];

		if (!n->has || n->missing)
			continue;
		++*holders_r;
		if (chosen == NULL ||
		    (best ? rank(n->result.code) < rank(chosen->result.code)
			  : rank(n->result.code) > rank(chosen->result.code)))
			chosen = n;
	}
	return chosen;
}

/* "[node] text" of those that are not chosen, a line each. */
static void
add_others(struct str *out, const struct engine *e, uint32_t service,
    const struct node_result *chosen)
{
	const struct clustered *c = e->objects[service].clustered;
	struct snap_list nodes = conf(e, conf(e, service)->host)->nodes;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct node_result *n = &c->nodes[i];

		if (n == chosen || !n->has || n->missing)
			continue;
		if (out->len > 0)
			str_addc(out, '\n');
		str_addf(out, "[%s] %s: ",
		    snap_s(e->snap, conf(e, snap_at(e->snap, nodes, i))->name),
		    engine_state_word(e, service, n->result.code));
		str_addslice(out, n->result.output);
	}
}

static const char *
name_of(const struct engine *e, uint32_t service, const struct node_result *n)
{
	uint32_t i = (uint32_t)(n - e->objects[service].clustered->nodes);
	struct snap_list nodes = conf(e, conf(e, service)->host)->nodes;

	return snap_s(e->snap, conf(e, snap_at(e->snap, nodes, i))->name);
}

/* CL-2: the nodes' results as one. */
static void
combine(struct engine *e, uint32_t service, int64_t now)
{
	uint32_t mode = conf(e, service)->cluster_mode, holders;
	const struct node_result *chosen = choose(
	    e->objects[service].clustered, mode == SNAP_CLUSTER_BEST, &holders);
	struct str text = {0}, more = {0};
	struct result r = {.passive = true, .start = now};

	if (chosen == NULL) {
		r.code = SERVICE_UNKNOWN;
		str_add(&text, MSG_ITEM_MISSING " of any node");
	} else {
		r = chosen->result;
		str_addf(&text, "[%s] ", name_of(e, service, chosen));
		str_addslice(&text, chosen->result.output);
		str_addslice(&more, chosen->result.long_output);
		add_others(&more, e, service, chosen);
	}
	if (mode == SNAP_CLUSTER_FAILOVER && holders > 1) {
		if (rank(r.code) < rank(SERVICE_WARN))
			r.code = SERVICE_WARN;
		str_addf(&text, " (on %u nodes, expected on one)", holders);
	}
	r.output = str_slice(&text);
	r.long_output = str_slice(&more);
	if (engine_refuses(e, service, &r, now) == NULL)
		engine_result(e, service, &r, now);
	str_free(&text);
	str_free(&more);
}

void
cluster_take(struct engine *e, uint32_t service, uint32_t node,
    const struct result *r, int64_t now)
{
	struct node_result *own = node_of(e, service, node);
	struct clustered *c = e->objects[service].clustered;
	int64_t limit = 2 * (int64_t)conf(e, service)->check_interval_ms / 1000;
	bool all = true;

	keep(own, r);
	if (limit < FORGET_S)
		limit = FORGET_S;
	for (uint32_t i = 0; i < c->n; i++) {
		struct node_result *n = &c->nodes[i];

		if (n->has && n->result.start + limit < now)
			n->has = false; /* the node went away */
		all = all && (!n->has || n->is_new);
	}
	/* Once a round, so that attempts are counted as configured. */
	if (!all)
		return;
	for (uint32_t i = 0; i < c->n; i++)
		c->nodes[i].is_new = false;
	combine(e, service, now);
}

void
cluster_forget(struct checkable *o)
{
	if (o->clustered == NULL)
		return;
	for (uint32_t i = 0; i < o->clustered->n; i++) {
		free(o->clustered->nodes[i].texts);
		free(o->clustered->nodes[i].blob);
	}
	free(o->clustered);
	o->clustered = NULL;
}
