/* SPDX-License-Identifier: Apache-2.0
 *
 * Section snmp_info.
 */
#include "fetcher/sections/snmp_info.h"

#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

#include <strings.h>

enum {
	C_DESCR,
	C_OBJECT,
	C_CONTACT,
	C_NAME,
	C_LOCATION
};

static bool
contains(struct slice text, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= text.len; i++)
		if (strncasecmp(text.s + i, part, n) == 0)
			return true;
	return false;
}

/* The first that fits; the special ones stand before the general ones. */
static const char *
type_of(struct slice descr)
{
	static const struct {
		const char *word, *type;
	} types[] = {{"fibre channel switch", "fcswitch"},
	    {"fibrechannel switch", "fcswitch"}, {"fc switch", "fcswitch"},
	    {"brocade fc", "fcswitch"}, {"firewall", "firewall"},
	    {"fortigate", "firewall"}, {"adaptive security", "firewall"},
	    {"palo alto", "firewall"}, {"check point", "firewall"},
	    {"router", "router"}, {"routeros", "router"},
	    {"access point", "wlc"}, {"wireless lan controller", "wlc"},
	    {"print", "printer"}, {"laserjet", "printer"},
	    {"jetdirect", "printer"}, {"sensor", "sensor"}, {"ups", "ups"},
	    {"uninterruptible", "ups"}, {"switch", "switch"},
	    {"catalyst", "switch"}, {"procurve", "switch"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (contains(descr, types[i].word))
			return types[i].type;
	return NULL;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_snmp_info *info = section;
	struct row_cells row;
	unsigned table = 0;

	if (!rows_next(in, arena, &table, &row))
		return section_bad(in, err_r, "expected a row");
	*info = (struct section_snmp_info){.descr = row.cell[C_DESCR],
	    .object = row.cell[C_OBJECT],
	    .contact = row.cell[C_CONTACT],
	    .name = row.cell[C_NAME],
	    .location = row.cell[C_LOCATION],
	    .device_type = type_of(row.cell[C_DESCR])};
	return 0;
}

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.1",
	{{"1.0", 0}, {"2.0", 0}, {"4.0", 0}, {"5.0", 0}, {"6.0", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(SNMP_SYS_DESCR), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};

const struct section_type section_snmp_info = {
    .names = {"snmp_info", NULL},
    .size = sizeof(struct section_snmp_info),
    .parse = parse,
    .snmp = &source,
};
