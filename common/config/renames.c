/* SPDX-License-Identifier: Apache-2.0
 *
 * Renamed hosts; see renames.h.
 */
#include "common/config/renames.h"

#include "common/mem.h"
#include "common/num.h"

#include <inttypes.h>
#include <stdlib.h>

void
renames_parse(struct slice text, struct renames *r)
{
	struct slice line, words[3];

	*r = (struct renames){0};
	while (slice_next(&text, '\n', &line)) {
		struct rename_entry e;

		if (!slice_next(&line, ';', &words[0]) ||
		    !slice_next(&line, ';', &words[1]) ||
		    !slice_next(&line, ';', &words[2]) || line.len == 0 ||
		    !num_u64(words[0], &e.generation) ||
		    !num_i64(words[1], &e.time))
			continue;
		e.from = words[2];
		e.to = line;
		ARRAY_GROW(r->items, r->n, r->cap);
		r->items[r->n++] = e;
	}
}

void
renames_free(struct renames *r)
{
	free(r->items);
	*r = (struct renames){0};
}

struct slice
renames_since(const struct renames *r, struct slice name, uint64_t generation)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].generation > generation &&
		    slice_eq(name, r->items[i].from))
			name = r->items[i].to;
	return name;
}

void
renames_add(struct str *text, uint64_t generation, int64_t time,
    struct slice from, struct slice to)
{
	str_addf(text, "%" PRIu64 ";%" PRId64 ";%.*s;%.*s\n", generation, time,
	    (int)from.len, from.s, (int)to.len, to.s);
}
