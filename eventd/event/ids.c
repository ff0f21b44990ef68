/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids of events in two spaces, of a master and of its fallback; see engine.h.
 */
#include "eventd/event/engine.h"

void
ec_engine_forget_ids(struct engine *e)
{
	e->next_id = e->fallback ? EVENT_FALLBACK_IDS + 1 : 1;
	e->other_next = e->fallback ? 1 : EVENT_FALLBACK_IDS + 1;
}

bool
ec_engine_own_id(const struct engine *e, uint64_t id)
{
	return (id > EVENT_FALLBACK_IDS) == e->fallback;
}

void
ec_engine_set_fallback(struct engine *e, bool fallback)
{
	uint64_t next = e->next_id;

	if (e->fallback == fallback)
		return;
	e->fallback = fallback;
	e->next_id = e->other_next;
	e->other_next = next;
}

void
ec_engine_set_next(struct engine *e, uint64_t id)
{
	if (ec_engine_own_id(e, id))
		e->next_id = id;
	else
		e->other_next = id;
}

void
ec_engine_seen(struct engine *e, uint64_t id)
{
	uint64_t next = ec_engine_own_id(e, id) ? e->next_id : e->other_next;

	if (id >= next)
		ec_engine_set_next(e, id + 1);
}
