/* SPDX-License-Identifier: Apache-2.0
 *
 * Acknowledgements (core-semantics section 9).
 */
#include "core/state/internal.h"

#include "core/history/lines.h"

static void
write_line(struct engine *e, uint32_t object, const char *status,
    struct slice author, struct slice text, int64_t now)
{
	struct str rest = {0}, line = {0};

	str_addslice(&rest, author);
	str_addc(&rest, ';');
	str_addslice(&rest, text);
	history_event_line(
	    &line, e, object, "ACKNOWLEDGE", status, str_slice(&rest));
	e->ops->line(e->arg, now, str_slice(&line));
	str_free(&rest);
	str_free(&line);
}

int
engine_acknowledge(struct engine *e, uint32_t object,
    const struct acknowledge *a, int64_t now, struct err *err_r)
{
	struct checkable *o = &e->objects[object];
	struct comment fields = {.type = COMMENT_ACK,
	    .external = true,
	    .persistent = a->persistent,
	    .expire = a->expire};

	if (o->state == STATE_GOOD) {
		err_set(err_r, "there is no problem to acknowledge");
		return -1;
	}
	if (a->expire != 0 && a->expire <= now) {
		err_set(err_r, "the expiry lies in the past");
		return -1;
	}
	o->ack = (uint8_t)a->kind;
	o->ack_expire = a->expire;
	engine_comment_add(e, object, &fields, a->author, a->comment, now);
	write_line(e, object, "STARTED", a->author, a->comment, now);
	if (e->ops->acknowledgement != NULL)
		e->ops->acknowledgement(e->arg, object, true);
	notify_acknowledged(e, object, a->notify, a->author, a->comment, now);
	engine_plan(e, object, now);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
	return 0;
}

void
ack_clear(struct engine *e, uint32_t object, enum ack_end how, int64_t now)
{
	static const char *const words[] = {"STOPPED", "CANCELLED", "EXPIRED"};
	struct checkable *o = &e->objects[object];
	struct str author = {0}, text = {0};

	if (o->ack == ACK_NONE)
		return;
	o->ack = ACK_NONE;
	o->ack_expire = 0;
	for (struct comment *c = o->comments, *next; c != NULL; c = next) {
		next = c->next;
		if (c->type != COMMENT_ACK)
			continue;
		if (text.len == 0) { /* newest first */
			str_add(&author, c->author);
			str_add(&text, c->text);
		}
		if (!c->persistent)
			engine_comment_remove(e, c->id, NULL);
	}
	write_line(
	    e, object, words[how], str_slice(&author), str_slice(&text), now);
	str_free(&author);
	str_free(&text);
	if (e->ops->acknowledgement != NULL)
		e->ops->acknowledgement(e->arg, object, false);
	engine_touch(e, object, OBJECT_CHANGED | OBJECT_KEEP);
}

void
ack_state_changed(struct engine *e, uint32_t object, int64_t now)
{
	const struct checkable *o = &e->objects[object];

	if (o->ack == ACK_NORMAL ||
	    (o->ack == ACK_STICKY && o->state == STATE_GOOD))
		ack_clear(e, object, ACK_STOPPED, now);
}

void
engine_unacknowledge(struct engine *e, uint32_t object, int64_t now)
{
	ack_clear(e, object, ACK_CANCELLED, now);
	engine_plan(e, object, now);
}
