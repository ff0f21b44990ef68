/* SPDX-License-Identifier: Apache-2.0
 *
 * Piggyback by target and source; see piggyback.h. One table of names serves
 * both: a name may be a source, a target, or both.
 */
#include "core/schedule/piggyback.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/msg.h"
#include "core/schedule/plan.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (2u * PIGGYBACK_BYTES)

struct block {
	struct block *next; /* of the same target */
	struct name *source;
	int64_t stored_at;
	size_t len;
	char bytes[];
};

struct name {
	struct name *next; /* in its bucket */
	uint64_t hash;
	int64_t source_at;    /* 0: it is no source (any more) */
	uint32_t n_blocks;    /* that it is the source of */
	struct block *blocks; /* for it */
	char text[];
};

struct piggyback {
	struct name **buckets;
	uint32_t n_buckets, n_names, n_blocks;
	uint64_t bytes, taken, dropped;
};

struct piggyback *
piggyback_new(void)
{
	struct piggyback *p = xnew(struct piggyback);

	p->n_buckets = 64;
	p->buckets = xcalloc(p->n_buckets, sizeof(*p->buckets));
	return p;
}

static uint64_t
hash_of(struct slice text)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.s[i]) * 1099511628211u;
	return h;
}

static struct name *
find(const struct piggyback *p, struct slice text)
{
	uint64_t hash = hash_of(text);
	struct name *n = p->buckets[hash & (p->n_buckets - 1)];

	while (n != NULL && (n->hash != hash || !slice_eqs(text, n->text)))
		n = n->next;
	return n;
}

static void
grow(struct piggyback *p)
{
	uint32_t n = p->n_buckets * 2;
	struct name **buckets = xcalloc(n, sizeof(*buckets));

	for (uint32_t i = 0; i < p->n_buckets; i++)
		for (struct name *at = p->buckets[i], *next; at != NULL;
		     at = next) {
			next = at->next;
			at->next = buckets[at->hash & (n - 1)];
			buckets[at->hash & (n - 1)] = at;
		}
	free(p->buckets);
	p->buckets = buckets;
	p->n_buckets = n;
}

static struct name *
need(struct piggyback *p, struct slice text)
{
	struct name *n = find(p, text), **bucket;

	if (n != NULL)
		return n;
	if (p->n_names++ == p->n_buckets)
		grow(p);
	n = xcalloc(1, sizeof(*n) + text.len + 1);
	n->hash = hash_of(text);
	memcpy(n->text, text.s, text.len);
	bucket = &p->buckets[n->hash & (p->n_buckets - 1)];
	n->next = *bucket;
	*bucket = n;
	return n;
}

static void
drop(struct piggyback *p, struct block **at)
{
	struct block *b = *at;

	*at = b->next;
	b->source->n_blocks--;
	p->bytes -= b->len;
	p->n_blocks--;
	free(b);
}

/* Replaces what the source had for the target. */
static void
put(struct piggyback *p, struct name *source, struct slice target,
    struct slice bytes, int64_t at)
{
	struct name *t = need(p, target);
	struct block **link = &t->blocks, *b;

	while (*link != NULL && (*link)->source != source)
		link = &(*link)->next;
	if (*link != NULL)
		drop(p, link);
	if (bytes.len > PIGGYBACK_BLOCK_BYTES ||
	    p->bytes + bytes.len > PIGGYBACK_BYTES) {
		p->dropped++;
		return;
	}
	b = xmalloc(sizeof(*b) + bytes.len);
	*b = (struct block){
	    .next = *link, .source = source, .stored_at = at, .len = bytes.len};
	if (bytes.len > 0)
		memcpy(b->bytes, bytes.s, bytes.len);
	*link = b;
	source->n_blocks++;
	p->bytes += bytes.len;
	p->n_blocks++;
	p->taken++;
}

void
piggyback_take(
    struct piggyback *p, struct slice source, struct slice blocks, int64_t now)
{
	struct msg_piggyback_block b;
	struct name *s = find(p, source);

	if (s == NULL && blocks.len == 0)
		return;
	if (s == NULL)
		s = need(p, source);
	s->source_at = blocks.len > 0 ? now : 0;
	while (msg_piggyback_block_next(&blocks, &b))
		if (b.target.len > 0)
			put(p, s, b.target, b.output, now);
}

