/* SPDX-License-Identifier: Apache-2.0
 *
 * One agent output with its sections.
 */
#include "fetcher/sections/parsed.h"

#include "common/log.h"
#include "common/mem.h"
#include "fetcher/sections/encoding.h"
#include "fetcher/snmp/source.h"

void
parsed_begin(struct parsed *p, struct split split, struct arena arena)
{
	p->split = (struct split){.parts = split.parts,
	    .cap_parts = split.cap_parts,
	    .piggyback = split.piggyback,
	    .cap_piggyback = split.cap_piggyback};
	p->arena = arena;
	p->n = p->n_persisted = 0;
}

void
parsed_init(
    struct parsed *p, struct slice output, struct slice source, int64_t now)
{
	parsed_begin(p, (struct split){0}, (struct arena){0});
	parsed_add(p, output, source, now);
}

void
parsed_add(
    struct parsed *p, struct slice output, struct slice source, int64_t now)
{
	size_t had = p->split.n_parts;
	split_output(output, source, now, &p->split);
	for (size_t i = had; i < p->split.n_parts; i++) {
		struct split_part *part = &p->split.parts[i];
		part->body =
		    encoding_to_utf8(part->body, part->encoding, &p->arena);
	}
}

void
parsed_add_persisted(
    struct parsed *p, struct slice kept, struct slice source, int64_t now)
{
	struct split *split = &p->split, stored = {0};
	size_t had = split->n_parts;

	/* Often all that is kept is what the next reading of a device is to
	 * know: no section for a check. */
	if (slice_starts(kept, "<<<" SNMP_SCAN_SECTION ":") &&
	    memchr(kept.s + 3, '<', kept.len - 3) == NULL)
		return;
	split_output(kept, source, now, &stored);
	for (size_t i = 0; i < stored.n_parts; i++) {
		struct split_part part = stored.parts[i];
		if (part.persist_until <= now ||
		    split->n_parts == SPLIT_MAX_PARTS ||
		    slice_eqs(part.name, SNMP_SCAN_SECTION) ||
		    split_has(split, had, part.name))
			continue;
		part.body =
		    encoding_to_utf8(part.body, part.encoding, &p->arena);
		ARRAY_GROW(split->parts, split->n_parts, split->cap_parts);
		split->parts[split->n_parts++] = part;
		p->n_persisted++;
	}
	split_free(&stored);
}

void
parsed_free(struct parsed *p)
{
	split_free(&p->split);
	arena_free(&p->arena);
}

static bool
has_lines(const struct split *split, const struct section_type *type)
{
	struct split_lines in = split_lines(split, type->names);
	struct slice line;
	return split_line(&in, &line);
}

/* What the agent says goes before what was read by SNMP. */
static bool
is_superseded(const struct split *split, const struct section_type *type)
{
	const char *const *by =
	    type->snmp == NULL ? NULL : type->snmp->superseded_by;

	for (; by != NULL && *by != NULL; by++)
		if (split_last(split, (const char *const[]){*by, NULL}) != NULL)
			return true;
	return false;
}

static void
parse(struct parsed *p, struct parsed_section *section)
{
	const struct section_type *type = section->type;
	const struct split_part *last = split_last(&p->split, type->names);

	if (last == NULL || is_superseded(&p->split, type) ||
	    (!type->may_be_empty && !has_lines(&p->split, type)))
		return;
	section->cached_at = last->cached_at;
	section->cached_interval = last->cached_interval;
	struct split_lines in = split_lines(&p->split, type->names);
	void *data = arena_alloc(&p->arena, 1, type->size);
	struct err err;
	if (type->parse(&in, &p->arena, data, &err) == 0) {
		section->data = data;
		section->state = PARSED_GOOD;
		return;
	}
	size_t len = strlen(err.text) + 1;
	section->why = memcpy(arena_alloc(&p->arena, len, 1), err.text, len);
	section->state = PARSED_BAD;
}

const struct parsed_section *
parsed_get(struct parsed *p, const struct section_type *type)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->sections[i].type == type)
			return &p->sections[i];
	must(p->n < PARSED_MAX);
	struct parsed_section *section = &p->sections[p->n++];
	*section = (struct parsed_section){.type = type};
	parse(p, section);
	if (section->state == PARSED_ABSENT && type->fallback != NULL) {
		struct parsed_section other = *parsed_get(p, type->fallback);
		other.type = type;
		*section = other;
	}
	return section;
}
