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

void
mirror_put_downtime(struct mirror *m, const struct msg_downtime *d)
{
	struct mirror_downtime *n, **at;
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
	ARRAY_GROW(m->downtimes, m->n_downtimes, m->cap_downtimes);
	memmove(&m->downtimes[i + 1], &m->downtimes[i],
	    (m->n_downtimes++ - i) * sizeof(*m->downtimes));
	m->downtimes[i] = n;
	at = &m->downtimes_of[d->object];
	while (*at != NULL && (*at)->d.id < d->id)
		at = &(*at)->next;
	n->next = *at;
	*at = n;
	m->events[MIRROR_DOWNTIME]++;
	m->updated_us[d->object] = m->now_us;
}

void
mirror_drop_downtime(struct mirror *m, uint64_t id)
{
	size_t i = downtime_place(m, id);
	struct mirror_downtime *n, **at;

	if (i == m->n_downtimes || m->downtimes[i]->d.id != id)
		return;
	n = m->downtimes[i];
	memmove(&m->downtimes[i], &m->downtimes[i + 1],
	    (--m->n_downtimes - i) * sizeof(*m->downtimes));
	at = &m->downtimes_of[n->d.object];
	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	m->updated_us[n->d.object] = m->now_us;
	free(n);
	m->events[MIRROR_DOWNTIME]++;
}

/* Place of the first comment whose id is not smaller. */
static size_t
comment_place(const struct mirror *m, uint64_t id)
{
	size_t lo = 0, hi = m->n_comments;

	if (hi > 0 && m->comments[hi - 1]->c.id < id)
		return hi;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->comments[mid]->c.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
mirror_put_comment(struct mirror *m, const struct msg_comment *c)
{
	struct mirror_comment *n, **at;
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
	ARRAY_GROW(m->comments, m->n_comments, m->cap_comments);
	memmove(&m->comments[i + 1], &m->comments[i],
	    (m->n_comments++ - i) * sizeof(*m->comments));
	m->comments[i] = n;
	at = &m->comments_of[c->object];
	while (*at != NULL && (*at)->c.id < c->id)
		at = &(*at)->next;
	n->next = *at;
	*at = n;
	m->events[MIRROR_COMMENT]++;
	m->updated_us[c->object] = m->now_us;
}

void
mirror_drop_comment(struct mirror *m, uint64_t id)
{
	size_t i = comment_place(m, id);
	struct mirror_comment *n, **at;

	if (i == m->n_comments || m->comments[i]->c.id != id)
		return;
	n = m->comments[i];
	memmove(&m->comments[i], &m->comments[i + 1],
	    (--m->n_comments - i) * sizeof(*m->comments));
	at = &m->comments_of[n->c.object];
	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	m->updated_us[n->c.object] = m->now_us;
	free(n);
	m->events[MIRROR_COMMENT]++;
}

void
mirror_drop_notes(struct mirror *m)
{
	for (size_t i = 0; i < m->n_downtimes; i++)
		free(m->downtimes[i]);
	for (size_t i = 0; i < m->n_comments; i++)
		free(m->comments[i]);
	m->n_downtimes = m->n_comments = 0;
}