static void
give(const struct name *t, struct str *kept)
{
	for (const struct block *b = t->blocks; b != NULL; b = b->next) {
		struct msg_piggyback_kept k = {
		    .source = slice_of(b->source->text),
		    .stored_at = b->stored_at,
		    .source_at = b->source->source_at,
		    .output = {b->bytes, b->len},
		};

		msg_piggyback_kept_put(kept, &k);
	}
}

void
piggyback_give(const struct piggyback *p, struct slice target, struct str *kept)
{
	const struct name *t = find(p, target);

	if (t != NULL)
		give(t, kept);
}

bool
piggyback_has(const struct piggyback *p, struct slice target)
{
	const struct name *t = find(p, target);

	return t != NULL && t->blocks != NULL;
}

static void
forget_names(struct piggyback *p, int64_t now)
{
	for (uint32_t i = 0; i < p->n_buckets; i++)
		for (struct name **at = &p->buckets[i]; *at != NULL;) {
			struct name *n = *at;

			if (n->blocks != NULL || n->n_blocks > 0 ||
			    n->source_at + PIGGYBACK_AGE > now) {
				at = &n->next;
				continue;
			}
			*at = n->next;
			p->n_names--;
			free(n);
		}
}

void
piggyback_expire(struct piggyback *p, int64_t now)
{
	for (uint32_t i = 0; i < p->n_buckets; i++)
		for (struct name *n = p->buckets[i]; n != NULL; n = n->next)
			for (struct block **at = &n->blocks; *at != NULL;)
				if ((*at)->stored_at + PIGGYBACK_AGE > now)
					at = &(*at)->next;
				else
					drop(p, at);
	forget_names(p, now);
}

void
piggyback_free(struct piggyback **pp)
{
	struct piggyback *p = *pp;

	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->n_buckets; i++)
		while (p->buckets[i] != NULL) {
			struct name *n = p->buckets[i];

			p->buckets[i] = n->next;
			for (struct block *b = n->blocks, *next; b != NULL;
			     b = next) {
				next = b->next;
				free(b);
			}
			free(n);
		}
	free(p->buckets);
	free(p);
	*pp = NULL;
}

void
piggyback_counters(const struct piggyback *p, struct str *list)
{
	const struct msg_counter counters[] = {
	    {SLICE("piggyback_blocks"), p->n_blocks},
	    {SLICE("piggyback_bytes"), (double)p->bytes},
	    {SLICE("piggyback_taken"), (double)p->taken},
	    {SLICE("piggyback_dropped"), (double)p->dropped},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		msg_counter_put(list, &counters[i]);
}

/* --- over a stop -----------------------------------------------------------
 */

/* A block record names the target of the piggyback_kept records after it. */
int
piggyback_save(const struct piggyback *p, const char *path, struct err *err_r)
{
	struct str text = {0}, kept = {0};
	int rc;

	for (uint32_t i = 0; i < p->n_buckets; i++)
		for (const struct name *n = p->buckets[i]; n != NULL;
		     n = n->next) {
			struct msg_piggyback_block b = {
			    .target = slice_of(n->text)};

			if (n->blocks == NULL)
				continue;
			str_clear(&kept);
			give(n, &kept);
			b.output = str_slice(&kept);
			msg_piggyback_block_put(&text, &b);
		}
	rc = file_write(path, str_slice(&text), 0640, err_r);
	str_free(&text);
	str_free(&kept);
	return rc;
}

int
piggyback_load(struct piggyback *p, const char *path, struct err *err_r)
{
	struct str text = {0};
	struct msg_piggyback_block b;
	struct msg_piggyback_kept k;
	struct slice list;
	int rc = 0;

	if (!file_exists(path))
		return 0;
	if (file_read(path, FILE_BYTES, &text, err_r) == -1)
		return -1;
	list = str_slice(&text);
	while (rc == 0 && list.len > 0) {
		if (!msg_piggyback_block_next(&list, &b)) {
			err_set(
			    err_r, "%s: damaged, its rest is left out", path);
			rc = -1;
			break;
		}
		while (msg_piggyback_kept_next(&b.output, &k)) {
			struct name *source = need(p, k.source);

			source->source_at = k.source_at;
			put(p, source, b.target, k.output, k.stored_at);
		}
	}
	str_free(&text);
	return rc;
}
