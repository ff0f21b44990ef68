/* SPDX-License-Identifier: Apache-2.0
 *
 * Services of clusters (CL-2, CL-3): what the nodes' data says becomes one
 * state.
 */
#include "common/msg.h"
#include "core/state/cluster.h"
#include "tests/unit/core/world.h"

enum {
	CLUSTER,
	N1,
	N2,
	SERVICE
};

static struct world *
cluster(uint32_t mode)
{
	struct world *w = world_new();
	uint32_t nodes[2], c, s;

	c = snapb_host(w->b, "clu");
	nodes[0] = snapb_host(w->b, "n1");
	nodes[1] = snapb_host(w->b, "n2");
	assert_int_equal(c, CLUSTER);
	snapb_object(w->b, c)->check = SNAP_CHECK_CLUSTER;
	snapb_object(w->b, c)->nodes = snapb_list(w->b, nodes, 2);
	s = snapb_service(w->b, c, "Postgres");
	assert_int_equal(s, SERVICE);
	snapb_object(w->b, s)->check = SNAP_CHECK_CLUSTERED;
	snapb_object(w->b, s)->check_name = snapb_str(w->b, "ps");
	snapb_object(w->b, s)->cluster_mode = mode;
	snapb_object(w->b, s)->check_interval_ms = 60000;
	world_start(w, 0);
	return w;
}

static void
says(struct world *w, int64_t at, uint32_t node, uint8_t code, const char *text)
{
	struct result r = {.code = code,
	    .passive = true,
	    .start = at,
	    .output = slice_of(text)};

	world_advance(w, at);
	cluster_take(w->e, SERVICE, node, &r, at);
}

static void
is(const struct world *w, uint8_t state, const char *text)
{
	const struct checkable *o = &w->e->objects[SERVICE];

	assert_int_equal(o->state, state);
	assert_true(slice_eqs(checkable_output(o), text));
}

static void
modes(void **state) /* CL-2 */
{
	static const struct {
		uint32_t mode;
		uint8_t one, two, want;
		const char *text, *out;
	} rows[] = {
	    {SNAP_CLUSTER_WORST, 0, 0, 0, "b", "[n1] a"},
	    {SNAP_CLUSTER_WORST, 0, 2, 2, "b", "[n2] b"},
	    {SNAP_CLUSTER_WORST, 3, 2, 2, "b", "[n2] b"},
	    {SNAP_CLUSTER_WORST, 3, 1, 3, "b", "[n1] a"},
	    {SNAP_CLUSTER_BEST, 0, 2, 0, "b", "[n1] a"},
	    {SNAP_CLUSTER_BEST, 2, 3, 3, "b", "[n2] b"},
	    {SNAP_CLUSTER_BEST, 2, 1, 1, "b", "[n2] b"},
	    {SNAP_CLUSTER_FAILOVER, 0, 3, 0, MSG_ITEM_MISSING, "[n1] a"},
	    {SNAP_CLUSTER_FAILOVER, 2, 3, 2, MSG_ITEM_MISSING, "[n1] a"},
	    {SNAP_CLUSTER_FAILOVER, 0, 0, 1, "b",
		"[n1] a (on 2 nodes, expected on one)"},
	    {SNAP_CLUSTER_FAILOVER, 0, 2, 2, "b",
		"[n2] b (on 2 nodes, expected on one)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *w = cluster(rows[i].mode);

		says(w, 10, N1, rows[i].one, "a");
		says(w, 11, N2, rows[i].two, rows[i].text);
		says(w, 70, N1, rows[i].one, "a"); /* the round is complete */
		is(w, rows[i].want, rows[i].out);
		world_free(&w);
	}
}

/* An item that no node has is UNKNOWN; a node that fell silent is left out. */
static void
silent_nodes(void **state) /* CL-2 */
{
	struct world *w = cluster(SNAP_CLUSTER_WORST);

	(void)state;
	says(w, 10, N1, 0, "a");
	is(w, 0, "[n1] a");
	says(w, 11, N2, 2, "b");
	is(w, 0, "[n1] a"); /* a round is not complete */
	says(w, 70, N1, 0, "a");
	is(w, 2, "[n2] b");
	says(w, 71, N2, 2, "b");
	for (int64_t t = 130; t < 200; t += 60)
		says(w, t, N1, 0, "a");
	is(w, 2, "[n2] b");
	says(w, 250, N1, 0, "a");
	is(w, 0, "[n1] a");
	says(w, 310, N1, 3, MSG_ITEM_MISSING);
	is(w, 3, MSG_ITEM_MISSING " of any node");
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes),
	    cmocka_unit_test(silent_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
