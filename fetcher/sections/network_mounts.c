/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections nfsmounts_v2 (one JSON object a line) and cifsmounts ("/mnt/share
 * ok 1000 400 380 4096").
 */
#include "fetcher/sections/network_mounts.h"

#include <jansson.h>

#define MAX_MOUNTS 4096

static struct slice
copy(struct arena *arena, const json_t *text)
{
	size_t len = json_string_length(text);
	char *to = arena_alloc(arena, len + 1, 1);
	if (len > 0)
		memcpy(to, json_string_value(text), len);
	return (struct slice){to, len};
}

static void
set_usage(struct network_mount *e, double total, double free, double block)
{
	if (total <= 0 || block <= 0 || free < 0 || free > total)
		return;
	e->has_usage = true;
	e->size = total * block;
	e->used = (total - free) * block;
}

static double
number(const json_t *usage, const char *key)
{
	const json_t *value = json_object_get(usage, key);
	return json_is_number(value) ? json_number_value(value) : -1;
}

static int
parse_nfs(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_network_mounts *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		json_error_t why;
		struct network_mount e = {.has_usage = false};
		json_t *doc = json_loadb(line.s, line.len, 0, &why);
		const json_t *usage = json_object_get(doc, "usage");
		e.dir = copy(arena, json_object_get(doc, "mountpoint"));
		e.source = copy(arena, json_object_get(doc, "source"));
		e.state = copy(arena, json_object_get(doc, "state"));
		if (json_is_object(usage))
			set_usage(&e, number(usage, "total_blocks"),
			    number(usage, "free_blocks"),
			    number(usage, "blocksize"));
		json_decref(doc);
		if (e.dir.len == 0 || e.state.len == 0)
			return section_bad(in, err_r,
			    "expected a JSON object with mountpoint and state");
		if (s->n == MAX_MOUNTS)
			return section_bad(in, err_r, "too many mounts");
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

static int
parse_cifs(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_network_mounts *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct network_mount e = {.has_usage = false};
		double total, free_root, free, block;
		slice_word(&line, &e.dir);
		struct slice rest = slice_trim(line);
		e.state = rest;
		if (slice_starts(rest, "ok ") ||
		    slice_starts(rest, "hanging ")) {
			slice_word(&rest, &e.state);
			if (section_double(&rest, &total) &&
			    section_double(&rest, &free_root) &&
			    section_double(&rest, &free) &&
			    section_double(&rest, &block))
				set_usage(&e, total, free, block);
		}
		if (e.state.len == 0)
			return section_bad(
			    in, err_r, "expected: mount point, state");
		if (s->n == MAX_MOUNTS)
			return section_bad(in, err_r, "too many mounts");
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

const struct section_type section_nfsmounts = {
    .names = {"nfsmounts_v2", NULL},
    .size = sizeof(struct section_network_mounts),
    .may_be_empty = true,
    .parse = parse_nfs,
};

const struct section_type section_cifsmounts = {
    .names = {"cifsmounts", NULL},
    .size = sizeof(struct section_network_mounts),
    .may_be_empty = true,
    .parse = parse_cifs,
};
