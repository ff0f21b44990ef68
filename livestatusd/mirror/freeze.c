/* SPDX-License-Identifier: Apache-2.0
 *
 * Frozen copies of the mirror. A copy has a list of pages of its own, and
 * shares the pages. Every page and every shared array has the version of the
 * mirror at which it was made: what is older than the newest frozen copy is
 * copied before it is written to. What is replaced goes to the end of a queue
 * with the number of the newest copy that can see it, and is freed from the
 * front once the oldest copy that is held is younger.
 */
#include "livestatusd/mirror/mirror.h"

#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/bi/bi.h"
#include "livestatusd/mirror/frames.h"

#include <stdlib.h>
#include <string.h>

struct frozen {
	struct mirror m; /* first: mirror_release() gets its address */
	struct mirror_private *of;
	struct frozen *newer, *older;
	uint64_t version;
	uint32_t holders;
};

struct retired {
	void *p;
	size_t size;
	uint64_t version; /* of the newest copy that can see it */
};

struct mirror_private {
	struct mirror *m;
	struct frames *frames;  /* room for pages */
	struct snapshot *owned; /* closed at the end; or NULL */
	uint64_t version;       /* of what is written now */
	uint64_t made[MIRROR_SHARED];
	struct frozen *oldest, *newest; /* that are held */
	size_t n_held;
	struct retired *retired; /* a ring; cap is a power of two */
	size_t first, n, cap, bytes;
	bool changed; /* since the last time something was frozen */
	bool ended;   /* mirror_free() was called */
};

void
mirror_open_private(struct mirror *m, size_t pages)
{
	m->priv = xnew(struct mirror_private);
	m->priv->m = m;
	m->priv->version = 1;
	m->priv->changed = true;
	m->priv->frames = frames_new(pages, sizeof(*m->pages[0]));
	m->pages = xcalloc(pages, sizeof(*m->pages));
	for (size_t i = 0; i < pages; i++) {
		m->pages[i] = frames_take(m->priv->frames);
		memset(m->pages[i], 0, sizeof(*m->pages[i]));
	}
}

void
mirror_free_pages(struct mirror *m, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		frames_put(m->priv->frames, m->pages[i]);
	free(m->pages);
}

static bool
is_shared(const struct mirror_private *p, uint64_t made)
{
	return p->newest != NULL && made <= p->newest->version;
}

static void
grow_ring(struct mirror_private *p)
{
	size_t cap = p->cap == 0 ? 64 : p->cap * 2;
	struct retired *ring = xreallocarray(NULL, cap, sizeof(*ring));

	for (size_t i = 0; i < p->n; i++)
		ring[i] = p->retired[(p->first + i) & (p->cap - 1)];
	free(p->retired);
	p->retired = ring;
	p->cap = cap;
	p->first = 0;
}

void
mirror_retire(struct mirror *m, void *memory, size_t size)
{
	struct mirror_private *p = m->priv;

	if (memory == NULL)
		return;
	if (p->oldest == NULL) {
		frames_put(p->frames, memory);
		return;
	}
	if (p->n == p->cap)
		grow_ring(p);
	p->retired[(p->first + p->n++) & (p->cap - 1)] =
	    (struct retired){memory, size, p->newest->version};
	p->bytes += size;
}

static void
free_retired(struct mirror_private *p)
{
	while (p->n > 0) {
		struct retired *r = &p->retired[p->first];

		if (p->oldest != NULL && p->oldest->version <= r->version)
			return;
		frames_put(p->frames, r->p);
		p->bytes -= r->size;
		p->first = (p->first + 1) & (p->cap - 1);
		p->n--;
	}
}

struct mirror_page *
mirror_page(struct mirror *m, uint32_t object)
{
	struct mirror_private *p = m->priv;
	struct mirror_page **at = &m->pages[object >> MIRROR_SHIFT], *copy;

	p->changed = true;
	if (!is_shared(p, (*at)->version))
		return *at;
	copy = frames_take(p->frames);
	memcpy(copy, *at, sizeof(*copy));
	copy->version = p->version;
	mirror_retire(m, *at, sizeof(*copy));
	*at = copy;
	return copy;
}

