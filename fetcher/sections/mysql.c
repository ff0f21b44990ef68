/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections of the plugin mk_mysql; see mysql.h.
 */
#include "fetcher/sections/mysql.h"

const struct section_type section_mysql = SECTION_LINES("mysql");

/* Are there lines before the first block? */
static bool
has_nameless(const struct section_lines *s)
{
	return s->n > 0 && s->lines[0].block.len == 0 &&
	    !lines_has_block(s, (struct slice){"", 0});
}

bool
mysql_block(
    const struct section_lines *s, struct slice item, struct slice *block_r)
{
	*block_r = item;
	if (lines_has_block(s, item))
		return true;
	*block_r = (struct slice){"", 0};
	return slice_eqs(item, "mysql") &&
	    (has_nameless(s) || lines_has_block(s, *block_r));
}

bool
mysql_item(const struct section_lines *s, size_t i, struct slice *item_r)
{
	bool nameless = has_nameless(s);

	if (i >= s->n_blocks + nameless)
		return false;
	*item_r = nameless && i == 0 ? (struct slice){"", 0}
				     : s->blocks[i - nameless];
	if (item_r->len == 0)
		*item_r = SLICE("mysql");
	return true;
}
