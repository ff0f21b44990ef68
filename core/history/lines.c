/* SPDX-License-Identifier: Apache-2.0
 *
 * How each record of the history is written.
 */
#include "core/history/lines.h"

void
history_add_object(struct str *out, const struct engine *e, uint32_t object)
{
	const struct snap_object *c = &e->snap->objects[object];

	str_add(out, snap_s(e->snap, e->snap->objects[c->host].name));
	if (c->is_service) {
		str_addc(out, ';');
		str_add(out, snap_s(e->snap, c->name));
	}
}

void
history_add_text(struct str *out, struct slice text)
{
	size_t from = 0;

	if (text.len == 0)
		return;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if (c >= 0x20 && c != 0x7f)
			continue;
		str_addn(out, text.s + from, i - from);
		from = i + 1;
		str_add(out, c == '\n' ? "\\n" : " ");
	}
	str_addn(out, text.s + from, text.len - from);
}

static void
add_output(struct str *out, const struct checkable *o)
{
	struct slice more = checkable_long_output(o);

	history_add_text(out, checkable_output(o));
	if (more.len == 0)
		return;
	if (more.len > HISTORY_LONG_MAX) {
		more.len = HISTORY_LONG_MAX;
		while (((unsigned char)more.s[more.len] & 0xc0) == 0x80)
			more.len--;
	}
	str_addc(out, ';');
	history_add_text(out, more);
}

void
history_state_line(struct str *out, const struct engine *e, uint32_t object,
    enum history_state kind, bool hard, unsigned attempt)
{
	const struct checkable *o = &e->objects[object];

	/* Not formatted: a reload writes a hundred thousand of them. */
	if (kind != HISTORY_ALERT)
		str_add(out, kind == HISTORY_INITIAL ? "INITIAL " : "CURRENT ");
	str_add(out, engine_is_service(e, object) ? "SERVICE" : "HOST");
	str_add(out, kind == HISTORY_ALERT ? " ALERT: " : " STATE: ");
	history_add_object(out, e, object);
	str_addc(out, ';');
	str_add(out, engine_state_word(e, object, o->state));
	str_add(out, hard ? ";HARD;" : ";SOFT;");
	str_addi(out, attempt);
	str_addc(out, ';');
	add_output(out, o);
}

void
history_event_line(struct str *out, const struct engine *e, uint32_t object,
    const char *kind, const char *status, struct slice rest)
{
	str_addf(out,
	    "%s %s ALERT: ", engine_is_service(e, object) ? "SERVICE" : "HOST",
	    kind);
	history_add_object(out, e, object);
	str_addf(out, ";%s;", status);
	history_add_text(out, rest);
}

static const struct comment *
comment_of(const struct checkable *o, enum comment_type type)
{
	const struct comment *c = o->comments;

	while (c != NULL && c->type != type)
		c = c->next;
	return c;
}

static const char *
downtime_text(const struct checkable *o)
{
	const struct downtime *d = o->downtimes;

	while (d != NULL && !d->active)
		d = d->next;
	return d == NULL ? "" : d->comment;
}

bool
history_flag_line(
    struct str *out, const struct engine *e, uint32_t object, int which)
{
	static const char *const kinds[HISTORY_FLAGS] = {
	    "DOWNTIME", "FLAPPING", "ACKNOWLEDGE"};
	const struct checkable *o = &e->objects[object];
	const struct comment *c;
	bool on[HISTORY_FLAGS] = {o->downtime_depth > 0,
	    (o->flags & CHECKABLE_FLAPPING) != 0, o->ack != ACK_NONE};

	if (!on[which])
		return false;
	str_addf(out, "CURRENT %s %s: ",
	    engine_is_service(e, object) ? "SERVICE" : "HOST", kinds[which]);
	history_add_object(out, e, object);
	str_add(out, ";STARTED;");
	c = comment_of(o, which == 1 ? COMMENT_FLAPPING : COMMENT_ACK);
	if (which == 0) {
		history_add_text(out, slice_of(downtime_text(o)));
		return true;
	}
	if (which == 2) {
		history_add_text(out, slice_of(c == NULL ? "" : c->author));
		str_addc(out, ';');
	}
	history_add_text(out, slice_of(c == NULL ? "" : c->text));
	return true;
}

void
history_handler_line(
    struct str *out, const struct engine *e, const struct handler *h)
{
	const struct checkable *o = &e->objects[h->object];

	str_addf(out, "%s%s EVENT HANDLER: ", h->global ? "GLOBAL " : "",
	    engine_is_service(e, h->object) ? "SERVICE" : "HOST");
	history_add_object(out, e, h->object);
	str_addf(out, ";%s;%s;%u;", engine_state_word(e, h->object, o->state),
	    h->hard ? "HARD" : "SOFT", h->attempt);
	history_add_text(out, slice_of(h->command));
}

void
history_notice_line(
    struct str *out, const struct engine *e, const struct notice *n)
{
	const char *word = engine_state_word(e, n->object, n->state);
	bool state =
	    strcmp(n->what, "PROBLEM") == 0 || strcmp(n->what, "RECOVERY") == 0;

	str_add(out, engine_is_service(e, n->object) ? "SERVICE" : "HOST");
	str_add(out, " NOTIFICATION: check-mk-notify;");
	history_add_object(out, e, n->object);
	str_addc(out, ';');
	if (state) {
		str_add(out, word);
	} else {
		str_add(out, n->what);
		str_add(out, " (");
		str_add(out, word);
		str_addc(out, ')');
	}
	str_add(out, ";check-mk-notify;");
	history_add_text(out, checkable_output(&e->objects[n->object]));
	if (n->author.len == 0 && n->comment.len == 0)
		return;
	str_addc(out, ';');
	history_add_text(out, n->author);
	str_addc(out, ';');
	history_add_text(out, n->comment);
}
