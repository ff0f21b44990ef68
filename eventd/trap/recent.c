/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring in order of time, and a hash into it; see recent.h.
 */
#include "eventd/trap/recent.h"

#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 65536

struct seen {
	char address[48];
	int64_t request, at_us;
	uint32_t next; /* in the bucket; an index + 1, 0: none */
};
struct recent {
	struct seen *ring;
	uint32_t *buckets;
	uint32_t first, n;
};

struct recent *
recent_new(void)
{
	struct recent *r = xnew(struct recent);

	r->ring = xcalloc(RECENT_MAX, sizeof(*r->ring));
	r->buckets = xcalloc(BUCKETS, sizeof(*r->buckets));
	return r;
}

void
recent_free(struct recent **r)
{
	if (*r == NULL)
		return;
	free((*r)->ring);
	free((*r)->buckets);
	free(*r);
	*r = NULL;
}

static uint32_t *
bucket_of(const struct recent *r, const char *address, int64_t request)
{
	uint32_t h = 2166136261u ^ (uint32_t)request;

	for (; *address != '\0'; address++)
		h = (h ^ (unsigned char)*address) * 16777619u;
	return &r->buckets[(h ^ h >> 16) % BUCKETS];
}

static void
forget_first(struct recent *r)
{
	struct seen *s = &r->ring[r->first];
	uint32_t *at = bucket_of(r, s->address, s->request);

	while (*at != r->first + 1)
		at = &r->ring[*at - 1].next;
	*at = s->next;
	r->first = (r->first + 1) % RECENT_MAX;
	r->n--;
}

bool
recent_seen(
    struct recent *r, const char *address, int64_t request, int64_t now_us)
{
	uint32_t *bucket, at;
	struct seen *s;

	while (r->n > 0 && r->ring[r->first].at_us + RECENT_US <= now_us)
		forget_first(r);
	bucket = bucket_of(r, address, request);
	for (at = *bucket; at != 0; at = r->ring[at - 1].next) {
		s = &r->ring[at - 1];
		if (s->request == request && strcmp(s->address, address) == 0)
			return true;
	}
	if (r->n == RECENT_MAX)
		forget_first(r);
	at = (r->first + r->n) % RECENT_MAX;
	s = &r->ring[at];
	snprintf(s->address, sizeof(s->address), "%s", address);
	s->request = request;
	s->at_us = now_us;
	s->next = *bucket;
	*bucket = at + 1;
	r->n++;
	return false;
}
