/* SPDX-License-Identifier: Apache-2.0
 *
 * Section redis_info; see redis.h.
 */
#include "fetcher/sections/redis.h"

const struct section_type section_redis = SECTION_LINES("redis_info");

void
redis_item(struct slice block, struct str *to)
{
	struct slice part;
	size_t n = 0;

	for (struct slice rest = block; slice_next(&rest, '|', &part); n++)
		;
	if (n > 2) {
		slice_next(&block, '|', &part);
		str_addslice(to, part);
		return;
	}
	for (n = 0; slice_next(&block, '|', &part); n++) {
		if (n > 0)
			str_addc(to, ':');
		str_addslice(to, part);
	}
}

bool
redis_block(
    const struct section_lines *s, struct slice item, struct slice *block_r)
{
	struct str text = {0};
	bool any = false;

	for (size_t i = 0; i < s->n_blocks && !any; i++) {
		str_clear(&text);
		redis_item(s->blocks[i], &text);
		any = slice_eq(str_slice(&text), item);
		if (any)
			*block_r = s->blocks[i];
	}
	str_free(&text);
	return any;
}