/* A copy of `n` elements with room for `cap`. */
static void *
copy_of(struct mirror *m, void *old, size_t n, size_t cap, size_t size)
{
	void *copy = xreallocarray(NULL, cap + 1, size);

	if (n > 0)
		memcpy(copy, old, n * size);
	mirror_retire(m, old, cap * size);
	return copy;
}

static void
copy_notes(struct mirror *m, struct mirror_all_notes *all)
{
	all->v = copy_of(m, all->v, all->n, all->cap, sizeof(*all->v));
}

void
mirror_own(struct mirror *m, enum mirror_shared which)
{
	struct mirror_private *p = m->priv;

	p->changed = true;
	if (!is_shared(p, p->made[which])) {
		p->made[which] = p->version;
		return;
	}
	p->made[which] = p->version;
	switch (which) {
	case MIRROR_CONTACTS:
		m->contacts = copy_of(m, m->contacts, m->snap->n_contacts,
		    m->snap->n_contacts, sizeof(*m->contacts));
		break;
	case MIRROR_DOWNTIMES:
		copy_notes(m, &m->downtimes);
		break;
	case MIRROR_COMMENTS:
		copy_notes(m, &m->comments);
		break;
	case MIRROR_COUNTERS:
		m->counters = copy_of(m, m->counters, m->n_counters,
		    m->cap_counters, sizeof(*m->counters));
		break;
	case MIRROR_SHARED:
		break;
	}
}

const struct mirror *
mirror_freeze(struct mirror *m)
{
	struct mirror_private *p = m->priv;
	size_t n = (m->snap->n_objects >> MIRROR_SHIFT) + 1;
	struct frozen *f = p->newest;

	if (f != NULL && !p->changed && f->version + 1 == p->version) {
		f->holders++;
		return &f->m;
	}
	f = xnew(struct frozen);
	f->m = *m;
	f->m.priv = NULL;
	f->m.scratch = (struct str){0};
	f->m.pages = xreallocarray(NULL, n, sizeof(*f->m.pages));
	memcpy(f->m.pages, m->pages, n * sizeof(*f->m.pages));
	f->m.bi = bi_copy(m->bi);
	f->of = p;
	f->version = p->version++;
	f->holders = 1;
	f->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = f;
	else
		p->oldest = f;
	p->newest = f;
	p->n_held++;
	p->changed = false;
	return &f->m;
}

static void
end(struct mirror_private *p)
{
	struct mirror *m = p->m;
	struct snapshot *owned = p->owned;

	free_retired(p);
	mirror_free_values(m);
	frames_free(&p->frames);
	free(p->retired);
	free(p);
	free(m);
	if (owned != NULL)
		snapshot_close(&owned);
}

void
mirror_release(const struct mirror **frozen)
{
	struct frozen *f = (struct frozen *)(uintptr_t)*frozen;
	struct mirror_private *p;

	if (f == NULL)
		return;
	*frozen = NULL;
	must(f->holders > 0);
	if (--f->holders > 0)
		return;
	p = f->of;
	if (f->newer != NULL)
		f->newer->older = f->older;
	else
		p->newest = f->older;
	if (f->older != NULL)
		f->older->newer = f->newer;
	else
		p->oldest = f->newer;
	p->n_held--;
	free(f->m.pages);
	bi_free_copy(&f->m.bi);
	free(f);
	free_retired(p);
	if (p->ended && p->oldest == NULL)
		end(p);
}

void
mirror_free(struct mirror **mp)
{
	struct mirror *m = *mp;

	if (m == NULL)
		return;
	*mp = NULL;
	m->priv->ended = true;
	if (m->priv->oldest == NULL)
		end(m->priv);
}

void
mirror_own_snapshot(struct mirror *m, struct snapshot *snap)
{
	must(snap == m->snap);
	m->priv->owned = snap;
}

size_t
mirror_frozen(const struct mirror *m)
{
	return m->priv->n_held;
}

size_t
mirror_kept_bytes(const struct mirror *m)
{
	return m->priv->bytes;
}
