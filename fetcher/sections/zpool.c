/* SPDX-License-Identifier: Apache-2.0
 *
 * Section zpool: `zpool list`, a table with a head line.
 */
#include "fetcher/sections/zpool.h"

#include "common/num.h"

#define MAX_COLUMNS 32

/* "7.94G", "512", "-" (nothing), in bytes. */
static bool
read_size(struct slice word, double *bytes_r)
{
	static const char units[] = "BKMGTPE";
	const char *unit = NULL;
	double factor = 1;

	*bytes_r = 0;
	if (slice_eqs(word, "-"))
		return true;
	if (word.len > 0 && word.s[word.len - 1] != '\0')
		unit = strchr(units, word.s[word.len - 1]);
	if (unit != NULL) {
		word.len--;
		for (; unit > units; unit--)
			factor *= 1024;
	}
	if (!num_double(word, bytes_r) || *bytes_r < 0)
		return false;
	*bytes_r *= factor;
	return true;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_zpool *s = section;
	size_t size = MAX_COLUMNS, used = MAX_COLUMNS, health = MAX_COLUMNS;
	struct slice line, word;

	if (!split_line(in, &line))
		return 0;
	if (slice_eqs(line, "no pools available"))
		return 0;
	for (size_t i = 0; i < MAX_COLUMNS && slice_word(&line, &word); i++) {
		if (slice_eqs(word, "SIZE"))
			size = i;
		else if (slice_eqs(word, "ALLOC") || slice_eqs(word, "USED"))
			used = i;
		else if (slice_eqs(word, "HEALTH"))
			health = i;
	}
	if (size == MAX_COLUMNS || used == MAX_COLUMNS)
		return section_bad(in, err_r, "expected: NAME SIZE ALLOC ...");
	while (split_line(in, &line)) {
		struct zpool_pool p = {.size = 0};
		bool fine = slice_word(&line, &p.name);
		for (size_t i = 1; fine && slice_word(&line, &word); i++) {
			if (i == size)
				fine = read_size(word, &p.size);
			else if (i == used)
				fine = read_size(word, &p.used);
			else if (i == health)
				p.health = word;
		}
		if (!fine || s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "expected a pool");
		ARENA_GROW(arena, s->pools, s->n, s->cap);
		s->pools[s->n++] = p;
	}
	return 0;
}

const struct section_type section_zpool = {
    .names = {"zpool", NULL},
    .size = sizeof(struct section_zpool),
    .parse = parse,
};
