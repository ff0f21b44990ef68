/* SPDX-License-Identifier: Apache-2.0
 *
 * Segments of an index: making, checking, looking up; see index.h.
 */
#include "livestatusd/history/index.h"

#include "common/journal.h"
#include "common/mem.h"

#include <stdlib.h>

#define SEGMENT_MAGIC 0x31474553u /* "SEG1" */

struct indexer {
	struct segment_head head;
	bool timed; /* t_min and t_max are set */
	uint64_t at[SEGMENT_BLOCKS];
	int64_t t_min[SEGMENT_BLOCKS], t_max[SEGMENT_BLOCKS];
	uint8_t kinds[SEGMENT_LINES];
	uint32_t host[SEGMENT_LINES], service[SEGMENT_LINES];
};

static uint32_t
blocks_of(uint32_t lines)
{
	return (lines + SEGMENT_BLOCK - 1) / SEGMENT_BLOCK;
}

static uint64_t
bytes_of(const struct segment_head *h)
{
	uint64_t n = sizeof(*h);

	n += (uint64_t)blocks_of(h->lines) * sizeof(struct segment_block);
	n += ((uint64_t)h->keys + 1) * sizeof(struct segment_key);
	n += (uint64_t)h->posts * sizeof(uint16_t) + h->lines;
	return (n + 7) / 8 * 8;
}

/* --- reading ---------------------------------------------------------------
 */

static uint32_t
crc_of_head(const struct segment_head *h)
{
	struct segment_head copy = *h;

	copy.crc = copy.head_crc = 0;
	return crc32c(&copy, sizeof(copy));
}

bool
segment_head_fits(const struct segment_head *h)
{
	return h->magic == SEGMENT_MAGIC && h->lines > 0 &&
	    h->lines <= SEGMENT_LINES && h->keys <= SEGMENT_LINES &&
	    h->posts <= SEGMENT_LINES && h->size == bytes_of(h) &&
	    h->size <= SEGMENT_MAX && h->from < h->to &&
	    h->to - h->from <= SEGMENT_TEXT && h->t_min <= h->t_max &&
	    h->head_crc == crc_of_head(h);
}

static bool
keys_fit(const struct segment *s)
{
	const struct segment_key *k = s->keys;

	for (uint32_t i = 0; i < s->head.keys; i++)
		if (k[i].first > k[i + 1].first)
			return false;
	for (uint32_t i = 0; i < s->head.posts; i++)
		if (s->posts[i] >= s->head.lines)
			return false;
	return k[s->head.keys].first == s->head.posts;
}

static bool
blocks_fit(const struct segment *s)
{
	uint32_t n = blocks_of(s->head.lines);

	for (uint32_t i = 0; i < n; i++) {
		uint64_t end =
		    i + 1 < n ? s->blocks[i + 1].at : s->head.to - s->head.from;

		if (s->blocks[i].at >= end)
			return false;
	}
	return true;
}

bool
segment_open(struct slice bytes, struct segment *s)
{
	const char *p = bytes.s;
	size_t skip = offsetof(struct segment_head, size);

	if (bytes.len < sizeof(s->head))
		return false;
	memcpy(&s->head, p, sizeof(s->head));
	if (!segment_head_fits(&s->head) || bytes.len < s->head.size ||
	    crc32c(p + skip, s->head.size - skip) != s->head.crc)
		return false;
	p += sizeof(s->head);
	s->blocks = (const void *)p;
	p += blocks_of(s->head.lines) * sizeof(*s->blocks);
	s->keys = (const void *)p;
	p += (s->head.keys + 1) * sizeof(*s->keys);
	s->posts = (const void *)p;
	p += s->head.posts * sizeof(*s->posts);
	s->kinds = (const void *)p;
	return blocks_fit(s) && keys_fit(s);
}

static bool
has_kind(uint64_t mask, uint8_t kind)
{
	return kind < 64 && (mask >> kind & 1);
}

