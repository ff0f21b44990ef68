/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU utilization by the UCD-SNMP-MIB.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/source_ucd.h"

enum {
	C_USER,
	C_NICE,
	C_SYSTEM,
	C_IDLE,
	C_WAIT,
	C_IRQ,
	C_SOFTIRQ,
	C_SENT,
	C_RECEIVED
};

static const struct check_metric metrics[] = {
    {"util", "%", "everything but idle"},
    {"util_average", "%", "its average (average)"}, {"user", "%", "programs"},
    {"system", "%", "the kernel, with interrupts"},
    {"wait", "%", "waiting for disks"}, {"read_blocks", "1/s", "blocks read"},
    {"write_blocks", "1/s", "blocks written"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2021.11",
	{{"50.0", 0}, {"51.0", 0}, {"52.0", 0}, {"53.0", 0}, {"54.0", 0},
	    {"56.0", 0}, {"61.0", 0}, {"57.0", 0}, {"58.0", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    UCD_DETECT_AND(SNMP_HAS_NOT(SNMP_HR_UPTIME)), {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"kernel", NULL}};
static const struct section_type section =
    SECTION_ROWS("ucd_cpu_util", &source);

static bool
is_there(const struct section_rows *s)
{
	return s->n > 0 && rows_number(&s->rows[0], C_IDLE, -1) >= 0 &&
	    rows_number(&s->rows[0], C_USER, -1) >= 0;
}

static void
say_part(struct check_out *out, const char *label, const char *metric,
    double percent)
{
	struct measure m = {
	    label, metric, render_percent, percent, 0, 100, NULL, NULL, true};

	measure_say(out, &m);
}

static void
say_blocks(const struct check_context *c, const struct row_cells *row,
    struct check_out *out)
{
	static const struct {
		size_t cell;
		const char *metric;
	} blocks[] = {{C_RECEIVED, "read_blocks"}, {C_SENT, "write_blocks"}};

	for (size_t i = 0; i < 2; i++) {
		double rate, n = rows_number(row, blocks[i].cell, -1);

		if (n >= 0 &&
		    check_store_rate(
			c->store, blocks[i].metric, c->now, n, true, &rate))
			check_metric(out, blocks[i].metric, rate, NULL, 0, NAN);
	}
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (is_there(c->sections[0]))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const keys[] = {
	    "user", "nice", "system", "idle", "wait", "irq", "softirq"};
	const struct section_rows *s = c->sections[0];
	double d[C_SENT], total = 0, share;
	bool all = s->n > 0;

	if (!is_there(s)) {
		check_say(out, CHECK_UNKNOWN, "The counters are not given");
		return;
	}
	for (size_t i = 0; i < C_SENT; i++) {
		double value = rows_number(&s->rows[0], i, 0);

		d[i] = 0;
		all = check_store_delta(
			  c->store, keys[i], c->now, value, &d[i]) &&
		    d[i] >= 0 && all;
		total += d[i];
	}
	say_blocks(c, &s->rows[0], out);
	if (!all || total <= 0) {
		out->none = true;
		return;
	}
	share = 100 / total;
	utilization_param_say(c, (total - d[C_IDLE]) * share, out);
	say_part(out, "User", "user", (d[C_USER] + d[C_NICE]) * share);
	say_part(out, "System", "system",
	    (d[C_SYSTEM] + d[C_IRQ] + d[C_SOFTIRQ]) * share);
	say_part(out, "Wait", "wait", d[C_WAIT] * share);
}

const struct check check_ucd_cpu_util = {
    .name = "ucd_cpu_util",
    .title = "CPU utilization (UCD)",
    .manual = "What the CPUs of a host with net-snmp were busy with since the "
	      "last check (UCD-SNMP-MIB), for hosts that have no "
	      "HOST-RESOURCES-MIB, and how many blocks were read and written.",
    .ruleset = "cpu_utilization_os",
    .description = "CPU utilization",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
