/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the history that outlive their block, because they are sorted or
 * stand for a group.
 */
#include "livestatusd/table/column.h"

#include "common/mem.h"

#include <string.h>

const struct line *
view_line(const struct view *v, uint32_t at)
{
	if (at & VIEW_KEPT)
		return &v->kept[at & ~VIEW_KEPT].line;
	return &v->lines.lines[at];
}

const struct span *
view_span(const struct view *v, uint32_t at)
{
	if (at & VIEW_KEPT)
		return &v->kept[at & ~VIEW_KEPT].span;
	return &v->spans[at];
}

static struct view_kept *
add(struct view *v, size_t bytes)
{
	struct view_kept *k;

	ARRAY_GROW(v->kept, v->n_kept, v->cap_kept);
	k = &v->kept[v->n_kept++];
	*k = (struct view_kept){.text = xmalloc(bytes + 1)};
	v->kept_bytes += bytes + sizeof(*k);
	return k;
}

/* A field that lies in the message moves with it; others are not the line's. */
static void
move(struct slice *field, struct slice from, const char *to)
{
	uintptr_t at = (uintptr_t)field->s, start = (uintptr_t)from.s;

	if (field->len > 0 && at >= start && at < start + from.len)
		field->s = to + (at - start);
}

uint32_t
view_keep_line(struct view *v, uint32_t at)
{
	struct slice from = v->lines.lines[at].message;
	struct view_kept *k = add(v, from.len);
	struct line *l = &k->line;

	*l = v->lines.lines[at];
	memcpy(k->text, from.s, from.len);
	move(&l->type, from, k->text);
	move(&l->options, from, k->text);
	move(&l->host, from, k->text);
	move(&l->service, from, k->text);
	move(&l->contact, from, k->text);
	move(&l->command, from, k->text);
	move(&l->state_type, from, k->text);
	move(&l->state_word, from, k->text);
	move(&l->output, from, k->text);
	move(&l->long_output, from, k->text);
	move(&l->comment, from, k->text);
	l->message.s = k->text;
	return (uint32_t)(v->n_kept - 1) | VIEW_KEPT;
}

uint32_t
view_keep_span(struct view *v, uint32_t at)
{
	struct span s = v->spans[at];
	struct view_kept *k = add(v, s.output.len + s.long_output.len);

	if (s.output.len > 0)
		memcpy(k->text, s.output.s, s.output.len);
	if (s.long_output.len > 0)
		memcpy(
		    k->text + s.output.len, s.long_output.s, s.long_output.len);
	s.output.s = k->text;
	s.long_output.s = k->text + s.output.len;
	k->span = s;
	return (uint32_t)(v->n_kept - 1) | VIEW_KEPT;
}
