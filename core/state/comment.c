/* SPDX-License-Identifier: Apache-2.0
 *
 * Comments (core-semantics section 10).
 */
#include "core/state/internal.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>

uint64_t
engine_comment_add(struct engine *e, uint32_t object,
    const struct comment *fields, struct slice author, struct slice text,
    int64_t now)
{
	struct checkable *o = &e->objects[object];
	struct comment *c = xnew(struct comment);

	*c = *fields;
	c->object = object;
	c->id = e->next_comment++;
	if (c->entry == 0)
		c->entry = now;
	c->author = slice_dup(author);
	c->text = slice_dup(text);
	c->next = o->comments;
	o->comments = c;
	idmap_put(&e->comments, c->id, c);
	e->ops->program(e->arg);
	e->ops->comment(e->arg, c, false);
	return c->id;
}

static void
drop(struct engine *e, struct comment *c)
{
	struct comment **at = &e->objects[c->object].comments;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	idmap_remove(&e->comments, c->id);
	e->ops->comment(e->arg, c, true);
	free(c->author);
	free(c->text);
	free(c);
}

int
engine_comment_remove(struct engine *e, uint64_t id, struct err *err_r)
{
	struct comment *c = idmap_get(&e->comments, id);

	if (c == NULL) {
		err_set(err_r, "there is no comment %" PRIu64, id);
		return -1;
	}
	drop(e, c);
	return 0;
}

void
engine_comment_remove_all(struct engine *e, uint32_t object)
{
	while (e->objects[object].comments != NULL)
		drop(e, e->objects[object].comments);
}
