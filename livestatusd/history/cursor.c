/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking through the history: days, their segments, the lines whose bits are
 * set, read block by block.
 */
#include "common/mem.h"
#include "common/utf8.h"
#include "livestatusd/history/past_internal.h"

#include <stdlib.h>

#define BLOCK_BYTES (8u << 20) /* a longer block is not looked at */

struct past_cursor {
	struct past *past;
	struct past_want want;
	struct past_name *asked; /* want.names, copied */
	struct str asked_text;
	struct name_want *names;
	size_t n_names;
	char day[PAST_DAY];
	bool prepared, in_day, in_segment, ended;
	uint32_t passed; /* number of the last line of the day; 0: none */
	int64_t slot;    /* equal to the number of segments: the tail */
	struct line_set set;
	uint32_t lines; /* of the segment */
	int64_t line;   /* the next one to look at */
	int64_t block;  /* that `text` holds; -1: none */
	struct str text;
	size_t starts[SEGMENT_BLOCK + 1]; /* of its lines */
	size_t left;                      /* of the slice, in bytes */
};

void
past_batch_free(struct past_batch *b)
{
	free(b->lines);
	free(b->offs);
	str_free(&b->text);
	*b = (struct past_batch){0};
}

static void
add_name(struct past_cursor *c, struct name_want w)
{
	c->names = xreallocarray(c->names, c->n_names + 1, sizeof(*c->names));
	c->names[c->n_names++] = w;
}

/* The names as they may stand in lines: former ones too. */
static void
set_names(struct past_cursor *c)
{
	const struct past *p = c->past;

	for (size_t i = 0; i < c->want.n_names; i++) {
		const struct past_name *name = &c->asked[i];
		struct name_want w = {line_hash(name->host),
		    line_hash(name->service), name->any_host,
		    name->any_service};

		add_name(c, w);
		for (size_t k = p->n_renames; k-- > 0 && !w.any_host;) {
			if (line_hash(slice_of(p->renames[k].to)) != w.host)
				continue;
			w.host = p->renames[k].hash;
			add_name(c, w);
		}
	}
}

static void
copy_names(struct past_cursor *c)
{
	size_t n = c->want.n_names, at = 0;

	c->asked = xcalloc(n + 1, sizeof(*c->asked));
	for (size_t i = 0; i < n; i++) {
		str_addslice(&c->asked_text, c->want.names[i].host);
		str_addslice(&c->asked_text, c->want.names[i].service);
	}
	for (size_t i = 0; i < n; i++) {
		struct past_name *name = &c->asked[i];

		*name = c->want.names[i];
		name->host.s = str_get(&c->asked_text) + at;
		at += name->host.len;
		name->service.s = str_get(&c->asked_text) + at;
		at += name->service.len;
	}
	c->want.names = NULL;
}

/*
 * Days that cannot have anything in the range, told by their neighbours' first
 * lines with a day to spare: clocks may have been wrong.
 */
static bool
is_beside(const struct past_cursor *c, size_t i)
{
	struct past *p = c->past;
	int64_t until = c->want.until, from = c->want.from;
	int64_t begins = past_first_time(p, &p->days[i]), ends;

	if (until < INT64_MAX - 86400 && begins != INT64_MAX &&
	    begins >= until + 86400)
		return true;
	if (i + 1 == p->n_days || from == INT64_MIN)
		return false;
	ends = past_first_time(p, &p->days[i + 1]);
	return ends != INT64_MAX && ends < from - 86400;
}

static void
first_day(struct past_cursor *c)
{
	struct past *p = c->past;
	size_t i = 0;

	if (p->n_days == 0) {
		c->ended = true;
		return;
	}
	if (c->want.newest_first)
		i = p->n_days - 1;
	else if (c->want.replay)
		for (i = p->n_days - 1; i > 0; i--)
			if (past_first_time(p, &p->days[i]) <= c->want.from)
				break;
	memcpy(c->day, p->days[i].name, PAST_DAY);
}

struct past_cursor *
past_open(struct past *p, const struct past_want *want)
{
	struct past_cursor *c = xnew(struct past_cursor);

	c->past = p;
	c->want = *want;
	copy_names(c);
	return c;
}

void
past_close(struct past_cursor **cp)
{
	struct past_cursor *c = *cp;

	if (c == NULL)
		return;
	*cp = NULL;
	str_free(&c->text);
	str_free(&c->asked_text);
	free(c->asked);
	free(c->names);
	free(c);
}

/* All that may matter is indexed first: a renaming is later than the lines
 * that it is about. False: the slice is used up. */
static bool
prepare(struct past_cursor *c)
{
	struct past *p = c->past;

	if (c->prepared)
		return true;
	for (size_t i = p->n_days; i-- > 0;) {
		if (is_beside(c, i))
			continue;
		if (!past_index_day(p, &p->days[i], &c->left))
			return false;
	}
	c->prepared = true;
	set_names(c);
	first_day(c);
	if (c->want.replay)
		c->want.from = INT64_MIN;
	return true;
}

