/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table and a list by age; see sources.h.
 */
#include "eventd/receive/sources.h"

#include "common/mem.h"
#include "eventd/event/index.h"
#include "eventd/rule/compile.h"

#include <stdio.h>
#include <stdlib.h>

#define BUCKETS 4096 /* a power of two */

struct sources {
	struct source *buckets[BUCKETS];
	struct source *newest, *oldest;
	size_t n;
	uint64_t seed, limited;
	uint32_t rate;
	int64_t interval_us;
	struct source_rules rules;
};

void
source_rules_free(struct source_rules *r)
{
	for (int i = 0; i < INPUT_COUNT; i++)
		networks_free(&r->allow[i]);
	*r = (struct source_rules){0};
}

struct sources *
sources_new(uint64_t seed)
{
	struct sources *s = xnew(struct sources);

	s->seed = seed;
	return s;
}

void
ec_sources_free(struct sources **sp)
{
	struct sources *s = *sp;
	struct source *older;

	if (s == NULL)
		return;
	for (struct source *src = s->newest; src != NULL; src = older) {
		older = src->older;
		free(src);
	}
	source_rules_free(&s->rules);
	free(s);
	*sp = NULL;
}

void
sources_set_rules(struct sources *s, struct source_rules *rules)
{
	source_rules_free(&s->rules);
	s->rules = *rules;
	*rules = (struct source_rules){0};
}

void
sources_set_rate(struct sources *s, uint32_t rate, int64_t interval_us)
{
	s->rate = rate;
	s->interval_us = interval_us;
}

/* --- the table ------------------------------------------------------------ */

static void
unlink_age(struct sources *s, struct source *src)
{
	if (src->newer != NULL)
		src->newer->older = src->older;
	else
		s->newest = src->older;
	if (src->older != NULL)
		src->older->newer = src->newer;
	else
		s->oldest = src->newer;
}

static void
link_newest(struct sources *s, struct source *src)
{
	src->newer = NULL;
	src->older = s->newest;
	if (s->newest != NULL)
		s->newest->newer = src;
	else
		s->oldest = src;
	s->newest = src;
}

static void
forget_oldest(struct sources *s)
{
	struct source *src = s->oldest;
	struct source **at = &s->buckets[src->hash & (BUCKETS - 1)];

	while (*at != src)
		at = &(*at)->next;
	*at = src->next;
	unlink_age(s, src);
	s->n--;
	free(src);
}

static struct source *
add(struct sources *s, const char *address, uint64_t hash, int64_t now_us)
{
	struct source *src;

	if (s->n >= SOURCES_MAX)
		forget_oldest(s);
	src = xnew(struct source);
	src->hash = hash;
	src->first_us = src->window_us = now_us;
	snprintf(src->address, sizeof(src->address), "%s", address);
	src->next = s->buckets[hash & (BUCKETS - 1)];
	s->buckets[hash & (BUCKETS - 1)] = src;
	link_newest(s, src);
	s->n++;
	return src;
}

static struct source *
find(struct sources *s, const char *address, int64_t now_us)
{
	uint64_t hash;
	struct source *src = s->newest;

	/* Mostly it is the one that sent just now. */
	if (src == NULL || strcmp(src->address, address) != 0) {
		hash = index_hash(s->seed, slice_of(address));
		src = s->buckets[hash & (BUCKETS - 1)];
		while (src != NULL && strcmp(src->address, address) != 0)
			src = src->next;
		if (src == NULL)
			src = add(s, address, hash, now_us);
	}
	if (s->newest != src) {
		unlink_age(s, src);
		link_newest(s, src);
	}
	src->last_us = now_us;
	return src;
}

/* --- what comes ----------------------------------------------------------- */

/* Above the rate? An interval begins with the first message after the last. */
static bool
limited(const struct sources *s, struct source *src, int64_t now_us)
{
	if (s->rate == 0)
		return false;
	if (now_us - src->window_us >= s->interval_us ||
	    now_us < src->window_us) {
		src->window_us = now_us;
		src->in_window = 0;
	}
	return ++src->in_window > s->rate;
}

enum source_verdict
sources_take(struct sources *s, enum input input, const char *address,
    size_t bytes, int64_t now_us)
{
	struct source *src = find(s, address, now_us);

	if (!networks_have(&s->rules.allow[input], slice_of(address))) {
		src->refused++;
		return SOURCE_REFUSED;
	}
	src->messages++;
	src->bytes += bytes;
	if (!limited(s, src, now_us))
		return SOURCE_TAKEN;
	src->limited++;
	s->limited++;
	return SOURCE_LIMITED;
}

bool
sources_admit(
    struct sources *s, enum input input, const char *address, int64_t now_us)
{
	if (networks_have(&s->rules.allow[input], slice_of(address)))
		return true;
	find(s, address, now_us)->refused++;
	return false;
}

struct source *
sources_newest(const struct sources *s)
{
	return s->newest;
}

size_t
sources_count(const struct sources *s)
{
	return s->n;
}

uint64_t
sources_limited(const struct sources *s)
{
	return s->limited;
}
