/* SPDX-License-Identifier: Apache-2.0
 *
 * Services of the rows of an SNMP table; see row_items.h.
 */
#include "fetcher/checks/row_items.h"

#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

static struct slice
name_of(const struct row_items *items, const struct row_cells *row)
{
	struct slice name = slice_trim(row->cell[items->name]);

	return items->part == NULL ? name : items->part(name);
}

void
row_items_name(const struct row_items *items, const struct section_rows *s,
    const struct row_cells *row, struct str *out)
{
	struct slice name = name_of(items, row);
	size_t same = 0;

	for (size_t i = 0; i < s->n && same < 2 && name.len > 0; i++)
		same += s->rows[i].table == items->table &&
		    slice_eq(name_of(items, &s->rows[i]), name);
	for (size_t i = 0; i < name.len; i++)
		str_addc(out, (unsigned char)name.s[i] < ' ' ? ' ' : name.s[i]);
	if (items->index == items->name || (same < 2 && name.len > 0))
		return;
	if (name.len > 0)
		str_addc(out, ' ');
	str_addslice(out, slice_trim(row->cell[items->index]));
}

void
row_items_discover(const struct row_items *items, const struct check_context *c,
    struct check_found *found)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct row_cells *row = &s->rows[i];

		if (row->table != items->table ||
		    (items->wanted != NULL && !items->wanted(row)))
			continue;
		str_clear(&item);
		row_items_name(items, s, row, &item);
		if (item.len > 0)
			check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

/* Control characters are blanks in items. */
static bool
may_be(struct slice name, struct slice item)
{
	if (item.len < name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.s[i] != item.s[i] && (unsigned char)name.s[i] >= ' ')
			return false;
	return true;
}

const struct row_cells *
row_items_find(const struct row_items *items, const struct check_context *c,
    struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct row_cells *row = &s->rows[i];

		if (row->table != items->table ||
		    !may_be(name_of(items, row), c->item))
			continue;
		str_clear(&item);
		row_items_name(items, s, row, &item);
		if (slice_eq(slice_trim(str_slice(&item)), c->item)) {
			str_free(&item);
			return row;
		}
	}
	str_free(&item);
	check_say(out, CHECK_UNKNOWN, "Item not found in monitoring data");
	return NULL;
}
