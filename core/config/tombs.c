/* SPDX-License-Identifier: Apache-2.0
 *
 * Vanished objects' records in a hash table by name; see tombs.h.
 */
#include "core/config/tombs.h"

#include "common/mem.h"

#include <stdlib.h>

#define BUCKETS 4096u
#define PIECE   64u /* tombs in a piece, and the rest of their bucket */

struct tomb {
	struct tomb *next;
	char *host, *service;
	struct str records;
	int64_t until;
};
struct tombs {
	struct tomb *buckets[BUCKETS];
	uint32_t n;
};

static struct tomb **
bucket(struct tombs *t, struct slice host, struct slice service)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < host.len; i++)
		h = (h ^ (uint8_t)host.s[i]) * 16777619u;
	h = (h ^ ';') * 16777619u;
	for (size_t i = 0; i < service.len; i++)
		h = (h ^ (uint8_t)service.s[i]) * 16777619u;
	return &t->buckets[(h ^ h >> 16) % BUCKETS];
}

static struct tomb **
find(struct tombs *t, struct slice host, struct slice service)
{
	struct tomb **at = bucket(t, host, service);

	while (*at != NULL &&
	    !(slice_eqs(host, (*at)->host) &&
		slice_eqs(service, (*at)->service)))
		at = &(*at)->next;
	return at;
}

struct tombs *
tombs_new(void)
{
	return xnew(struct tombs);
}

static void
drop(struct tombs *t, struct tomb **at)
{
	struct tomb *tomb = *at;

	*at = tomb->next;
	free(tomb->host);
	free(tomb->service);
	str_free(&tomb->records);
	free(tomb);
	t->n--;
}

void
tombs_free(struct tombs **tombs)
{
	if (*tombs == NULL)
		return;
	tombs_expire(*tombs, INT64_MAX);
	free(*tombs);
	*tombs = NULL;
}

void
tombs_add(struct tombs *t, struct slice host, struct slice service,
    struct slice record, int64_t now)
{
	struct tomb **at = find(t, host, service);

	if (*at == NULL) {
		if (t->n >= TOMBS_MAX)
			return;
		*at = xnew(struct tomb);
		(*at)->host = slice_dup(host);
		(*at)->service = slice_dup(service);
		t->n++;
	}
	(*at)->until = now + TOMB_S;
	str_addslice(&(*at)->records, record);
}

bool
tombs_take(struct tombs *t, struct slice host, struct slice service,
    struct str *records_r)
{
	struct tomb **at = find(t, host, service);

	if (*at == NULL)
		return false;
	*records_r = (*at)->records;
	(*at)->records = (struct str){0};
	drop(t, at);
	return true;
}

void
tombs_expire(struct tombs *t, int64_t now)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (struct tomb **at = &t->buckets[i]; *at != NULL;)
			if ((*at)->until <= now)
				drop(t, at);
			else
				at = &(*at)->next;
}

bool
tombs_put(const struct tombs *t, uint32_t *at_r, struct str *out)
{
	uint32_t put = 0;

	for (; *at_r < BUCKETS && put < PIECE; ++*at_r)
		for (const struct tomb *tomb = t->buckets[*at_r]; tomb != NULL;
		     tomb = tomb->next, put++)
			str_addslice(out, str_slice(&tomb->records));
	return *at_r == BUCKETS;
}

uint32_t
tombs_count(const struct tombs *t)
{
	return t->n;
}
