/* SPDX-License-Identifier: Apache-2.0
 *
 * What the next rows are made of lies all over the memory, and between two
 * queries other programs have had the caches. Asking for it early, step by
 * step, hides most of the waiting.
 */
#include "livestatusd/lql/query.h"

#include "common/mem.h"

#define STEP 8u /* rows */

/* The column's place in a page of the mirror. */
static bool
place_of(const struct column *c, struct ahead_array *a)
{
	*a = (struct ahead_array){(uint32_t)c->off, 0};
	if (c->source == SOURCE_U8)
		a->width = 1;
	else if (c->source == SOURCE_U32 || c->source == SOURCE_FLAG)
		a->width = 4;
	else if (c->source == SOURCE_I64)
		a->width = 8;
	return a->width > 0;
}

static void
add_array(struct ahead *a, struct ahead_array one)
{
	if (a->n < AHEAD_ARRAYS)
		a->arrays[a->n++] = one;
}

void
lql_ahead_init(struct ahead *a, const struct lql_query *q)
{
	struct ahead_array one;

	*a = (struct ahead){.texts = false};
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct column_ref *ref = &q->columns[i].ref;
		const struct column *c = ref->column;
		bool joined;

		if (c == NULL)
			continue;
		joined = ref->join->prefix[0] != '\0';
		if (joined) {
			a->hosts = a->hosts || ref->join->entity == ENTITY_HOST;
		} else if (c->source == SOURCE_NAME) {
			a->names = true;
		} else if (c->source == SOURCE_TEXT) {
			if (!a->texts)
				add_array(a,
				    (struct ahead_array){
					offsetof(struct mirror_page, plain),
					1});
			a->texts = true;
		} else if (place_of(c, &one)) {
			add_array(a, one);
		} else if (c->source != SOURCE_SITE) {
			a->config = true;
		}
	}
}

MEM_PREFETCHES
fetch_first(const struct ahead *a, const struct mirror *m, uint32_t i)
{
	const char *page = (const char *)m->pages[i >> MIRROR_SHIFT];
	uint32_t in = i & (MIRROR_PAGE - 1);

	for (size_t k = 0; k < a->n; k++)
		__builtin_prefetch(
		    page + a->arrays[k].off + a->arrays[k].width * in);
	if (a->texts)
		__builtin_prefetch(&mirror_get(m, i, text));
	if (a->names)
		__builtin_prefetch(&m->names[i]);
	if (a->hosts)
		__builtin_prefetch(&m->host_of[i]);
	if (a->config) {
		__builtin_prefetch(&m->snap->objects[i]);
		__builtin_prefetch(&m->snap->objects[i].services);
	}
}

MEM_PREFETCHES
fetch_second(const struct ahead *a, const struct mirror *m, uint32_t i)
{
	const char *buf;

	if (a->texts && (buf = mirror_get(m, i, text).buf) != NULL) {
		__builtin_prefetch(buf);
		__builtin_prefetch(buf + 64);
	}
	if (a->names)
		__builtin_prefetch(snap_s(m->snap, m->names[i].at));
	if (a->hosts)
		__builtin_prefetch(&m->names[m->host_of[i]]);
	if (a->config && i < m->snap->n_hosts)
		__builtin_prefetch(
		    &mirror_get(m, m->snap->objects[i].services.off, summary));
}

MEM_PREFETCHES
fetch_third(const struct ahead *a, const struct mirror *m, uint32_t i)
{
	if (a->hosts)
		__builtin_prefetch(snap_s(m->snap, m->names[m->host_of[i]].at));
}

void
lql_ahead(const struct ahead *a, const struct mirror *m, uint32_t first,
    const uint16_t *hits, uint32_t n, uint32_t k)
{
	for (uint32_t i = 0; k == 0 && i < 3 * STEP && i < n; i++)
		fetch_first(a, m, first + hits[i]);
	for (uint32_t i = 0; k == 0 && i < 2 * STEP && i < n; i++)
		fetch_second(a, m, first + hits[i]);
	for (uint32_t i = 0; k == 0 && i < STEP && i < n; i++)
		fetch_third(a, m, first + hits[i]);
	if (k + 3 * STEP < n)
		fetch_first(a, m, first + hits[k + 3 * STEP]);
	if (k + 2 * STEP < n)
		fetch_second(a, m, first + hits[k + 2 * STEP]);
	if (k + STEP < n)
		fetch_third(a, m, first + hits[k + STEP]);
}
