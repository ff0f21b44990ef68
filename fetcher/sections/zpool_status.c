/* SPDX-License-Identifier: Apache-2.0
 *
 * Section zpool_status: one line if all is well, else blocks "pool: tank",
 * "state: DEGRADED", a table of devices, "errors: ...".
 */
#include "fetcher/sections/zpool_status.h"

static bool
take_key(struct slice line, const char *key, struct slice *value_r)
{
	if (!slice_starts(line, key))
		return false;
	size_t n = strlen(key);
	*value_r = slice_trim((struct slice){line.s + n, line.len - n});
	return true;
}

/* "sda DEGRADED 0 3 0 too many errors" */
static bool
read_device(struct slice line, struct zpool_part *part)
{
	double n;
	if (!slice_word(&line, &part->name) || !slice_word(&line, &part->state))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!section_double(&line, &n))
			return i == 0 && slice_eqs(part->state, "INUSE");
		part->errors += n;
	}
	return true;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_zpool_status *s = section;
	bool table = false;
	struct slice line, value;

	while (split_line(in, &line)) {
		struct zpool_part part = {.is_pool = false};
		if (slice_eqs(line, "all pools are healthy"))
			s->healthy = true;
		else if (slice_eqs(line, "no pools available"))
			s->none = true;
		else if (take_key(line, "pool:", &value)) {
			table = false;
			part.is_pool = true;
			part.name = value;
			s->n_pools++;
		} else if (take_key(line, "state:", &value) && s->n > 0 &&
		    !table) {
			s->parts[s->n - 1].state = value;
			continue;
		} else if (slice_starts(line, "NAME ")) {
			table = true;
			continue;
		} else if (take_key(line, "errors:", &value)) {
			table = false;
			if (!slice_starts(value, "No known data errors"))
				s->error = value;
			continue;
		} else if (!table || !read_device(line, &part)) {
			continue;
		}
		if (part.name.len == 0)
			continue;
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many devices");
		ARENA_GROW(arena, s->parts, s->n, s->cap);
		s->parts[s->n++] = part;
	}
	return 0;
}

const struct section_type section_zpool_status = {
    .names = {"zpool_status", NULL},
    .size = sizeof(struct section_zpool_status),
    .parse = parse,
};
