/* SPDX-License-Identifier: Apache-2.0
 *
 * Section drbd: "0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C"
 * is a device; lines of counters follow it.
 */
#include "fetcher/sections/drbd.h"

static bool
take(struct slice word, const char *key, struct slice *value_r)
{
	size_t n = strlen(key);

	if (!slice_starts(word, key))
		return false;
	*value_r = (struct slice){word.s + n, word.len - n};
	return true;
}

static bool
is_name(struct slice word)
{
	if (word.len < 2 || word.s[word.len - 1] != ':')
		return false;
	for (size_t i = 0; i + 1 < word.len; i++)
		if (word.s[i] < '0' || word.s[i] > '9')
			return false;
	return true;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_drbd *s = section;
	struct slice line, word;

	while (split_line(in, &line)) {
		struct drbd_device d = {.name = {"", 0}};

		if (!slice_word(&line, &word) || !is_name(word))
			continue;
		d.name = (struct slice){word.s, word.len - 1};
		while (slice_word(&line, &word)) {
			if (!take(word, "cs:", &d.connection) &&
			    !take(word, "ro:", &d.roles) &&
			    !take(word, "st:", &d.roles))
				take(word, "ds:", &d.disks);
		}
		if (d.connection.len == 0)
			continue;
		if (s->n == DRBD_MAX)
			return section_bad(in, err_r, "too many devices");
		ARENA_GROW(arena, s->devices, s->n, s->cap);
		s->devices[s->n++] = d;
	}
	return 0;
}

const struct section_type section_drbd = {
    .names = {"drbd", NULL},
    .size = sizeof(struct section_drbd),
    .parse = parse,
};
