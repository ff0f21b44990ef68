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
 * A copy of two texts behind a structure of `size` bytes: returns the memory
 * and where the texts are in it.
 */
static void *
with_texts(
    struct mirror *m, size_t size, struct slice *author, struct slice *comment)
{
	struct str *s = &m->scratch;
	size_t n;
	char *p;

	str_clear(s);
	utf8_clean(s, *author);
	n = s->len;
	utf8_clean(s, *comment);
	p = xcalloc(1, size + s->len + 1);
	if (s->len > 0)
		memcpy(p + size, s->s, s->len);
	*author = (struct slice){p + size, n};
	*comment = (struct slice){p + size + n, s->len - n};
	return p;
}

/* Place of the first downtime whose id is not smaller. */
static size_t
downtime_place(const struct mirror *m, uint64_t id)
{
	size_t lo = 0, hi = m->n_downtimes;

	if (hi > 0 && m->downtimes[hi - 1]->d.id < id)
		return hi; /* ids ascend, nearly always */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->downtimes[mid]->d.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The object's list without `gone` and with `more`; either may be NULL. */
static void
list_downtimes(struct mirror *m, uint32_t object,
    const struct mirror_downtime *gone, const struct mirror_downtime *more)
{
	struct mirror_page *p = mirror_page(m, object);
	const struct mirror_downtimes **at =
	    &p->downtimes_of[object & (MIRROR_PAGE - 1)];
	uint32_t had = *at == NULL ? 0 : (*at)->n;
	struct mirror_downtimes *list =
	    xmalloc(sizeof(*list) + (had + 1) * sizeof(list->v[0]));

	list->n = 0;
	for (uint32_t i = 0; i < had; i++) {
		const struct mirror_downtime *n = (*at)->v[i];

		if (more != NULL && n->d.id > more->d.id) {
			list->v[list->n++] = more;
			more = NULL;
		}
		if (n != gone)
			list->v[list->n++] = n;
	}
	if (more != NULL)
		list->v[list->n++] = more;
	mirror_retire(m, (void *)(uintptr_t)*at, 0);
	*at = list;
	if (list->n == 0) {
		free(list);
		*at = NULL;
	}
	p->updated_us[object & (MIRROR_PAGE - 1)] = m->now_us;
}

void
mirror_put_downtime(struct mirror *m, const struct msg_downtime *d)
{
	struct mirror_downtime *n;
	struct slice author = d->author, comment = d->comment;
	size_t i;

	if (d->object >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	mirror_drop_downtime(m, d->id);
	n = with_texts(m, sizeof(*n), &author, &comment);
	n->d = *d;
	n->d.author = author;
	n->d.comment = comment;
	i = downtime_place(m, d->id);
	mirror_own(m, MIRROR_DOWNTIMES);
	ARRAY_GROW(m->downtimes, m->n_downtimes, m->cap_downtimes);
	memmove(&m->downtimes[i + 1], &m->downtimes[i],
	    (m->n_downtimes++ - i) * sizeof(*m->downtimes));
	m->downtimes[i] = n;
	list_downtimes(m, d->object, NULL, n);
	m->events[MIRROR_DOWNTIME]++;
}

void
mirror_drop_downtime(struct mirror *m, uint64_t id)
{
	size_t i = downtime_place(m, id);
	struct mirror_downtime *n;

	if (i == m->n_downtimes || m->downtimes[i]->d.id != id)
		return;
	mirror_own(m, MIRROR_DOWNTIMES);
	n = m->downtimes[i];
	memmove(&m->downtimes[i], &m->downtimes[i + 1],
	    (--m->n_downtimes - i) * sizeof(*m->downtimes));
	list_downtimes(m, n->d.object, n, NULL);
	mirror_retire(m, n, sizeof(*n));
	m->events[MIRROR_DOWNTIME]++;
}

/* Place of the first comment whose id is not smaller. */
static size_t
comment_place(const struct mirror *m, uint64_t id)
{
	size_t lo = 0, hi = m->n_comments;

	if (hi > 0 && m->comments[hi - 1]->c.id < id)
		return hi; /* ids ascend, nearly always */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->comments[mid]->c.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The object's list without `gone` and with `more`; either may be NULL. */
static void
list_comments(struct mirror *m, uint32_t object,
    const struct mirror_comment *gone, const struct mirror_comment *more)
{
	struct mirror_page *p = mirror_page(m, object);
	const struct mirror_comments **at =
	    &p->comments_of[object & (MIRROR_PAGE - 1)];
	uint32_t had = *at == NULL ? 0 : (*at)->n;
	struct mirror_comments *list =
	    xmalloc(sizeof(*list) + (had + 1) * sizeof(list->v[0]));

	list->n = 0;
	for (uint32_t i = 0; i < had; i++) {
		const struct mirror_comment *n = (*at)->v[i];

		if (more != NULL && n->c.id > more->c.id) {
			list->v[list->n++] = more;
			more = NULL;
		}
		if (n != gone)
			list->v[list->n++] = n;
	}
	if (more != NULL)
		list->v[list->n++] = more;
	mirror_retire(m, (void *)(uintptr_t)*at, 0);
	*at = list;
	if (list->n == 0) {
		free(list);
		*at = NULL;
	}
	p->updated_us[object & (MIRROR_PAGE - 1)] = m->now_us;
}

void
mirror_put_comment(struct mirror *m, const struct msg_comment *c)
{
	struct mirror_comment *n;
	struct slice author = c->author, comment = c->comment;
	size_t i;

	if (c->object >= m->snap->n_objects) {
		m->ignored++;
		return;
	}
	mirror_drop_comment(m, c->id);
	n = with_texts(m, sizeof(*n), &author, &comment);
	n->c = *c;
	n->c.author = author;
	n->c.comment = comment;
	i = comment_place(m, c->id);
	mirror_own(m, MIRROR_COMMENTS);
	ARRAY_GROW(m->comments, m->n_comments, m->cap_comments);
	memmove(&m->comments[i + 1], &m->comments[i],
	    (m->n_comments++ - i) * sizeof(*m->comments));
	m->comments[i] = n;
	list_comments(m, c->object, NULL, n);
	m->events[MIRROR_COMMENT]++;
}

void
mirror_drop_comment(struct mirror *m, uint64_t id)
{
	size_t i = comment_place(m, id);
	struct mirror_comment *n;

	if (i == m->n_comments || m->comments[i]->c.id != id)
		return;
	mirror_own(m, MIRROR_COMMENTS);
	n = m->comments[i];
	memmove(&m->comments[i], &m->comments[i + 1],
	    (--m->n_comments - i) * sizeof(*m->comments));
	list_comments(m, n->c.object, n, NULL);
	mirror_retire(m, n, sizeof(*n));
	m->events[MIRROR_COMMENT]++;
}

void
mirror_drop_notes(struct mirror *m)
{
	for (size_t i = 0; i < m->n_downtimes; i++)
		free(m->downtimes[i]);
	for (size_t i = 0; i < m->n_comments; i++)
		free(m->comments[i]);
	for (uint32_t i = 0; i < m->snap->n_objects; i++) {
		free((void *)(uintptr_t)mirror_get(m, i, downtimes_of));
		free((void *)(uintptr_t)mirror_get(m, i, comments_of));
	}
	m->n_downtimes = m->n_comments = 0;
}
