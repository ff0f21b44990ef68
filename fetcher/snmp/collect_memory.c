/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings that are over; see collect_memory.h.
 */
#include "fetcher/snmp/collect_memory.h"

#include "common/mem.h"
#include "fetcher/sections/arena.h"

#include <stdlib.h>

#define BUCKETS      1024
#define PLACES       4 /* of a bucket */

#define OUTPUT_BYTES 65536 /* kept; a larger one is given back */

struct place {
	char *host; /* NULL: free */
	struct collect *collect;
};

struct collect_memory {
	struct place places[BUCKETS][PLACES];
	unsigned turn; /* which place of a full bucket is taken */
	struct str output;
	struct snmp_request request; /* of whichever reading asks */
	struct arena_spare spare;
};

struct collect_memory *
collect_memory_new(void)
{
	return xnew(struct collect_memory);
}

static void
clear(struct place *p)
{
	collect_free(&p->collect);
	free(p->host);
	p->host = NULL;
}

void
collect_memory_free(struct collect_memory **mp)
{
	struct collect_memory *m = *mp;

	if (m == NULL)
		return;
	for (size_t i = 0; i < BUCKETS * PLACES; i++)
		clear(&m->places[i / PLACES][i % PLACES]);
	str_free(&m->output);
	arena_spare_free(&m->spare);
	free(m);
	*mp = NULL;
}

static struct place *
bucket_of(struct collect_memory *m, struct slice host)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < host.len; i++)
		h = (h ^ (unsigned char)host.s[i]) * 16777619u;
	return m->places[(h ^ h >> 16) % BUCKETS];
}

/* NULL: there is none. */
static struct place *
find(struct collect_memory *m, struct slice host)
{
	struct place *bucket = bucket_of(m, host);

	for (size_t i = 0; i < PLACES; i++)
		if (bucket[i].host != NULL && slice_eqs(host, bucket[i].host))
			return &bucket[i];
	return NULL;
}

static struct place *
find_or_make(struct collect_memory *m, struct slice host)
{
	struct place *p = find(m, host), *bucket = bucket_of(m, host);

	for (size_t i = 0; i < PLACES && p == NULL; i++)
		if (bucket[i].host == NULL)
			p = &bucket[i];
	if (p == NULL) {
		p = &bucket[m->turn++ % PLACES];
		clear(p);
	}
	if (p->host == NULL)
		p->host = slice_dup(host);
	return p;
}

struct collect *
collect_memory_take(struct collect_memory *m,
    const struct collect_settings *settings,
    const struct section_type *const *wanted, size_t n)
{
	struct place *p = find(m, settings->host);
	struct collect_settings set = *settings;
	struct collect *c = p == NULL ? NULL : p->collect;

	set.request = &m->request;
	set.spare = &m->spare;
	if (c != NULL && collect_again(c, &set, wanted, n)) {
		p->collect = NULL; /* the name stays, for it comes back */
		return c;
	}
	return collect_new(&set, wanted, n);
}

void
collect_memory_give(
    struct collect_memory *m, struct slice host, struct collect **collect)
{
	struct place *p;

	if (*collect == NULL)
		return;
	if (!collect_rest(*collect)) {
		collect_free(collect);
		return;
	}
	p = find_or_make(m, host);
	collect_free(&p->collect);
	p->collect = *collect;
	*collect = NULL;
}

struct str *
collect_memory_output(struct collect_memory *m)
{
	if (m->output.cap > OUTPUT_BYTES)
		str_free(&m->output);
	str_clear(&m->output);
	return &m->output;
}
