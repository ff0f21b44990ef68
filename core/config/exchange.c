/* SPDX-License-Identifier: Apache-2.0
 *
 * From one configuration to the next; see exchange.h.
 */
#include "core/config/exchange.h"

#include "common/log.h"
#include "core/history/lines.h"
#include "core/retention/record.h"
#include "core/state/adopt.h"

static struct slice
host_name(const struct snapshot *snap, uint32_t object)
{
	return slice_of(
	    snap_s(snap, snap->objects[snap->objects[object].host].name));
}

static struct slice
service_name(const struct snapshot *snap, uint32_t object)
{
	const struct snap_object *c = &snap->objects[object];

	return c->is_service ? slice_of(snap_s(snap, c->name)) : SLICE("");
}

/* OM-3, RT-7: told, and kept in case it comes back. */
static void
bury(const struct exchange *x, uint32_t object, int64_t now)
{
	struct engine *old = x->old;
	struct slice host = host_name(old->snap, object);
	struct slice service = service_name(old->snap, object);
	const struct checkable *o = &old->objects[object];
	struct str line = {0}, records = {0};

	if (service.len > 0)
		str_addf(&line, "VANISHED SERVICE: %.*s;%.*s", (int)host.len,
		    host.s, (int)service.len, service.s);
	else
		str_addf(&line, "VANISHED HOST: %.*s", (int)host.len, host.s);
	x->line(x->arg, now, str_slice(&line));
	if (o->flags & CHECKABLE_CHECKED) {
		record_put_object(&records, old, object);
		for (const struct downtime *d = o->downtimes; d != NULL;
		     d = d->next)
			record_put_downtime(&records, old, d);
		for (const struct comment *c = o->comments; c != NULL;
		     c = c->next)
			record_put_comment(&records, old, c);
		tombs_add(x->tombs, host, service, str_slice(&records), now);
	}
	str_free(&line);
	str_free(&records);
}

/* A new object that was there before. */
static void
revive(const struct exchange *x, uint32_t object)
{
	struct engine *e = x->next;
	struct record_reader reader = {.engine = e, .hint = object};
	struct str records;
	struct err err;

	if (!tombs_take(x->tombs, host_name(e->snap, object),
		service_name(e->snap, object), &records))
		return;
	if (record_read(&reader, str_slice(&records), &err) == -1)
		log_error("state of a vanished object: %s", err.text);
	str_free(&records);
}

/* The history knows of it from now on, not from the next midnight (LG-6). */
static void
introduce(
    const struct exchange *x, uint32_t object, int64_t now, struct str *line)
{
	const struct checkable *o = &x->next->objects[object];

	str_clear(line);
	history_state_line(line, x->next, object, HISTORY_INITIAL,
	    (o->flags & CHECKABLE_HARD) != 0, o->attempt);
	x->line(x->arg, now, str_slice(line));
}

void
exchange_states(const struct exchange *x, int64_t now)
{
	const struct match *m = x->match;
	struct str line = {0};

	engine_adopt(x->next, x->old, m->old_of);
	for (uint32_t i = 0; i < m->n_old; i++)
		if (m->new_of[i] == SNAP_NONE)
			bury(x, i, now);
	for (uint32_t i = 0; tombs_count(x->tombs) > 0 && i < m->n_new; i++)
		if (m->old_of[i] == SNAP_NONE)
			revive(x, i);
	for (uint32_t i = 0; i < m->n_new && !x->new_later; i++)
		if (m->old_of[i] == SNAP_NONE)
			introduce(x, i, now, &line);
	str_free(&line);
}
