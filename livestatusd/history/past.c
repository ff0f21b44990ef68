/* SPDX-License-Identifier: Apache-2.0
 *
 * Days of the history and their indexes; see past.h.
 */
#include "livestatusd/history/past.h"

#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/history/past_internal.h"

#include <stdlib.h>

struct past *
past_new(const struct past_store *store)
{
	struct past *p = xnew(struct past);

	p->store = *store;
	p->chunk = xmalloc(PAST_CHUNK);
	return p;
}

static void
unload(struct past *p, const char *day)
{
	for (size_t i = 0; i < PAST_LOADED; i++) {
		struct past_loaded *l = &p->loaded[i];

		if (l->bytes == NULL || (day != NULL && strcmp(l->day, day)))
			continue;
		free(l->bytes);
		l->bytes = NULL;
	}
}

static void
cut_slots(struct past *p, struct past_day *d, uint32_t n)
{
	if (n < d->n)
		d->put = d->slots[n].at;
	for (uint32_t i = n; i < d->n; i++)
		free(d->slots[i].own);
	d->n = n < d->n ? n : d->n;
	d->seen = 0;
	indexer_free(&d->tail);
	unload(p, d->name);
}

static void
free_day(struct past *p, struct past_day *d)
{
	cut_slots(p, d, 0);
	free(d->slots);
}

void
past_free(struct past **pp)
{
	struct past *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	for (size_t i = 0; i < p->n_days; i++)
		free_day(p, &p->days[i]);
	unload(p, NULL);
	past_free_renames(p);
	free(p->days);
	free(p->chunk);
	free(p);
}

