/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mounts: lines of /proc/mounts.
 */
#include "fetcher/sections/mounts.h"

#define MAX_MOUNTS 4096 /* devices are looked up one by one */

static bool
is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' &&
	    s[2] >= '0' && s[2] <= '7';
}

/* "\040" back to the blank that it stands for. */
static struct slice
unescape(struct slice s, struct arena *arena)
{
	if (s.len == 0 || memchr(s.s, '\\', s.len) == NULL)
		return s;
	char *to = arena_alloc(arena, s.len, 1);
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] != '\\' || i + 3 >= s.len ||
		    !is_octal(s.s + i + 1)) {
			to[n++] = s.s[i];
			continue;
		}
		unsigned value = (unsigned)(s.s[i + 1] - '0') * 64 +
		    (unsigned)(s.s[i + 2] - '0') * 8 +
		    (unsigned)(s.s[i + 3] - '0');
		to[n++] = value < ' ' || value > '~' ? '?' : (char)value;
		i += 3;
	}
	return (struct slice){to, n};
}

static bool
is_known(const struct section_mounts *s, struct slice device)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->entries[i].device, device))
			return true;
	return false;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_mounts *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		struct mount_entry e = {0};
		if (!slice_word(&line, &e.device) ||
		    !slice_word(&line, &e.dir) || !slice_word(&line, &e.type) ||
		    !slice_word(&line, &e.options))
			return section_bad(
			    in, err_r, "expected: device folder type options");
		if (is_known(s, e.device))
			continue;
		if (s->n == MAX_MOUNTS)
			return section_bad(in, err_r, "too many mounts");
		static const char deleted[] = "\\040(deleted)";
		size_t tail = sizeof(deleted) - 1;
		if (e.dir.len > tail &&
		    memcmp(e.dir.s + e.dir.len - tail, deleted, tail) == 0) {
			e.dir.len -= tail;
			e.stale = true;
		}
		e.dir = unescape(e.dir, arena);
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		s->entries[s->n++] = e;
	}
	return 0;
}

const struct section_type section_mounts = {
    .names = {"mounts", NULL},
    .size = sizeof(struct section_mounts),
    .may_be_empty = true,
    .parse = parse,
};
