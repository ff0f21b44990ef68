/* SPDX-License-Identifier: Apache-2.0
 *
 * Trays of a printer; see printer_tray.h.
 */
#include "fetcher/checks/printer_tray.h"

#include "fetcher/checks/printer_status.h"
#include "fetcher/checks/row_items.h"

static bool
is_watched(const struct row_cells *row)
{
	double status = rows_number(row, TRAY_STATUS, 5);

	return status != 3 && status != 5 && rows_number(row, TRAY_MAX, 0) > 0;
}

static const struct row_items named = {
    0, TRAY_NAME, TRAY_INDEX, is_watched, NULL};
static const struct row_items described = {
    0, TRAY_DESCRIPTION, TRAY_INDEX, is_watched, NULL};

/* Some printers give names, others descriptions. */
static const struct row_items *
items_of(const struct check_context *c)
{
	const struct section_rows *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (slice_trim(s->rows[i].cell[TRAY_NAME]).len > 0)
			return &named;
	return &described;
}

void
tray_discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(items_of(c), c, found);
}

bool
tray_say(const struct check_context *c, struct check_out *out, const char *some,
    double *level_r, double *max_r)
{
	const struct row_items *items = items_of(c);
	const struct row_cells *row = row_items_find(items, c, out);
	struct slice description;

	if (row == NULL)
		return false;
	description = row->cell[TRAY_DESCRIPTION];
	if (items == &named && description.len > 0)
		check_say(
		    out, CHECK_OK, "%.*s", (int)description.len, description.s);
	printer_status_say(out, rows_number(row, TRAY_STATUS, -1));
	*level_r = rows_number(row, TRAY_LEVEL, -2);
	*max_r = rows_number(row, TRAY_MAX, -2);
	if (*level_r == -3)
		check_say(out, CHECK_OK, "%s", some);
	else if (*level_r == -2 || *max_r <= 0)
		check_say(out, CHECK_OK, "Capacity: unknown");
	else if (*level_r == -1)
		check_say(out, CHECK_OK, "No limit");
	else
		return *level_r >= 0;
	return false;
}
