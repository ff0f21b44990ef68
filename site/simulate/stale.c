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

/* Is there nothing new to judge it by? Else remembers what there is. */
static bool
is_known(struct sim *s, uint32_t object)
{
	struct sim_seen *seen = &s->seen[object];
	int64_t from = fresh_from(s->engine, object);
	uint32_t interval = fresh_interval_ms(s->engine, object);
	uint32_t period = fresh_period(s->engine, object);

	if (seen->judged && seen->from == from && seen->interval == interval &&
	    seen->period == period)
		return true;
	seen->judged = true;
	seen->from = from;
	seen->interval = interval;
	seen->period = period;
	return false;
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
	/* A long interval in short ranges takes looking at years of them. */
	if (is_known(s, object))
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
	for (uint32_t i = 0; i < s->snap->n_objects; i++) {
		s->seen[i].judged = false;
		if (!s->seen[i].stale)
			heap_set(&s->stale, i, fresh_stale_at(s->engine, i));
		else
			sim_stale_touch(s, i);
	}
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