static void
add_kinds(
    const uint8_t *kinds, uint32_t lines, uint64_t mask, struct line_set *set)
{
	if (mask == 0)
		return;
	for (uint32_t i = 0; i < lines; i++)
		set->bits[i / 64] |= (uint64_t)has_kind(mask, kinds[i])
		    << i % 64;
}

static bool
name_fits(const struct name_want *w, uint32_t host, uint32_t service)
{
	return (w->any_host || w->host == host) &&
	    (w->any_service || w->service == service);
}

/* The first key of that host, or behind where it would be. */
static uint32_t
first_key(const struct segment *s, uint32_t host)
{
	uint32_t lo = 0, hi = s->head.keys;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->keys[mid].host < host)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
add_name(const struct segment *s, const struct name_want *w, uint64_t kinds,
    struct line_set *set)
{
	uint32_t k = w->any_host ? 0 : first_key(s, w->host);

	for (; k < s->head.keys; k++) {
		const struct segment_key *key = &s->keys[k];

		if (!w->any_host && key->host != w->host)
			break;
		if (!name_fits(w, key->host, key->service))
			continue;
		for (uint32_t i = key->first; i < key[1].first; i++) {
			uint16_t line = s->posts[i];

			if (has_kind(kinds, s->kinds[line]))
				set->bits[line / 64] |= UINT64_C(1)
				    << line % 64;
		}
	}
}

void
segment_find(const struct segment *s, const struct name_want *names, size_t n,
    uint64_t named, uint64_t always, struct line_set *set)
{
	memset(set, 0, sizeof(*set));
	if (n == 0)
		always |= named;
	if ((s->head.kinds & always) != 0)
		add_kinds(s->kinds, s->head.lines, always, set);
	for (size_t i = 0; i < n; i++)
		add_name(s, &names[i], named, set);
}

/* --- making ----------------------------------------------------------------
 */

struct indexer *
indexer_new(void)
{
	return xnew(struct indexer);
}

void
indexer_free(struct indexer **xp)
{
	free(*xp);
	*xp = NULL;
}

void
indexer_begin(struct indexer *x, uint64_t from, uint32_t first_line)
{
	x->head = (struct segment_head){.magic = SEGMENT_MAGIC,
	    .first_line = first_line,
	    .from = from,
	    .to = from};
	x->timed = false;
}

static void
note_time(struct indexer *x, uint32_t block, int64_t time)
{
	/* Clocks of foreign files may jump; an index holds 68 years. */
	if (x->timed && time - x->head.t_min > INT32_MAX)
		time = x->head.t_min + INT32_MAX;
	if (x->timed && x->head.t_max - time > INT32_MAX)
		time = x->head.t_max - INT32_MAX;
	if (!x->timed || time < x->head.t_min)
		x->head.t_min = time;
	if (!x->timed || time > x->head.t_max)
		x->head.t_max = time;
	x->timed = true;
	if (x->t_min[block] > x->t_max[block])
		x->t_min[block] = x->t_max[block] = time;
	if (time < x->t_min[block])
		x->t_min[block] = time;
	if (time > x->t_max[block])
		x->t_max[block] = time;
}

bool
indexer_add(struct indexer *x, struct slice text, size_t bytes)
{
	uint32_t i = x->head.lines, block = i / SEGMENT_BLOCK;
	struct line l;

	if (i == SEGMENT_LINES ||
	    x->head.to + bytes - x->head.from > SEGMENT_TEXT)
		return false;
	if (i % SEGMENT_BLOCK == 0) {
		x->at[block] = x->head.to;
		x->t_min[block] = 1;
		x->t_max[block] = 0;
	}
	x->kinds[i] = LINE_NONE;
	x->host[i] = x->service[i] = 0;
	if (text.len <= HISTORY_LINE && line_parse(text, 0, &l)) {
		x->kinds[i] = (uint8_t)l.kind;
		x->host[i] = line_hash(l.host);
		x->service[i] = line_hash(l.service);
		x->head.kinds |= LINE_BIT(l.kind);
		note_time(x, block, l.time);
	}
	x->head.to += bytes;
	x->head.lines++;
	return true;
}