static struct past_day *
day_of(const struct past_cursor *c)
{
	size_t i = past_find_day(c->past, c->day);

	if (i == c->past->n_days || strcmp(c->past->days[i].name, c->day) != 0)
		return NULL;
	return &c->past->days[i];
}

static void
next_day(struct past_cursor *c)
{
	struct past *p = c->past;
	size_t i = past_find_day(p, c->day);

	c->in_day = c->in_segment = false;
	c->passed = 0;
	if (c->want.newest_first) {
		if (i == 0) {
			c->ended = true;
			return;
		}
		i--;
	} else if (i < p->n_days && strcmp(p->days[i].name, c->day) == 0) {
		i++;
	}
	if (i >= p->n_days) {
		c->ended = true;
		return;
	}
	memcpy(c->day, p->days[i].name, PAST_DAY);
}

static bool
head_fits(const struct past_cursor *c, const struct segment_head *h)
{
	return h->lines > 0 && h->t_max >= c->want.from &&
	    h->t_min < c->want.until &&
	    (h->kinds & (c->want.named | c->want.always)) != 0;
}

/* Enters c->slot; false: there is nothing in it. */
static bool
enter_segment(struct past_cursor *c, struct past_day *d)
{
	const struct past_want *w = &c->want;
	const struct segment *s;

	if (c->slot == (int64_t)d->n) {
		if (d->tail == NULL || !head_fits(c, indexer_head(d->tail)))
			return false;
		c->lines = indexer_head(d->tail)->lines;
		indexer_find(d->tail, c->names, c->n_names, w->named, w->always,
		    &c->set);
	} else {
		if (!head_fits(c, &d->slots[c->slot].head))
			return false;
		s = past_segment(c->past, d, (uint32_t)c->slot);
		if (s == NULL) { /* damaged: the day is looked at anew */
			c->in_day = false;
			return false;
		}
		c->lines = s->head.lines;
		c->left -= c->left < s->head.size ? c->left : s->head.size;
		segment_find(
		    s, c->names, c->n_names, w->named, w->always, &c->set);
	}
	c->line = w->newest_first ? (int64_t)c->lines - 1 : 0;
	c->block = -1;
	c->in_segment = true;
	return true;
}

static void
next_segment(struct past_cursor *c, const struct past_day *d)
{
	c->in_segment = false;
	c->slot += c->want.newest_first ? -1 : 1;
	if (c->slot < 0 || c->slot > (int64_t)d->n)
		next_day(c);
}

/* The next set bit; -1: none. */
static int64_t
next_line(const struct past_cursor *c)
{
	int64_t i = c->line;

	if (c->want.newest_first) {
		while (i >= 0) {
			uint64_t bits = c->set.bits[i / 64];

			bits &= UINT64_MAX >> (63 - i % 64);
			if (bits != 0)
				return i / 64 * 64 + 63 - __builtin_clzll(bits);
			i = i / 64 * 64 - 1;
		}
		return -1;
	}
	while (i < (int64_t)c->lines) {
		uint64_t bits = c->set.bits[i / 64] & UINT64_MAX << i % 64;

		if (bits != 0)
			return i / 64 * 64 + __builtin_ctzll(bits);
		i = (i / 64 + 1) * 64;
	}
	return -1;
}

struct place {
	uint64_t from, to; /* bytes in the file */
	int64_t t_min, t_max;
	uint32_t first_line;
};

static bool
find_block(struct past_cursor *c, struct past_day *d, uint32_t b,
    struct place *place_r)
{
	bool tail = c->slot == (int64_t)d->n;
	const struct segment *s = NULL;
	const struct segment_head *h;
	struct segment_block block, next = {0};

	if (tail && d->tail == NULL)
		return false;
	if (!tail && (s = past_segment(c->past, d, (uint32_t)c->slot)) == NULL)
		return false;
	h = tail ? indexer_head(d->tail) : &s->head;
	if ((b + 1) * SEGMENT_BLOCK < h->lines)
		next = tail ? indexer_block(d->tail, b + 1) : s->blocks[b + 1];
	block = tail ? indexer_block(d->tail, b) : s->blocks[b];
	*place_r = (struct place){.from = h->from + block.at,
	    .to = next.at == 0 ? h->to : h->from + next.at,
	    .t_min = h->t_min + block.t_min,
	    .t_max = h->t_min + block.t_max,
	    .first_line = h->first_line + b * SEGMENT_BLOCK};
	return true;
}

static void
split_block(struct past_cursor *c)
{
	size_t at = 0, n = 0;

	while (n < SEGMENT_BLOCK) {
		const char *lf;

		c->starts[n++] = at;
		lf = at >= c->text.len
		    ? NULL
		    : memchr(c->text.s + at, '\n', c->text.len - at);
		at =
		    lf == NULL ? c->text.len + 1 : (size_t)(lf - c->text.s) + 1;
	}
	c->starts[n] = at;
}

