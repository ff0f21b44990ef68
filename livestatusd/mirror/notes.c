/* SPDX-License-Identifier: Apache-2.0
 *
 * Downtimes and comments: all of them by id, and those of each object.
 */
#include "common/mem.h"
#include "common/utf8.h"
#include "livestatusd/mirror/mirror.h"

#include <stdlib.h>
#include <string.h>

/*
 * A note with copies of two texts behind it; *author and *comment are these
 * copies then.
 */
static struct mirror_note *
new_note(struct mirror *m, uint64_t id, uint32_t object, struct slice *author,
    struct slice *comment)
{
	struct str *s = &m->scratch;
	struct mirror_note *note;
	size_t n;
	char *p;

	str_clear(s);
	utf8_clean(s, *author);
	n = s->len;
	utf8_clean(s, *comment);
	note = xcalloc(1, sizeof(*note) + s->len + 1);
	note->id = id;
	note->object = object;
	p = (char *)(note + 1);
	if (s->len > 0)
		memcpy(p, s->s, s->len);
	*author = (struct slice){p, n};
	*comment = (struct slice){p + n, s->len - n};
	return note;
}

/* The two kinds of notes: where they are kept, and who waits for them. */
struct kind {
	struct mirror_all_notes *all;
	enum mirror_shared shared;
	enum mirror_event event;
	size_t list_off; /* of an object's, in its page */
};

static struct kind
downtimes(struct mirror *m)
{
	return (struct kind){&m->downtimes, MIRROR_DOWNTIMES, MIRROR_DOWNTIME,
	    offsetof(struct mirror_page, downtimes_of)};
}

static struct kind
comments(struct mirror *m)
{
	return (struct kind){&m->comments, MIRROR_COMMENTS, MIRROR_COMMENT,
	    offsetof(struct mirror_page, comments_of)};
}

/* Place of the first one whose id is not smaller. */
static size_t
place(const struct mirror_all_notes *all, uint64_t id)
{
	size_t lo = 0, hi = all->n;

	if (hi > 0 && all->v[hi - 1]->id < id)
		return hi; /* ids ascend, nearly always */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (all->v[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The object's list without `gone` and with `more`; either may be NULL. */
static void
list(struct mirror *m, const struct kind *k, uint32_t object,
    const struct mirror_note *gone, const struct mirror_note *more)
{
	struct mirror_page *p = mirror_page(m, object);
	const struct mirror_notes **at =
	    (const struct mirror_notes **)((char *)p + k->list_off) +
	    (object & (MIRROR_PAGE - 1));
	uint32_t had = *at == NULL ? 0 : (*at)->n;
	struct mirror_notes *made =
	    xmalloc(sizeof(*made) + (had + 1) * sizeof(made->v[0]));

	made->n = 0;
	for (uint32_t i = 0; i < had; i++) {
		const struct mirror_note *n = (*at)->v[i];

		if (more != NULL && n->id > more->id) {
			made->v[made->n++] = more;
			more = NULL;
		}
		if (n != gone)
			made->v[made->n++] = n;
	}
	if (more != NULL)
		made->v[made->n++] = more;
	mirror_retire(m, (void *)(uintptr_t)*at, 0);
	*at = made;
	if (made->n == 0) {
		free(made);
		*at = NULL;
	}
	p->updated_us[object & (MIRROR_PAGE - 1)] = m->now_us;
}

static void
drop(struct mirror *m, struct kind k, uint64_t id)
{
	struct mirror_all_notes *all = k.all;
	size_t i = place(all, id);
	struct mirror_note *n;

	if (i == all->n || all->v[i]->id != id)
		return;
	mirror_own(m, k.shared);
	n = all->v[i];
	memmove(&all->v[i], &all->v[i + 1], (--all->n - i) * sizeof(*all->v));
	list(m, &k, n->object, n, NULL);
	mirror_retire(m, n, sizeof(*n));
	m->events[k.event]++;
}

/* Takes `n`, whose id no other has. */
static void
put(struct mirror *m, struct kind k, struct mirror_note *n)
{
	struct mirror_all_notes *all = k.all;
	size_t i = place(all, n->id);

	mirror_own(m, k.shared);
	ARRAY_GROW(all->v, all->n, all->cap);
	memmove(&all->v[i + 1], &all->v[i], (all->n++ - i) * sizeof(*all->v));
	all->v[i] = n;
	list(m, &k, n->object, NULL, n);
	m->events[k.event]++;
}

void
mirror_put_downtime(struct mirror *m, const struct msg_downtime *d)
{
	struct slice author = d->author, comment = d->comment;
	struct mirror_note *n;

	if (d->object >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	mirror_drop_downtime(m, d->id);
	n = new_note(m, d->id, d->object, &author, &comment);
	n->d = *d;
	n->d.author = author;
	n->d.comment = comment;
	put(m, downtimes(m), n);
}

void
mirror_drop_downtime(struct mirror *m, uint64_t id)
{
	drop(m, downtimes(m), id);
}

void
mirror_put_comment(struct mirror *m, const struct msg_comment *c)
{
	struct slice author = c->author, comment = c->comment;
	struct mirror_note *n;

	if (c->object >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	mirror_drop_comment(m, c->id);
	n = new_note(m, c->id, c->object, &author, &comment);
	n->c = *c;
	n->c.author = author;
	n->c.comment = comment;
	put(m, comments(m), n);
}

void
mirror_drop_comment(struct mirror *m, uint64_t id)
{
	drop(m, comments(m), id);
}

static void
free_all(struct mirror_all_notes *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->v[i]);
	all->n = 0;
}

void
mirror_drop_notes(struct mirror *m)
{
	free_all(&m->downtimes);
	free_all(&m->comments);
	for (uint32_t i = 0; i < m->snap->n_objects; i++) {
		free((void *)(uintptr_t)mirror_get(m, i, downtimes_of));
		free((void *)(uintptr_t)mirror_get(m, i, comments_of));
	}
}
