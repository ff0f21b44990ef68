/* SPDX-License-Identifier: Apache-2.0
 *
 * Microsoft SQL Server: the state of a database,
 * "INSTANCE|DATABASE|ONLINE|FULL|0|0".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <ctype.h>

#define COLUMNS 7

enum {
	P_STATES,
	P_CLOSE,
	P_SHRINK
};

static const struct check_param params[] = {
    {"map_db_states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"of the words of SQL Server, in upper case with _ for blanks; OK those "
	"that are not named"},
    {"auto_close", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if it is closed when nobody uses it"},
    {"auto_shrink", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if its files are made smaller by themselves"},
    {0}};

struct database {
	struct slice status[2], recovery, close, shrink;
};

static const struct section_type section = SECTION_LINES("mssql_databases");

/* False: the line is the header or another. */
static bool
read_line(
    const struct text_line *line, struct str *item_r, struct database *d_r)
{
	struct slice cells[COLUMNS];
	size_t n = line_cells(line, cells, COLUMNS);

	if (n < 6 || slice_eqs(cells[0], "Instance"))
		return false;
	str_clear(item_r);
	str_addslice(item_r, cells[0]);
	str_addc(item_r, ' ');
	str_addslice(item_r, cells[1]);
	*d_r = (struct database){{cells[2], n == 7 ? cells[3] : SLICE("")},
	    cells[n - 3], cells[n - 2], cells[n - 1]};
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	struct database d;

	for (size_t i = 0; i < s->n; i++)
		if (read_line(&s->lines[i], &item, &d))
			check_found_add(found, str_slice(&item), NULL);
	str_free(&item);
}

static void
say_status(
    const struct check_context *c, struct check_out *out, struct database *d)
{
	uint32_t state = CHECK_OK;
	char text[81], key[81];
	size_t n;

	if (slice_starts(d->status[0], "ERROR: ")) {
		check_say(out, CHECK_CRIT, "%.*s",
		    value_cut(d->status[0], 300) - 7, d->status[0].s + 7);
		return;
	}
	n = (size_t)snprintf(text, sizeof(text), "%.*s%s%.*s",
	    value_cut(d->status[0], 39), d->status[0].s,
	    d->status[1].len > 0 ? " " : "", value_cut(d->status[1], 39),
	    d->status[1].s);
	for (size_t i = 0; i <= n; i++)
		key[i] = text[i] == ' ' ? '_'
					: (char)toupper((unsigned char)text[i]);
	if (c->params[P_STATES].set)
		check_params_state(&c->params[P_STATES], key, &state);
	check_say(out, state, "Status: %s", text);
	check_say(out, CHECK_OK, "Recovery: %.*s", value_cut(d->recovery, 60),
	    d->recovery.s);
}

static void
say_switch(
    struct check_out *out, const char *what, struct slice value, uint32_t state)
{
	bool on = slice_eqs(value, "1");

	check_say(
	    out, on ? state : CHECK_OK, "Auto %s: %s", what, on ? "on" : "off");
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct str item = {0};
	struct database d;
	bool found = false;

	for (size_t i = 0; i < s->n && !found; i++)
		found = read_line(&s->lines[i], &item, &d) &&
		    slice_eq(str_slice(&item), c->item);
	str_free(&item);
	if (!found) {
		out->none = true; /* nobody could log in: `Instance` */
		return;
	}
	say_status(c, out, &d);
	if (slice_starts(d.status[0], "ERROR: "))
		return;
	say_switch(out, "close", d.close, (uint32_t)c->params[P_CLOSE].number);
	say_switch(
	    out, "shrink", d.shrink, (uint32_t)c->params[P_SHRINK].number);
}

const struct check check_mssql_databases = {
    .name = "mssql_databases",
    .title = "Microsoft SQL Server: databases",
    .manual = "The state of a database, its model of recovery, and whether it "
	      "is closed or made smaller by itself, which is WARN.",
    .ruleset = "mssql_databases",
    .description = "MSSQL %s Database",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
