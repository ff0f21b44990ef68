/* SPDX-License-Identifier: Apache-2.0
 *
 * When objects become stale and fresh again (FR-2, FR-3). Looked at lazily: a
 * result moves nothing; when the second planned before comes, the object is
 * judged anew.
 */
#include "site/simulate/sim.h"

#include "core/state/fresh.h"

static void
tell(struct sim *s, uint32_t object, bool start)
{
	s->seen[object].stale = start;
	sim_begin(s, "stale");
	sim_text(s, "what", start ? SLICE("start") : SLICE("end"));
	sim_object(s, object);
	s->rule = "FR-2";
	sim_end(s);
}

void
sim_stale_touch(struct sim *s, uint32_t object)
{
	int64_t at, planned;

	if (!s->up)
		return;
	planned = heap_key(&s->stale, object);
	if (planned != HEAP_NEVER && !s->seen[object].stale &&
	    planned <= sim_now(s) + 1)
		return;
	at = fresh_stale_at(s->engine, object);
	if (s->seen[object].stale && at > sim_now(s))
		tell(s, object, false);
	if (!s->seen[object].stale && at < planned)
		heap_set(&s->stale, object, at);
}

void
sim_stale_init(struct sim *s)
{
	heap_free(&s->stale);
	heap_resize(&s->stale, s->snap->n_objects);
	for (uint32_t i = 0; i < s->snap->n_objects; i++)
		if (!s->seen[i].stale)
			heap_set(&s->stale, i, fresh_stale_at(s->engine, i));
		else
			sim_stale_touch(s, i);
}

int64_t
sim_stale_next(const struct sim *s)
{
	int64_t key;
	uint32_t id;

	return heap_top(&s->stale, &key, &id) ? key : HEAP_NEVER;
}

void
sim_stale_advance(struct sim *s)
{
	int64_t key, now = sim_now(s);
	uint32_t id;

	while (heap_top(&s->stale, &key, &id) && key <= now) {
		int64_t at = fresh_stale_at(s->engine, id);

		if (at > now) {
			heap_set(&s->stale, id, at);
			continue;
		}
		heap_set(&s->stale, id, HEAP_NEVER);
		tell(s, id, true);
	}
}