static void
read_block(struct past_cursor *c, struct past_day *d, const struct place *at)
{
	struct past_store *store = &c->past->store;
	size_t bytes = (size_t)(at->to - at->from), done = 0;

	str_clear(&c->text);
	if (bytes > BLOCK_BYTES)
		bytes = 0;
	str_reserve(&c->text, bytes + 1);
	while (done < bytes) {
		ssize_t n = store->read(store->arg, d->name, false,
		    at->from + done, c->text.s + done, bytes - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	c->text.len = done;
	if (c->text.s != NULL)
		c->text.s[done] = '\0';
	c->left -= c->left < done ? c->left : done;
	split_block(c);
}

static void
take(struct past_cursor *c, struct past_batch *b, const struct place *at,
    uint32_t i)
{
	size_t start = c->starts[i % SEGMENT_BLOCK];
	size_t end = c->starts[i % SEGMENT_BLOCK + 1];
	uint32_t lineno = at->first_line + i % SEGMENT_BLOCK;
	struct line l;

	/* A damaged index: the day is looked at a second time. */
	if (c->passed != 0 &&
	    (c->want.newest_first ? lineno >= c->passed : lineno <= c->passed))
		return;
	c->passed = lineno;
	if (start >= c->text.len || end - 1 - start > HISTORY_LINE ||
	    !line_parse(
		(struct slice){c->text.s + start, end - 1 - start}, 0, &l) ||
	    l.time < c->want.from || l.time >= c->want.until)
		return;
	if (b->n == b->cap) {
		b->cap = b->cap == 0 ? 64 : b->cap * 2;
		b->lines = xreallocarray(b->lines, b->cap, sizeof(*b->lines));
		b->offs = xreallocarray(b->offs, b->cap, sizeof(*b->offs));
	}
	b->offs[b->n] = b->text.len;
	b->lines[b->n++].lineno = lineno;
	utf8_clean(&b->text, l.message);
}

/* The lines of one block; false: the segment has gone. */
static bool
take_block(
    struct past_cursor *c, struct past_day *d, struct past_batch *b, size_t max)
{
	int64_t i = next_line(c), block = i / SEGMENT_BLOCK;
	struct place at;

	if (!find_block(c, d, (uint32_t)block, &at))
		return false;
	if (at.t_max < c->want.from || at.t_min >= c->want.until) {
		c->line = c->want.newest_first ? block * SEGMENT_BLOCK - 1
					       : (block + 1) * SEGMENT_BLOCK;
		return true;
	}
	if (c->block != block)
		read_block(c, d, &at);
	c->block = block;
	for (; i >= 0 && i / SEGMENT_BLOCK == block && b->n < max;
	     i = next_line(c)) {
		take(c, b, &at, (uint32_t)i);
		c->line = c->want.newest_first ? i - 1 : i + 1;
	}
	return true;
}

static void
finish_batch(const struct past_cursor *c, struct past_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		size_t end = i + 1 < b->n ? b->offs[i + 1] : b->text.len;
		struct slice text = {b->text.s + b->offs[i], end - b->offs[i]};

		(void)line_parse(text, b->lines[i].lineno, &b->lines[i]);
		past_apply_renames(c->past, &b->lines[i]);
	}
}

/* Goes on to where lines may be; false: the end, or the slice is used up. */
static bool
find_segment(struct past_cursor *c)
{
	if (!prepare(c))
		return false;
	while (!c->ended && c->left > 0) {
		struct past_day *d = day_of(c);

		if (d == NULL) {
			next_day(c);
			continue;
		}
		if (!c->in_day) {
			if (is_beside(c, (size_t)(d - c->past->days))) {
				next_day(c);
				continue;
			}
			if (!past_index_day(c->past, d, &c->left))
				return false;
			c->in_day = true;
			c->in_segment = false;
			c->slot = c->want.newest_first ? (int64_t)d->n : 0;
		}
		if (c->in_segment && next_line(c) >= 0)
			return true;
		if (c->in_segment || !enter_segment(c, d)) {
			if (c->in_day)
				next_segment(c, d);
		}
	}
	return false;
}

enum past_next
past_next(struct past_cursor *c, struct past_batch *b, size_t max, size_t bytes)
{
	b->n = 0;
	str_clear(&b->text);
	c->left = bytes;
	while (b->n < max && find_segment(c)) {
		struct past_day *d = day_of(c);

		if (d == NULL || !take_block(c, d, b, max))
			c->in_day = c->in_segment = false;
	}
	finish_batch(c, b);
	if (b->n > 0)
		return PAST_LINES;
	return c->ended ? PAST_END : PAST_AGAIN;
}
