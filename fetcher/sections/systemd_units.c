/* SPDX-License-Identifier: Apache-2.0
 *
 * Section systemd_units: [list-unit-files] "ssh.service enabled enabled",
 * [status] as systemctl prints it, [all] "ssh.service loaded active running
 * OpenBSD Secure Shell server".
 */
#include "fetcher/sections/systemd_units.h"

#include "fetcher/sections/names.h"
#include "fetcher/sections/timespan.h"

struct parser {
	struct arena *arena;
	struct section_systemd_units *s;
	struct names files; /* unit -> index of states */
	struct slice *states;
	size_t n_states, cap_states;
	struct names changing; /* unit -> index of spans */
	double *spans;
	size_t n_spans, cap_spans;
	struct slice current; /* unit of [status] */
};

/* Glyphs that stand before a unit which is not as it should be. */
static bool
is_glyph(struct slice word)
{
	static const char *const glyphs[] = {"\342\227\217", "\342\227\213",
	    "\342\206\273", "\303\227", "x", "*"};
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
		if (slice_eqs(word, glyphs[i]))
			return true;
	return false;
}

static bool
ends(struct slice s, const char *tail)
{
	size_t n = strlen(tail);
	return s.len > n && memcmp(s.s + s.len - n, tail, n) == 0;
}

static bool
take_unit(struct slice *line, struct slice *unit_r)
{
	return slice_word(line, unit_r) &&
	    (!is_glyph(*unit_r) || slice_word(line, unit_r));
}

static bool
kind_of(struct slice *name, enum systemd_kind *kind_r)
{
	if (ends(*name, ".service")) {
		name->len -= 8;
		*kind_r = SYSTEMD_SERVICE;
	} else if (ends(*name, ".socket")) {
		name->len -= 7;
		*kind_r = SYSTEMD_SOCKET;
	} else {
		return false;
	}
	return true;
}

static void
read_file(struct parser *p, struct slice line)
{
	struct slice unit, state;
	if (!take_unit(&line, &unit) || !slice_word(&line, &state) ||
	    (!ends(unit, ".service") && !ends(unit, ".socket")))
		return;
	names_put(&p->files, p->arena, unit, p->n_states);
	ARENA_GROW(p->arena, p->states, p->n_states, p->cap_states);
	p->states[p->n_states++] = state;
}

/* "Active: activating (start) since Thu 2025-10-09 08:00:00 UTC; 5min ago" */
static void
read_status(struct parser *p, struct slice line)
{
	struct slice word, rest = line;
	double span;

	if (slice_word(&rest, &word) && is_glyph(word)) {
		slice_word(&rest, &p->current);
		return;
	}
	if (!slice_eqs(word, "Active:") || p->current.len == 0 ||
	    !slice_word(&rest, &word) ||
	    (!slice_eqs(word, "activating") &&
		!slice_eqs(word, "deactivating") &&
		!slice_eqs(word, "reloading")))
		return;
	const char *at = memrchr(rest.s, ';', rest.len);
	if (at == NULL || !ends(rest, " ago"))
		return;
	rest = (struct slice){at + 1, (size_t)(rest.s + rest.len - at) - 5};
	if (!timespan_read(rest, &span))
		return;
	names_put(&p->changing, p->arena, p->current, p->n_spans);
	ARENA_GROW(p->arena, p->spans, p->n_spans, p->cap_spans);
	p->spans[p->n_spans++] = span;
}

/* A template's file speaks for its instances: foo@1 by foo@. */
static struct slice
file_state(const struct parser *p, struct slice unit)
{
	char name[256];
	const char *at = memchr(unit.s, '@', unit.len);
	const char *dot = memrchr(unit.s, '.', unit.len);
	size_t i = names_get(&p->files, unit);

	if (i == NAMES_NONE && at != NULL && dot != NULL && dot > at &&
	    unit.len < sizeof(name)) {
		size_t head = (size_t)(at + 1 - unit.s);
		size_t tail = (size_t)(unit.s + unit.len - dot);
		memcpy(name, unit.s, head);
		memcpy(name + head, dot, tail);
		i = names_get(&p->files, (struct slice){name, head + tail});
	}
	return i == NAMES_NONE ? (struct slice){"", 0} : p->states[i];
}

static int
read_unit(struct parser *p, struct slice line, struct split_lines *in,
    struct err *err_r)
{
	struct systemd_unit u = {.changing_for = -1};
	struct section_systemd_units *s = p->s;
	struct slice unit;

	if (!take_unit(&line, &unit))
		return 0;
	u.name = unit;
	if (!kind_of(&u.name, &u.kind) || !slice_word(&line, &u.load) ||
	    !slice_word(&line, &u.active) || !slice_word(&line, &u.sub))
		return 0;
	if (s->n == SECTION_MAX_ENTRIES)
		return section_bad(in, err_r, "too many units");
	u.description = slice_trim(line);
	u.file = file_state(p, unit);
	size_t i = names_get(&p->changing, unit);
	if (i != NAMES_NONE)
		u.changing_for = p->spans[i];
	ARENA_GROW(p->arena, s->units, s->n, s->cap);
	s->units[s->n++] = u;
	return 0;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct parser p = {.arena = arena, .s = section};
	enum {
		NOTHING,
		FILES,
		STATUS,
		ALL
	} part = NOTHING;
	struct slice line;

	while (split_line(in, &line)) {
		if (slice_eqs(line, "[list-unit-files]"))
			part = FILES;
		else if (slice_eqs(line, "[status]"))
			part = STATUS;
		else if (slice_eqs(line, "[all]"))
			part = ALL;
		else if (part == FILES)
			read_file(&p, line);
		else if (part == STATUS)
			read_status(&p, line);
		else if (part == ALL && read_unit(&p, line, in, err_r) != 0)
			return -1;
	}
	return 0;
}

const struct systemd_unit *
section_systemd_find(const struct section_systemd_units *s,
    enum systemd_kind kind, struct slice name)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->units[i].kind == kind &&
		    slice_eq(s->units[i].name, name))
			return &s->units[i];
	return NULL;
}

const struct section_type section_systemd_units = {
    .names = {"systemd_units", NULL},
    .size = sizeof(struct section_systemd_units),
    .parse = parse,
};
