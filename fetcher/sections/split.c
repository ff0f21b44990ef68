/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of agent output, as a machine over whole lines: in no section,
 * in a section, in a piggyback block, or ignoring one with a useless name.
 */
#include "fetcher/sections/split.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>
#include <stdlib.h>

enum where {
	HOST,
	PIGGYBACK,
	IGNORE
};

struct machine {
	struct split *split;
	struct slice source;
	int64_t now;
	enum where where;
	bool in_section;
	uint64_t line;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static struct slice
strip(struct slice s)
{
	while (s.len > 0 && is_blank(s.s[0])) {
		s.s++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.s[s.len - 1]))
		s.len--;
	return s;
}

static bool
ends(struct slice s, const char *tail, size_t n)
{
	return s.len >= n && memcmp(s.s + s.len - n, tail, n) == 0;
}

static bool
is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isalnum((unsigned char)s.s[i]) && s.s[i] != '_')
			return false;
	return s.len > 0;
}

/* Two numbers "T,I". */
static bool
two_numbers(struct slice s, int64_t *a_r, int64_t *b_r)
{
	struct slice first;
	if (!slice_next(&s, ',', &first))
		return false;
	return num_i64(slice_trim(first), a_r) && num_i64(slice_trim(s), b_r);
}

/* One `key(value)`. Unknown ones are ignored, malformed numbers are not. */
static bool
read_option(struct split_part *part, struct slice option)
{
	const char *open = memchr(option.s, '(', option.len);
	if (open == NULL || !ends(option, ")", 1))
		return true;
	struct slice key = {option.s, (size_t)(open - option.s)};
	struct slice value = {open + 1, option.len - key.len - 2};
	int64_t a, b;
	if (slice_eqs(key, "sep")) {
		if (!num_range(value, 0, 255, &a))
			return false;
		part->sep = (int)a;
	} else if (slice_eqs(key, "cached")) {
		if (!two_numbers(value, &a, &b) || a < 0 || b < 0)
			return false;
		part->cached_at = a;
		part->cached_interval = b;
	} else if (slice_eqs(key, "persist")) {
		if (!num_i64(value, &a) || a < 0)
			return false;
		part->persist_until = a;
	} else if (slice_eqs(key, "nostrip")) {
		part->nostrip = true;
	} else if (slice_eqs(key, "encoding")) {
		part->encoding = value;
	}
	return true;
}

static void
bad_header(struct machine *m)
{
	if (m->split->bad_headers++ == 0)
		m->split->bad_line = m->line;
	m->in_section = false;
}

/* `head` is what stands between <<< and >>>. */
static void
section_header(struct machine *m, struct slice head, const char *body)
{
	struct split *split = m->split;
	struct split_part part = {
	    .head = head, .sep = SPLIT_WHITE, .body = {body, 0}};
	struct slice option;

	m->in_section = false;
	if (head.len == 0 || head.s[0] == ':')
		return; /* a footer */
	slice_next(&head, ':', &part.name);
	bool ok = is_name(part.name);
	while (ok && slice_next(&head, ':', &option))
		ok = read_option(&part, option);
	if (!ok) {
		bad_header(m);
		return;
	}
	if (part.cached_at == 0 && part.persist_until > 0) {
		part.cached_at = m->now;
		if (part.persist_until > m->now)
			part.cached_interval = part.persist_until - m->now;
	}
	if (split->n_parts == SPLIT_MAX_PARTS) {
		split->over_limit++;
		return;
	}
	ARRAY_GROW(split->parts, split->n_parts, split->cap_parts);
	split->parts[split->n_parts++] = part;
	m->in_section = true;
}

static void
piggyback_header(struct machine *m, struct slice host, const char *body)
{
	struct split *split = m->split;

	m->in_section = false;
	host = strip(host);
	if (host.len == 0 || slice_eq(host, m->source)) {
		m->where = HOST;
		return;
	}
	m->where = IGNORE;
	for (size_t i = 0; i < host.len; i++)
		if ((unsigned char)host.s[i] < ' ' || host.s[i] == '/')
			return;
	if (host.len > 253)
		return;
	if (split->n_piggyback == SPLIT_MAX_PIGGYBACK) {
		split->over_limit++;
		return;
	}
	ARRAY_GROW(split->piggyback, split->n_piggyback, split->cap_piggyback);
	split->piggyback[split->n_piggyback++] =
	    (struct split_piggyback){.host = host, .body = {body, 0}};
	m->where = PIGGYBACK;
}

/* A line that may be a header. `next` is where the following line begins. */
static bool
is_header(struct machine *m, struct slice line, const char *next)
{
	while (line.len > 0 && is_blank(line.s[line.len - 1]))
		line.len--;
	if (line.len >= 8 && memcmp(line.s, "<<<<", 4) == 0 &&
	    ends(line, ">>>>", 4)) {
		piggyback_header(
		    m, (struct slice){line.s + 4, line.len - 8}, next);
		return true;
	}
	if (line.len < 6 || !ends(line, ">>>", 3))
		return false;
	if (m->where != HOST)
		return false; /* belongs to the block as it stands */
	section_header(m, (struct slice){line.s + 3, line.len - 6}, next);
	return true;
}

static void
content(struct machine *m, struct slice line)
{
	struct split *split = m->split;
	struct slice *body;
	if (m->where == PIGGYBACK)
		body = &split->piggyback[split->n_piggyback - 1].body;
	else if (m->where == HOST && m->in_section)
		body = &split->parts[split->n_parts - 1].body;
	else
		return;
	body->len = (size_t)(line.s + line.len - body->s);
}

void
split_output(
    struct slice output, struct slice source, int64_t now, struct split *split)
{
	struct machine m = {.split = split, .source = source, .now = now};
	if (output.len == 0)
		return;
	const char *p = output.s, *end = output.s + output.len;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *next = lf == NULL ? end : lf + 1;
		struct slice line = {p, (size_t)((lf == NULL ? end : lf) - p)};
		m.line++;
		if (line.len < 6 || memcmp(p, "<<<", 3) != 0 ||
		    !is_header(&m, line, next))
			content(&m, line);
		p = next;
	}
}

void
split_free(struct split *split)
{
	free(split->parts);
	free(split->piggyback);
	*split = (struct split){0};
}

static bool
is_named(const struct split_part *part, const char *const *names)
{
	for (; *names != NULL; names++)
		if (slice_eqs(part->name, *names))
			return true;
	return false;
}

struct split_lines
split_lines(const struct split *split, const char *const *names)
{
	return (struct split_lines){.split = split, .names = names};
}

bool
split_line(struct split_lines *in, struct slice *line_r)
{
	for (;;) {
		struct slice line;
		while (slice_next(&in->rest, '\n', &line)) {
			struct slice bare = strip(line);
			if (bare.len == 0)
				continue;
			if (in->current->nostrip) {
				if (ends(line, "\r", 1))
					line.len--;
				bare = line;
			}
			in->line++;
			*line_r = bare;
			return true;
		}
		const struct split_part *part;
		do {
			if (in->part == in->split->n_parts)
				return false;
			part = &in->split->parts[in->part++];
		} while (!is_named(part, in->names));
		in->current = part;
		in->rest = part->body;
	}
}

bool
split_has(const struct split *split, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(split->parts[i].name, name))
			return true;
	return false;
}

const struct split_part *
split_last(const struct split *split, const char *const *names)
{
	for (size_t i = split->n_parts; i-- > 0;)
		if (is_named(&split->parts[i], names))
			return &split->parts[i];
	return NULL;
}
