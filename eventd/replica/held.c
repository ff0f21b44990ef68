/* SPDX-License-Identifier: Apache-2.0
 *
 * A list by age and a table by hash; see held.h. An entry without a message
 * says that the master handled one that has not come here yet.
 */
#include "eventd/replica/held.h"

#include "common/mem.h"
#include "eventd/event/index.h"

#include <stdlib.h>

#define BUCKETS 4096

struct entry {
	struct entry *prev, *next; /* by age */
	struct entry *bucket_next;
	uint64_t hash;
	int64_t at_us;
	size_t bytes;
	bool ahead; /* no message: it is handled before it came */
	struct message m;
	char text[];
};

struct list {
	struct entry *first, *last;
	size_t n;
};

struct held {
	struct list kept, ahead;
	struct entry *bucket[BUCKETS];
	size_t bytes, max_bytes;
	uint64_t lost;
};

struct held *
held_new(size_t max_bytes)
{
	struct held *h = xnew(struct held);

	h->max_bytes = max_bytes;
	return h;
}

uint64_t
held_hash(const struct message *m)
{
	uint64_t seed =
	    (uint64_t)m->priority << 40 | (uint64_t)m->facility << 32 | m->pid;

	seed = index_hash(seed, m->host);
	seed = index_hash(seed, m->application);
	return index_hash(seed, m->text);
}

/* --- entries -------------------------------------------------------------- */

static void
add(struct held *h, struct entry *e)
{
	struct list *list = e->ahead ? &h->ahead : &h->kept;
	struct entry **at = &h->bucket[e->hash % BUCKETS];

	e->prev = list->last;
	e->next = NULL;
	if (list->last != NULL)
		list->last->next = e;
	else
		list->first = e;
	list->last = e;
	list->n++;
	while (*at != NULL)
		at = &(*at)->bucket_next;
	*at = e;
	h->bytes += e->bytes;
}

static void
drop(struct held *h, struct entry *e)
{
	struct list *list = e->ahead ? &h->ahead : &h->kept;
	struct entry **at = &h->bucket[e->hash % BUCKETS];

	while (*at != e)
		at = &(*at)->bucket_next;
	*at = e->bucket_next;
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		list->first = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	else
		list->last = e->prev;
	list->n--;
	h->bytes -= e->bytes;
	free(e);
}

/* The oldest of that hash and kind. */
static struct entry *
find(const struct held *h, uint64_t hash, bool ahead)
{
	struct entry *e = h->bucket[hash % BUCKETS];

	while (e != NULL && (e->hash != hash || e->ahead != ahead))
		e = e->bucket_next;
	return e;
}

static void
bound(struct held *h)
{
	while (h->bytes > h->max_bytes && h->ahead.first != NULL)
		drop(h, h->ahead.first);
	while (h->bytes > h->max_bytes && h->kept.first != NULL) {
		drop(h, h->kept.first);
		h->lost++;
	}
}

static void
copy(struct slice *s, char **at)
{
	if (s->len > 0)
		memcpy(*at, s->s, s->len);
	s->s = *at;
	*at += s->len;
}

static struct entry *
entry_new(uint64_t hash, int64_t at_us, size_t text)
{
	struct entry *e = xmalloc(sizeof(*e) + text);

	*e = (struct entry){
	    .hash = hash, .at_us = at_us, .bytes = sizeof(*e) + text};
	return e;
}

/* --- in and out ----------------------------------------------------------- */

void
held_add(struct held *h, const struct message *m)
{
	uint64_t hash = held_hash(m);
	struct entry *e = find(h, hash, true);
	char *at;

	if (e != NULL) {
		drop(h, e);
		return;
	}
	e = entry_new(hash, m->received_us,
	    m->host.len + m->application.len + m->text.len + m->contact.len +
		m->ipaddress.len);
	e->m = *m;
	at = e->text;
	copy(&e->m.host, &at);
	copy(&e->m.application, &at);
	copy(&e->m.text, &at);
	copy(&e->m.contact, &at);
	copy(&e->m.ipaddress, &at);
	add(h, e);
	bound(h);
}

void
held_handled(struct held *h, uint64_t hash, int64_t now_us)
{
	struct entry *e = find(h, hash, false);

	if (e != NULL) {
		drop(h, e);
		return;
	}
	e = entry_new(hash, now_us, 0);
	e->ahead = true;
	add(h, e);
	bound(h);
}

void
held_forget(struct held *h, int64_t before_us)
{
	while (h->kept.first != NULL && h->kept.first->at_us < before_us)
		drop(h, h->kept.first);
	while (h->ahead.first != NULL && h->ahead.first->at_us < before_us)
		drop(h, h->ahead.first);
}

struct message *
held_first(struct held *h)
{
	return h->kept.first == NULL ? NULL : &h->kept.first->m;
}

void
held_drop(struct held *h)
{
	drop(h, h->kept.first);
}

size_t
held_count(const struct held *h)
{
	return h->kept.n;
}

uint64_t
held_lost(const struct held *h)
{
	return h->lost;
}

void
held_free(struct held **hp)
{
	struct held *h = *hp;

	if (h == NULL)
		return;
	while (h->kept.first != NULL)
		drop(h, h->kept.first);
	while (h->ahead.first != NULL)
		drop(h, h->ahead.first);
	free(h);
	*hp = NULL;
}
