/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: what InnoDB reads and writes.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_READ,
	P_WRITE,
	P_AVERAGE
};

static const struct check_param params[] = {
    {"read_bytes", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE, "on data read"},
    {"write_bytes", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on data written"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"levels hold for the average of so many minutes"},
    {0}};

static const struct check_metric metrics[] = {{"read", "B/s", "data read"},
    {"write", "B/s", "data written"},
    {"read.avg", "B/s", "its average (average)"},
    {"write.avg", "B/s", "its average (average)"}, {0}};

static const struct {
	const char *name, *metric, *average;
	struct value_row row;
} ways[] = {
    {"Innodb_data_read", "read", "read.avg",
	{"Read", NULL, render_byte_rate, VALUE_PARAM(P_READ), 0, false}},
    {"Innodb_data_written", "write", "write.avg",
	{"Write", NULL, render_byte_rate, VALUE_PARAM(P_WRITE), 0, false}}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice item, block;

	for (size_t i = 0; mysql_item(s, i, &item); i++)
		if (mysql_block(s, item, &block) &&
		    isfinite(lines_number(s, block, "Innodb_data_read")))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double minutes = c->params[P_AVERAGE].number, rate;
	bool any = false;
	struct slice block;

	if (!mysql_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		double bytes = lines_number(s, block, ways[i].name);
		if (!isfinite(bytes) ||
		    !check_store_rate(
			c->store, ways[i].metric, c->now, bytes, true, &rate))
			continue;
		any = true;
		const struct check_levels *l = value_levels(c, P_READ + i);
		if (!c->params[P_AVERAGE].set || minutes <= 0) {
			check_metric(out, ways[i].metric, rate, l, NAN, NAN);
			value_say(c, out, &ways[i].row, rate, 0);
			continue;
		}
		check_metric(out, ways[i].metric, rate, NULL, NAN, NAN);
		rate = check_store_average(
		    c->store, ways[i].average, c->now, rate, minutes);
		check_metric(out, ways[i].average, rate, l, NAN, NAN);
		value_say(c, out, &ways[i].row, rate, 0);
	}
	out->none = !any;
}

const struct check check_mysql_innodb_io = {
    .name = "mysql_innodb_io",
    .title = "MySQL: InnoDB IO",
    .manual = "What InnoDB reads and writes. Nothing is judged without levels; "
	      "the first check has no rates and gives no result.",
    .ruleset = "mysql_innodb_io",
    .description = "MySQL InnoDB IO %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