const struct segment_head *
indexer_head(const struct indexer *x)
{
	return &x->head;
}

const uint8_t *
indexer_kinds(const struct indexer *x)
{
	return x->kinds;
}

struct segment_block
indexer_block(const struct indexer *x, uint32_t b)
{
	struct segment_block block = {
	    .at = (uint32_t)(x->at[b] - x->head.from)};

	if (x->t_min[b] <= x->t_max[b]) {
		block.t_min = (uint32_t)(x->t_min[b] - x->head.t_min);
		block.t_max = (uint32_t)(x->t_max[b] - x->head.t_min);
	}
	return block;
}

void
indexer_find(const struct indexer *x, const struct name_want *names, size_t n,
    uint64_t named, uint64_t always, struct line_set *set)
{
	memset(set, 0, sizeof(*set));
	if (n == 0)
		always |= named;
	add_kinds(x->kinds, x->head.lines, always, set);
	for (uint32_t i = 0; n > 0 && i < x->head.lines; i++) {
		if (x->host[i] == 0 || !has_kind(named, x->kinds[i]))
			continue;
		for (size_t k = 0; k < n; k++)
			if (name_fits(&names[k], x->host[i], x->service[i]))
				set->bits[i / 64] |= UINT64_C(1) << i % 64;
	}
}

struct post {
	uint32_t host, service, line;
};

static int
by_name(const void *a, const void *b)
{
	const struct post *x = a, *y = b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->service != y->service)
		return x->service < y->service ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void
add_keys(struct segment_head *h, const struct post *posts, struct str *keys,
    struct str *lines)
{
	struct segment_key key;

	for (uint32_t i = 0; i < h->posts; i++) {
		uint16_t line = (uint16_t)posts[i].line;

		if (i == 0 || posts[i].host != posts[i - 1].host ||
		    posts[i].service != posts[i - 1].service) {
			key = (struct segment_key){
			    posts[i].host, posts[i].service, i};
			str_addn(keys, (const char *)&key, sizeof(key));
			h->keys++;
		}
		str_addn(lines, (const char *)&line, sizeof(line));
	}
	key = (struct segment_key){UINT32_MAX, UINT32_MAX, h->posts};
	str_addn(keys, (const char *)&key, sizeof(key));
}

static struct post *
sorted_posts(const struct indexer *x, uint32_t *n_r)
{
	struct post *posts = xcalloc(x->head.lines + 1, sizeof(*posts));
	uint32_t n = 0;

	for (uint32_t i = 0; i < x->head.lines; i++)
		if (x->host[i] != 0)
			posts[n++] =
			    (struct post){x->host[i], x->service[i], i};
	if (n > 1)
		qsort(posts, n, sizeof(*posts), by_name);
	*n_r = n;
	return posts;
}

void
indexer_finish(struct indexer *x, struct str *to)
{
	struct segment_head h = x->head;
	struct str keys = {0}, lines = {0};
	struct post *posts = sorted_posts(x, &h.posts);
	size_t start = to->len, skip = offsetof(struct segment_head, size);

	add_keys(&h, posts, &keys, &lines);
	free(posts);
	h.size = (uint32_t)bytes_of(&h);
	h.head_crc = crc_of_head(&h);
	str_addn(to, (const char *)&h, sizeof(h));
	for (uint32_t b = 0; b < blocks_of(h.lines); b++) {
		struct segment_block block = indexer_block(x, b);

		str_addn(to, (const char *)&block, sizeof(block));
	}
	str_addslice(to, str_slice(&keys));
	str_addslice(to, str_slice(&lines));
	str_addn(to, (const char *)x->kinds, h.lines);
	while ((to->len - start) % 8 != 0)
		str_addc(to, '\0');
	h.crc = crc32c(to->s + start + skip, h.size - skip);
	memcpy(to->s + start, &h, sizeof(h));
	str_free(&keys);
	str_free(&lines);
}
