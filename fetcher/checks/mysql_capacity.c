/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: sizes of databases.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the size"}, {0}};

static const struct check_metric metrics[] = {
    {"database_size", "B", "size"}, {0}};

static const struct value_row row = {
    "Size", "database_size", render_bytes, VALUE_PARAM(P_LEVELS), 0, false};

static const struct section_type section = SECTION_LINES("mysql_capacity");

/* "shop 8192000 0": "INSTANCE:DATABASE" and its size; NAN: it has none. */
static bool
read_line(const struct text_line *line, struct str *item, double *size_r)
{
	struct slice cells[2];

	if (line_cells(line, cells, 2) < 2 || cells[0].len == 0)
		return false;
	str_clear(item);
	if (line->block.len > 0)
		str_addslice(item, line->block);
	else
		str_add(item, "mysql");
	str_addc(item, ':');
	str_addslice(item, cells[0]);
	*size_r = text_number(cells[1]);
	return true;
}

static bool
is_internal(struct slice item)
{
	const char *colon = memrchr(item.s, ':', item.len);
	struct slice name = {
	    colon + 1, item.len - (size_t)(colon + 1 - item.s)};

	return slice_eqs(name, "information_schema") ||
	    slice_eqs(name, "performance_schema") || slice_eqs(name, "mysql");
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	double size;

	for (size_t i = 0; i < s->n; i++)
		if (read_line(&s->lines[i], &item, &size) && isfinite(size) &&
		    !is_internal(str_slice(&item)))
			check_found_add(found, str_slice(&item), NULL);
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	double size = NAN;
	bool any = false;

	for (size_t i = 0; i < s->n && !any; i++)
		any = read_line(&s->lines[i], &item, &size) &&
		    slice_eq(str_slice(&item), c->item);
	str_free(&item);
	if (!any)
		value_lost(out);
	else if (isnan(size))
		check_say(out, CHECK_UNKNOWN, "The server told no size");
	else
		value_say(c, out, &row, size, 0);
}

const struct check check_mysql_capacity = {
    .name = "mysql_capacity",
    .title = "MySQL: size of databases",
    .manual = "The size of a database of a MySQL or MariaDB server. Nothing is "
	      "judged without levels.",
    .ruleset = "mysql_db_size",
    .description = "MySQL DB Size %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
