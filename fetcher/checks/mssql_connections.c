/* SPDX-License-Identifier: Apache-2.0
 *
 * Microsoft SQL Server: connections of a database, "INSTANCE DATABASE 16".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on their number"}, {0}};

static const struct check_metric metrics[] = {
    {"connections", "", "connections"}, {0}};

static const struct value_row row = {"Connections", "connections", render_count,
    VALUE_PARAM(P_LEVELS), 0, false};

static const struct section_type section = SECTION_LINES("mssql_connections");

/* "INSTANCE DATABASE" and the number behind; NAN: the line is another. */
static double
read_line(const struct text_line *line, struct slice *item_r)
{
	struct slice text = slice_trim(line->text);
	size_t at = text.len;
	double n;

	while (at > 0 && text.s[at - 1] != ' ' && text.s[at - 1] != '\t')
		at--;
	*item_r = slice_trim((struct slice){text.s, at});
	n = text_number((struct slice){text.s + at, text.len - at});
	return item_r->len > 0 && memchr(item_r->s, ' ', item_r->len) != NULL
	    ? n
	    : NAN;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice item;

	for (size_t i = 0; i < s->n; i++)
		if (isfinite(read_line(&s->lines[i], &item)))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice item;

	for (size_t i = 0; i < s->n; i++) {
		double n = read_line(&s->lines[i], &item);

		if (!isfinite(n) || !slice_eq(item, c->item))
			continue;
		value_say(c, out, &row, n, 0);
		return;
	}
	out->none = true; /* nobody could log in: `Instance` says that */
}

const struct check check_mssql_connections = {
    .name = "mssql_connections",
    .title = "Microsoft SQL Server: connections",
    .manual = "How many connections a database has.",
    .ruleset = "mssql_connections",
    .description = "MSSQL Connections %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
