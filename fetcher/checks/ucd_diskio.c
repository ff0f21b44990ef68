/* SPDX-License-Identifier: Apache-2.0
 *
 * Disk IO by the UCD-DISKIO-MIB.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/store.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_READ,
	C_WRITTEN,
	C_READS,
	C_WRITES,
	C_READ64,
	C_WRITTEN64
};

static const struct check_param params[] = {
    {"read", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE, "on data read"},
    {"write", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE, "on data written"},
    {"read_ios", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on read operations"},
    {"write_ios", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on write operations"},
    {0}};

static const struct check_metric metrics[] = {
    {"disk_read_throughput", "B/s", "data read"},
    {"disk_write_throughput", "B/s", "data written"},
    {"disk_read_ios", "1/s", "read operations"},
    {"disk_write_ios", "1/s", "write operations"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2021.13.15.1.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {"6", 0},
	    {"12", 0}, {"13", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.2021.13.15.1.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"diskstat", NULL}};
static const struct section_type section = SECTION_ROWS("ucd_diskio", &source);

static bool
wanted(const struct row_cells *row)
{
	static const char *const others[] = {"ram", "loop", "fd", "zram"};

	for (size_t i = 0; i < 4; i++)
		if (slice_starts(row->cell[C_NAME], others[i]))
			return false;
	return row->cell[C_NAME].len > 0;
}

static const struct row_items items = {0, C_NAME, C_INDEX, wanted, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const struct {
		size_t wide, narrow;
		const char *label, *metric;
		render_fn *render;
	} what[] = {{C_READ64, C_READ, "Read", "disk_read_throughput",
			render_byte_rate},
	    {C_WRITTEN64, C_WRITTEN, "Write", "disk_write_throughput",
		render_byte_rate},
	    {C_READS, C_READS, "Read operations", "disk_read_ios",
		render_number},
	    {C_WRITES, C_WRITES, "Write operations", "disk_write_ios",
		render_number}};
	const struct row_cells *row = row_items_find(&items, c, out);
	size_t n = 0;

	for (size_t i = 0; row != NULL && i < 4; i++) {
		double rate, count = rows_number(row, what[i].wide, -1);

		if (count < 0)
			count = rows_number(row, what[i].narrow, -1);
		if (count < 0 ||
		    !check_store_rate(
			c->store, what[i].metric, c->now, count, true, &rate))
			continue;
		struct measure m = {what[i].label, what[i].metric,
		    what[i].render, rate, 0, NAN, &c->params[i], NULL, i >= 2};
		measure_say(out, &m);
		n++;
	}
	if (row != NULL && n == 0)
		out->none = true;
}

const struct check check_ucd_diskio = {
    .name = "ucd_diskio",
    .title = "Disk I/O (UCD)",
    .manual = "What is read from and written to a disk of a host with "
	      "net-snmp (UCD-DISKIO-MIB). RAM disks, loop devices and "
	      "floppies are not discovered.",
    .ruleset = "ucd_diskio",
    .description = "Disk IO %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
