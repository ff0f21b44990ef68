/* SPDX-License-Identifier: Apache-2.0
 *
 * Services of the rows of an SNMP table: one each, named by one of its cells.
 * Pure.
 */
#ifndef FETCHER_CHECKS_ROW_ITEMS_H
#define FETCHER_CHECKS_ROW_ITEMS_H

#include "fetcher/checks/check.h"
#include "fetcher/sections/rows.h"

/*
 * `name` is the cell that names the item. Where it is empty or another row of
 * the table has the same, the cell `index` is behind it; both may be the same.
 */
struct row_items {
	unsigned table;
	size_t name, index;
	bool (*wanted)(const struct row_cells *row); /* NULL: all */
	/* The part of the cell `name` that stays the same; NULL: all of it. */
	struct slice (*part)(struct slice name);
};

/* Appends the item of a row. */
void row_items_name(const struct row_items *items, const struct section_rows *s,
    const struct row_cells *row, struct str *out);
/* One service for each wanted row of the check's first section. */
void row_items_discover(const struct row_items *items,
    const struct check_context *c, struct check_found *found);
/* The row of the item, wanted or not; NULL: none, which is said. */
const struct row_cells *row_items_find(const struct row_items *items,
    const struct check_context *c, struct check_out *out);

#endif
