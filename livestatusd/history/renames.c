/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects that were given another name: lines of the time before answer under
 * the new one.
 */
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/history/past_internal.h"

#include <stdlib.h>

/* Hosts alone: "HOST RENAMED: old;new". Kept in order of time. */
void
past_note_rename(struct past *p, const struct line *l)
{
	struct slice rest = l->options, from, to;
	struct past_rename r = {.time = l->time};
	size_t i;

	if (l->kind != LINE_HOST_RENAMED || !slice_next(&rest, ';', &from) ||
	    !slice_next(&rest, ';', &to) || from.len == 0 || to.len == 0)
		return;
	for (i = 0; i < p->n_renames; i++)
		if (p->renames[i].time == r.time &&
		    slice_eqs(from, p->renames[i].from))
			return; /* it was indexed anew */
	r.from = slice_dup(from);
	r.to = slice_dup(to);
	r.hash = line_hash(from);
	ARRAY_GROW(p->renames, p->n_renames, p->cap_renames);
	for (i = p->n_renames; i > 0 && p->renames[i - 1].time > r.time; i--)
		p->renames[i] = p->renames[i - 1];
	p->renames[i] = r;
	p->n_renames++;
}

static void
read_rename(
    struct past *p, struct past_day *d, uint64_t at, size_t bytes, uint32_t nth)
{
	char *text = xmalloc(bytes + 1);
	ssize_t n =
	    p->store.read(p->store.arg, d->name, false, at, text, bytes);
	struct slice rest = {text, n < 0 ? 0 : (size_t)n}, one;
	struct line l;

	while (slice_next(&rest, '\n', &one))
		if (nth-- == 0) {
			if (line_parse(one, 0, &l))
				past_note_rename(p, &l);
			break;
		}
	free(text);
}

void
past_find_renames(struct past *p, struct past_day *d, uint32_t slot)
{
	const struct segment *s = past_segment(p, d, slot);

	for (uint32_t i = 0; s != NULL && i < s->head.lines; i++) {
		uint32_t b = i / SEGMENT_BLOCK;
		uint64_t from, to;

		if (s->kinds[i] != LINE_HOST_RENAMED)
			continue;
		from = s->head.from + s->blocks[b].at;
		to = (b + 1) * SEGMENT_BLOCK < s->head.lines
		    ? s->head.from + s->blocks[b + 1].at
		    : s->head.to;
		if (to - from <= 8u << 20)
			read_rename(
			    p, d, from, (size_t)(to - from), i % SEGMENT_BLOCK);
	}
}

void
past_apply_renames(const struct past *p, struct line *l)
{
	uint32_t hash = p->n_renames == 0 ? 0 : line_hash(l->host);

	for (size_t i = 0; hash != 0 && i < p->n_renames; i++) {
		const struct past_rename *r = &p->renames[i];

		if (r->time < l->time || r->hash != hash ||
		    !slice_eqs(l->host, r->from))
			continue;
		l->host = slice_of(r->to);
		hash = line_hash(l->host);
	}
}

void
past_free_renames(struct past *p)
{
	for (size_t i = 0; i < p->n_renames; i++) {
		free(p->renames[i].from);
		free(p->renames[i].to);
	}
	free(p->renames);
}