size_t
past_find_day(const struct past *p, const char *name)
{
	size_t lo = 0, hi = p->n_days;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (strcmp(p->days[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
past_day(struct past *p, const char *name, uint64_t size)
{
	size_t i = past_find_day(p, name);
	struct past_day *d;

	if (strlen(name) >= PAST_DAY)
		return false;
	if (i == p->n_days || strcmp(p->days[i].name, name) != 0) {
		ARRAY_GROW(p->days, p->n_days, p->cap_days);
		memmove(&p->days[i + 1], &p->days[i],
		    (p->n_days - i) * sizeof(*p->days));
		p->n_days++;
		p->days[i] = (struct past_day){
		    .put = strlen(INDEX_MAGIC), .first = INT64_MAX};
		memcpy(p->days[i].name, name, strlen(name) + 1);
	}
	d = &p->days[i];
	if (d->size == size)
		return false;
	if (size < d->size) { /* somebody has replaced it */
		cut_slots(p, d, 0);
		d->first = INT64_MAX;
		d->broken = false;
	}
	d->size = size;
	return true;
}

void
past_drop(struct past *p, const char *name)
{
	size_t i = past_find_day(p, name);

	if (i == p->n_days || strcmp(p->days[i].name, name) != 0)
		return;
	free_day(p, &p->days[i]);
	p->n_days--;
	memmove(
	    &p->days[i], &p->days[i + 1], (p->n_days - i) * sizeof(*p->days));
}

uint64_t
past_lines(const struct past *p)
{
	uint64_t n = 0;

	for (size_t i = 0; p != NULL && i < p->n_days; i++) {
		const struct past_day *d = &p->days[i];

		for (uint32_t k = 0; k < d->n; k++)
			n += d->slots[k].head.lines;
		if (d->tail != NULL)
			n += indexer_head(d->tail)->lines;
	}
	return n;
}

int64_t
past_first_time(struct past *p, struct past_day *d)
{
	char head[40];
	struct line l;
	ssize_t n;

	if (d->first != INT64_MAX)
		return d->first;
	n = p->store.read(p->store.arg, d->name, false, 0, head, sizeof(head));
	if (n <= 0)
		return INT64_MAX;
	d->first = line_parse((struct slice){head, (size_t)n}, 0, &l)
	    ? l.time
	    : INT64_MIN;
	return d->first;
}

/* --- the index on disk -----------------------------------------------------
 */

static bool
read_whole(struct past *p, const char *day, bool index, uint64_t at, char *to,
    size_t n)
{
	while (n > 0) {
		ssize_t got =
		    p->store.read(p->store.arg, day, index, at, to, n);

		if (got <= 0)
			return false;
		at += (uint64_t)got;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

static void
add_slot(struct past_day *d, const struct segment_head *h, char *own)
{
	ARRAY_GROW(d->slots, d->n, d->cap);
	d->slots[d->n++] =
	    (struct past_slot){.head = *h, .at = d->put, .own = own};
	d->put += h->size;
}

/* Segments that are there and go with the file. */
static void
open_index(struct past *p, struct past_day *d)
{
	struct segment_head h;
	char magic[8], lf;
	uint64_t to = 0;
	uint32_t line = 1;

	d->opened = true;
	if (!read_whole(p, d->name, true, 0, magic, sizeof(magic)) ||
	    memcmp(magic, INDEX_MAGIC, sizeof(magic)) != 0) {
		d->put = 0; /* it is written anew */
		return;
	}
	while (read_whole(p, d->name, true, d->put, (char *)&h, sizeof(h))) {
		if (!segment_head_fits(&h) || h.from != to || h.to > d->size ||
		    h.first_line != line ||
		    !read_whole(
			p, d->name, true, d->put + h.size - 1, &lf, 1) ||
		    !read_whole(p, d->name, false, h.to - 1, &lf, 1) ||
		    lf != '\n')
			break;
		to = h.to;
		line += h.lines;
		add_slot(d, &h, NULL);
		if (h.kinds &
		    (LINE_BIT(LINE_HOST_RENAMED) |
			LINE_BIT(LINE_SERVICE_RENAMED)))
			past_find_renames(p, d, d->n - 1);
	}
}

static struct past_loaded *
loaded_place(struct past *p, const char *day, uint32_t slot, bool *found_r)
{
	struct past_loaded *best = &p->loaded[0];

	*found_r = false;
	for (size_t i = 0; i < PAST_LOADED; i++) {
		struct past_loaded *l = &p->loaded[i];

		if (l->bytes != NULL && l->slot == slot &&
		    strcmp(l->day, day) == 0) {
			*found_r = true;
			return l;
		}
		if (l->bytes == NULL)
			l->used = 0;
		if (l->used < best->used)
			best = l;
	}
	return best;
}

const struct segment *
past_segment(struct past *p, struct past_day *d, uint32_t slot)
{
	struct past_slot *s = &d->slots[slot];
	struct past_loaded *l;
	bool found;

	l = loaded_place(p, d->name, slot, &found);
	l->used = ++p->clock;
	if (found)
		return &l->segment;
	free(l->bytes);
	l->bytes = xmalloc(s->head.size);
	memcpy(l->day, d->name, PAST_DAY);
	l->slot = slot;
	if (s->own != NULL)
		memcpy(l->bytes, s->own, s->head.size);
	else if (!read_whole(p, d->name, true, s->at, l->bytes, s->head.size))
		memset(l->bytes, 0, s->head.size);
	if (segment_open((struct slice){l->bytes, s->head.size}, &l->segment) &&
	    l->segment.head.to == s->head.to)
		return &l->segment;
	log_warn(
	    "history: the index of %s is damaged, it is made anew", d->name);
	cut_slots(p, d, slot);
	return NULL;
}

/* --- indexing --------------------------------------------------------------
 */

static void
close_segment(struct past *p, struct past_day *d)
{
	struct segment_head h;
	struct str bytes = {0};
	char *own = NULL;
	size_t start;

	if (d->put == 0)
		str_add(&bytes, INDEX_MAGIC);
	start = bytes.len;
	indexer_finish(d->tail, &bytes);
	memcpy(&h, bytes.s + start, sizeof(h));
	if (p->store.put == NULL ||
	    !p->store.put(p->store.arg, d->name, d->put, str_slice(&bytes))) {
		own = xmalloc(h.size);
		memcpy(own, bytes.s + start, h.size);
	}
	d->put += start;
	add_slot(d, &h, own);
	str_free(&bytes);
}

static void
begin_tail(struct past_day *d)
{
	uint64_t from = 0;
	uint32_t line = 1;

	if (d->n > 0) {
		const struct segment_head *h = &d->slots[d->n - 1].head;

		from = h->to;
		line = h->first_line + h->lines;
	}
	if (d->tail == NULL)
		d->tail = indexer_new();
	indexer_begin(d->tail, from, line);
}

static void
take_line(struct past *p, struct past_day *d, struct slice text, size_t bytes)
{
	struct line l;

	if (!indexer_add(d->tail, text, bytes)) {
		close_segment(p, d);
		begin_tail(d);
		if (!indexer_add(d->tail, text, bytes)) {
			d->broken = true;
			return;
		}
	}
	if (text.len > HISTORY_LINE ||
	    memmem(text.s, text.len, " RENAMED: ", 10) == NULL)
		return;
	if (line_parse(text, 0, &l))
		past_note_rename(p, &l);
}

/* A line longer than a chunk: where does it end? 0: it does not. */
static uint64_t
long_line(struct past *p, struct past_day *d, uint64_t at)
{
	uint64_t from = at;
	ssize_t n;

	while ((n = p->store.read(p->store.arg, d->name, false, at, p->chunk,
		    PAST_CHUNK)) > 0) {
		const char *lf = memchr(p->chunk, '\n', (size_t)n);

		if (lf != NULL)
			return at + (uint64_t)(lf - p->chunk) + 1 - from;
		at += (uint64_t)n;
	}
	return 0;
}

/* Takes in a chunk; false: no further whole line is there. */
static bool
index_chunk(struct past *p, struct past_day *d)
{
	uint64_t at = indexer_head(d->tail)->to, bytes;
	ssize_t n = p->store.read(
	    p->store.arg, d->name, false, at, p->chunk, PAST_CHUNK);
	struct slice rest = {p->chunk, n < 0 ? 0 : (size_t)n};
	const char *lf = memchr(rest.s, '\n', rest.len);

	if (lf == NULL && rest.len == PAST_CHUNK) {
		bytes = long_line(p, d, at);
		if (bytes == 0)
			return false;
		take_line(p, d, (struct slice){NULL, bytes - 1}, bytes);
		return !d->broken;
	}
	if (lf == NULL)
		return false;
	for (; lf != NULL && !d->broken; lf = memchr(rest.s, '\n', rest.len)) {
		size_t len = (size_t)(lf - rest.s);

		take_line(p, d, (struct slice){rest.s, len}, len + 1);
		rest.s += len + 1;
		rest.len -= len + 1;
	}
	return !d->broken;
}

bool
past_index_day(struct past *p, struct past_day *d, size_t *bytes)
{
	bool last = d == &p->days[p->n_days - 1];

	if (!d->opened)
		open_index(p, d);
	if (d->broken || (d->seen == d->size && (last || d->tail == NULL)))
		return true;
	if (!last && d->tail == NULL && d->n > 0 &&
	    d->slots[d->n - 1].head.to == d->size) {
		d->seen = d->size;
		return true;
	}
	if (d->tail == NULL)
		begin_tail(d);
	while (d->seen != d->size) {
		uint64_t size = d->size;

		if (*bytes == 0)
			return false;
		*bytes -= *bytes < PAST_CHUNK ? *bytes : PAST_CHUNK;
		if (!index_chunk(p, d))
			d->seen = size;
	}
	if (last)
		return true;
	if (indexer_head(d->tail)->lines > 0)
		close_segment(p, d);
	indexer_free(&d->tail);
	return true;
}

bool
past_index(struct past *p, size_t bytes)
{
	for (size_t i = p->n_days; i-- > 0;)
		if (!past_index_day(p, &p->days[i], &bytes))
			return true;
	return false;
}
