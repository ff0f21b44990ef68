/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding of records; see record_read.c for the way back.
 */
#include "core/retention/record.h"

#include "common/mem.h"
#include "common/wire.h"
#include "common/wire_raw.h"
#include "core/retention/record_fields.h"
#include "core/state/override.h"

static void
head(struct str *out, uint32_t n, enum kind kind)
{
	wire_put_array(out, n);
	wire_put_u32(out, kind);
}

static void
put_key(struct str *out, const struct engine *e, uint32_t object)
{
	const struct snap_object *c = &e->snap->objects[object];

	wire_put_str(
	    out, slice_of(snap_s(e->snap, e->snap->objects[c->host].name)));
	wire_put_str(out,
	    c->is_service ? slice_of(snap_s(e->snap, c->name)) : SLICE(""));
}

/* "-": as the settings say; else the command. */
static struct slice
handler_of(const struct engine *e, int kind)
{
	if (e->handlers[kind] == NULL)
		return SLICE("-");
	return slice_of(e->handlers[kind]);
}

void
record_put_program(struct str *out, const struct engine *e)
{
	head(out, 8, RECORD_PROGRAM);
	wire_put_u32(out, RECORD_VERSION);
	wire_put_u64(out, e->next_downtime);
	wire_put_u64(out, e->next_comment);
	wire_put_u64(out, e->next_problem);
	wire_put_u32(out, e->switches);
	for (int i = 0; i < 2; i++)
		wire_put_str(out, handler_of(e, i));
}

static struct slice
period_name(const struct engine *e, uint32_t period)
{
	if (period == SNAP_NONE)
		return SLICE("");
	return slice_of(snap_s(e->snap, e->snap->periods[period].name));
}

static void
put_vars(struct str *out, const struct override_vars *v)
{
	wire_put_array(out, v->n * 2);
	for (uint32_t i = 0; i < v->n; i++) {
		wire_put_str(out, slice_of(v->items[i].name));
		wire_put_str(out, slice_of(v->items[i].value));
	}
}

static struct slice
text_or_none(const char *text)
{
	return text == NULL ? SLICE("") : slice_of(text);
}

static void
put_override(struct str *out, const struct override *v)
{
	static const struct override none;

	if (v == NULL)
		v = &none;
	wire_put_str(out, text_or_none(v->check_command));
	wire_put_str(out, text_or_none(v->event_handler));
	put_vars(out, &v->vars);
}

void
record_put_contact(struct str *out, const struct engine *e, uint32_t contact)
{
	const struct contact_state *v = &e->contacts[contact];

	head(out, CONTACT_N, RECORD_CONTACT);
	wire_put_str(
	    out, slice_of(snap_s(e->snap, e->snap->contacts[contact].name)));
	CONTACT_FIELDS(PUT)
	wire_put_str(out, period_name(e, v->host_period));
	wire_put_str(out, period_name(e, v->service_period));
	put_vars(out, &v->vars);
}

void
record_put_object(struct str *out, const struct engine *e, uint32_t object)
{
	const struct checkable *v = &e->objects[object];
	const struct slice texts[] = {period_name(e, v->check_period),
	    period_name(e, v->notification_period), checkable_output(v),
	    checkable_long_output(v), checkable_perfdata(v), checkable_blob(v)};
	size_t room = 0 OBJECT_FIELDS(ROOM);
	uint8_t *p;

	head(out, OBJECT_N, RECORD_OBJECT);
	put_key(out, e, object);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		room += WIRE_ROOM_str(texts[i]);
	p = wire_raw_begin(out, room);
	OBJECT_FIELDS(PUT_RAW)
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		p = wire_raw_str(p, texts[i]);
	wire_raw_end(out, p);
	put_override(out, v->over);
	wire_put_u64(out,
	    e->ops->planned == NULL ? 0 : e->ops->planned(e->arg, e, object));
}

void
record_put_downtime(
    struct str *out, const struct engine *e, const struct downtime *v)
{
	head(out, DOWNTIME_N, RECORD_DOWNTIME);
	put_key(out, e, v->object);
	DOWNTIME_FIELDS(PUT)
	wire_put_str(out, slice_of(v->author));
	wire_put_str(out, slice_of(v->comment));
}

void
record_put_downtime_gone(struct str *out, uint64_t id)
{
	head(out, 2, RECORD_DOWNTIME_GONE);
	wire_put_u64(out, id);
}

void
record_put_comment(
    struct str *out, const struct engine *e, const struct comment *v)
{
	head(out, COMMENT_N, RECORD_COMMENT);
	put_key(out, e, v->object);
	COMMENT_FIELDS(PUT)
	wire_put_str(out, slice_of(v->author));
	wire_put_str(out, slice_of(v->text));
}

void
record_put_comment_gone(struct str *out, uint64_t id)
{
	head(out, 2, RECORD_COMMENT_GONE);
	wire_put_u64(out, id);
}

void
record_put_notice(struct str *out, struct slice id, struct slice message)
{
	head(out, 3, RECORD_NOTICE);
	wire_put_str(out, id);
	wire_put_list(out, message);
}

void
record_put_notice_gone(struct str *out, struct slice id)
{
	head(out, 2, RECORD_NOTICE_GONE);
	wire_put_str(out, id);
}

void
record_put_generation(struct str *out, uint64_t generation)
{
	head(out, 2, RECORD_GENERATION);
	wire_put_u64(out, generation);
}

void
record_put_end(struct str *out, uint64_t objects)
{
	head(out, 2, RECORD_END);
	wire_put_u64(out, objects);
}
