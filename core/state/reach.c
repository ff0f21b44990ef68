/* SPDX-License-Identifier: Apache-2.0
 *
 * Reachability by parents (core-semantics 3.4) and the states that are
 * withheld until the parents' are known (3.6).
 */
#include "core/state/internal.h"

#include "common/mem.h"

#include <stdlib.h>

uint8_t
reach_class(const struct engine *e, uint32_t host)
{
	const struct snap_object *c = conf(e, host);

	if (c->parents.n == 0)
		return HOST_DOWN;
	for (uint32_t i = 0; i < c->parents.n; i++)
		if (e->objects[snap_at(e->snap, c->parents, i)].state ==
		    HOST_UP)
			return HOST_DOWN;
	return HOST_UNREACH;
}

static bool
fresh(const struct engine *e, uint32_t host, int64_t since, int64_t now)
{
	if (conf(e, host)->check == SNAP_CHECK_ALWAYS_UP)
		return true;
	return e->objects[host].withheld == NULL &&
	    is_checked_since(e, host, since, now);
}

bool
reach_known(const struct engine *e, uint32_t host, int64_t failed, int64_t now)
{
	const struct snap_object *c = conf(e, host);
	bool all = true;

	for (uint32_t i = 0; i < c->parents.n; i++) {
		uint32_t parent = snap_at(e->snap, c->parents, i);

		if (!fresh(e, parent, failed, now))
			all = false;
		else if (e->objects[parent].state == HOST_UP)
			return true;
	}
	return all;
}

bool
reach_confirmed(
    const struct engine *e, uint32_t host, int64_t since, int64_t now)
{
	const struct snap_object *c = conf(e, host);

	for (uint32_t i = 0; i < c->parents.n; i++) {
		uint32_t parent = snap_at(e->snap, c->parents, i);

		if (fresh(e, parent, since, now) &&
		    e->objects[parent].state == HOST_UP)
			return true;
	}
	return c->parents.n == 0;
}

int64_t
reach_patience(const struct engine *e, uint32_t object)
{
	const struct checkable *o = &e->objects[object];
	int64_t s = ((int64_t)o->check_interval_ms * 2 + 999) / 1000;

	return s <= 0 || s > ENGINE_PATIENCE ? ENGINE_PATIENCE : s;
}

void
reach_await(struct engine *e, uint32_t object)
{
	const struct snap_object *c = conf(e, object);

	if (c->is_service) {
		e->objects[c->host].flags |= CHECKABLE_AWAITED;
		return;
	}
	for (uint32_t i = 0; i < c->parents.n; i++)
		e->objects[snap_at(e->snap, c->parents, i)].flags |=
		    CHECKABLE_AWAITED;
}

static struct slice
keep(char **at, struct slice s)
{
	struct slice kept = {*at, s.len};

	if (s.len > 0)
		memcpy(*at, s.s, s.len);
	*at += s.len;
	return kept;
}

void
reach_withhold(
    struct engine *e, uint32_t host, const struct result *r, int64_t now)
{
	const struct snap_object *c = conf(e, host);
	struct checkable *o = &e->objects[host];
	struct withheld *w;
	int64_t longest = 0;
	char *at;

	w = xmalloc(sizeof(*w) + r->output.len + r->long_output.len +
	    r->perfdata.len + r->blob.len);
	w->result = *r;
	at = w->bytes;
	w->result.output = keep(&at, r->output);
	w->result.long_output = keep(&at, r->long_output);
	w->result.perfdata = keep(&at, r->perfdata);
	w->result.blob = keep(&at, r->blob);
	if (o->withheld != NULL) {
		w->since = o->withheld->since;
		w->deadline = o->withheld->deadline;
		free(o->withheld);
	} else {
		w->since = r->start;
		for (uint32_t i = 0; i < c->parents.n; i++) {
			int64_t s =
			    reach_patience(e, snap_at(e->snap, c->parents, i));

			longest = s > longest ? s : longest;
		}
		w->deadline = now + longest;
	}
	o->withheld = w;
	reach_await(e, host);
	engine_plan(e, host, now);
}

/* Who waited for a check of this host: its children and its services. */
static void
wake(struct engine *e, uint32_t host, int64_t now)
{
	const struct snap_object *c = conf(e, host);

	e->objects[host].flags &= (uint16_t)~CHECKABLE_AWAITED;
	for (uint32_t i = c->services.off; i < c->services.off + c->services.n;
	     i++)
		if (e->objects[i].held == HOLD_PENDING_CHECK) {
			notify_look(e, i, false, now);
			engine_plan(e, i, now);
		}
}

void
reach_spread(struct engine *e, uint32_t host, int64_t now)
{
	bool awaited = (e->objects[host].flags & CHECKABLE_AWAITED) != 0;

	if (awaited)
		wake(e, host, now);
	for (uint32_t i = e->children_of[host]; i < e->children_of[host + 1];
	     i++) {
		uint32_t child = e->children[i];
		const struct checkable *o = &e->objects[child];

		if (o->withheld != NULL) {
			if (reach_known(e, child, o->withheld->since, now))
				result_release(e, child, now);
			else
				reach_await(e, child);
		} else if (o->state != HOST_UP) {
			result_reclass(e, child, now);
		}
		if (awaited && o->held == HOLD_PENDING_CHECK) {
			notify_look(e, child, false, now);
			engine_plan(e, child, now);
		}
	}
}
