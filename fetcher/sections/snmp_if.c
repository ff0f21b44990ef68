/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections if64 and if: IF-MIB, with 64-bit counters or, on devices without
 * them, 32-bit ones. They give what lnx_if gives, which goes before them.
 */
#include "fetcher/sections/lnx_if.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

#include "common/num.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
	C_INDEX,
	C_DESCR,
	C_TYPE,
	C_SPEED,
	C_OPER,
	C_IN_OCTETS,
	C_IN_UCAST,
	C_IN_MCAST,
	C_IN_BCAST,
	C_IN_DISCARDS,
	C_IN_ERRORS,
	C_OUT_OCTETS,
	C_OUT_UCAST,
	C_OUT_MCAST,
	C_OUT_BCAST,
	C_OUT_DISCARDS,
	C_OUT_ERRORS,
	C_OUT_QUEUE,
	C_ALIAS,
	C_MAC,
	C_HIGH_SPEED
};

/* Where a column goes. */
static const struct {
	unsigned column;
	enum lnx_if_counter counter;
} counters[] = {{C_IN_OCTETS, LNX_IF_IN_OCTETS},
    {C_IN_UCAST, LNX_IF_IN_PACKETS}, {C_IN_MCAST, LNX_IF_IN_MULTICAST},
    {C_IN_BCAST, LNX_IF_IN_BROADCAST}, {C_IN_DISCARDS, LNX_IF_IN_DISCARDS},
    {C_IN_ERRORS, LNX_IF_IN_ERRORS}, {C_OUT_OCTETS, LNX_IF_OUT_OCTETS},
    {C_OUT_UCAST, LNX_IF_OUT_PACKETS}, {C_OUT_MCAST, LNX_IF_OUT_MULTICAST},
    {C_OUT_BCAST, LNX_IF_OUT_BROADCAST}, {C_OUT_DISCARDS, LNX_IF_OUT_DISCARDS},
    {C_OUT_ERRORS, LNX_IF_OUT_ERRORS}, {C_OUT_QUEUE, LNX_IF_OUT_FIFO}};

#define SPEED_TOO_HIGH 9e12 /* a brand that counts in 100 bit/s */

/* Some agents give words. */
static unsigned
number_of(struct slice text, const char *const *words, unsigned other)
{
	int64_t number;

	if (num_range(text, 0, 100000, &number))
		return (unsigned)number;
	for (unsigned i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == text.len &&
		    strncasecmp(words[i], text.s, text.len) == 0)
			return i + 1;
	return other;
}

static struct slice
mac_of(struct slice hex, struct arena *arena)
{
	char *to;
	size_t n = 0;

	if (hex.len != 12)
		return (struct slice){"", 0};
	to = arena_alloc(arena, 18, 1);
	for (size_t i = 0; i < hex.len; i++) {
		if (i > 0 && i % 2 == 0)
			to[n++] = ':';
		to[n++] = hex.s[i];
	}
	return (struct slice){to, n};
}

/* Line ends are blanks in names. */
static struct slice
name_of(struct slice text, struct arena *arena)
{
	char *to = arena_alloc(arena, text.len + 1, 1);

	for (size_t i = 0; i < text.len; i++)
		to[i] = text.s[i] == '\n' ? ' ' : text.s[i];
	return slice_trim((struct slice){to, text.len});
}

static double
speed_of(const struct row_cells *row)
{
	double high = rows_number(row, C_HIGH_SPEED, 0);
	double speed = high > 0 ? high * 1e6 : rows_number(row, C_SPEED, 0);

	return speed > SPEED_TOO_HIGH ? speed / 10000 : speed;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	static const char *const states[] = {"up", "down", "testing", "unknown",
	    "dormant", "notPresent", "lowerLayerDown", NULL};
	static const char *const types[] = {"other", "regular1822", "hdh1822",
	    "ddnX25", "rfc877x25", "ethernetCsmacd", NULL};
	struct section_lnx_if *s = section;
	struct row_cells row;
	unsigned table = 0;

	while (rows_next(in, arena, &table, &row)) {
		uint64_t index;
		struct lnx_if_entry *e;

		if (!rows_u64(&row, C_INDEX, &index) || index == 0 ||
		    index > UINT32_MAX)
			continue;
		if (s->n == SECTION_MAX_ENTRIES)
			return section_bad(in, err_r, "too many interfaces");
		ARENA_GROW(arena, s->entries, s->n, s->cap);
		e = &s->entries[s->n++];
		*e = (struct lnx_if_entry){.index = (unsigned)index,
		    .name = name_of(row.cell[C_DESCR], arena),
		    .alias = name_of(row.cell[C_ALIAS], arena),
		    .type = number_of(row.cell[C_TYPE], types, 0),
		    .speed = speed_of(&row),
		    .status = (enum lnx_if_status)number_of(
			row.cell[C_OPER], states, LNX_IF_UNKNOWN),
		    .mac = mac_of(row.cell[C_MAC], arena),
		    .has_counters = true,
		    .by_snmp = true};
		for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]);
		     i++)
			e->counters[counters[i].counter] =
			    rows_number(&row, counters[i].column, 0);
		if (e->index > s->last_index)
			s->last_index = e->index;
	}
	return 0;
}

#define B "2.2.1."
#define X "31.1.1.1."
static const struct snmp_table tables64[] = {
    {".1.3.6.1.2.1",
	{{B "1", 0}, {B "2", 0}, {B "3", 0}, {B "5", 0}, {B "8", 0}, {X "6", 0},
	    {X "7", 0}, {X "8", 0}, {X "9", 0}, {B "13", 0}, {B "14", 0},
	    {X "10", 0}, {X "11", 0}, {X "12", 0}, {X "13", 0}, {B "19", 0},
	    {B "20", 0}, {B "21", 0}, {X "18", 0}, {B "6", SNMP_BYTES},
	    {X "15", 0}, {0}}},
    {0}};
/* Non-unicast packets stand for multicast ones. */
static const struct snmp_table tables32[] = {
    {".1.3.6.1.2.1",
	{{B "1", 0}, {B "2", 0}, {B "3", 0}, {B "5", 0}, {B "8", 0},
	    {B "10", 0}, {B "11", 0}, {B "12", 0}, {X "3", 0}, {B "13", 0},
	    {B "14", 0}, {B "16", 0}, {B "17", 0}, {B "18", 0}, {X "5", 0},
	    {B "19", 0}, {B "20", 0}, {B "21", 0}, {X "18", 0},
	    {B "6", SNMP_BYTES}, {X "15", 0}, {0}}},
    {0}};
#define HAS_64 ".1.3.6.1.2.1.31.1.1.1.6.*"
static const struct snmp_atom has64[] = {SNMP_HAS(HAS_64), {0}};
static const struct snmp_atom has32[] = {
    SNMP_HAS(".1.3.6.1.2.1.2.2.1.10.*"), SNMP_HAS_NOT(HAS_64), {0}};
static const struct snmp_source source64 = {.tables = tables64,
    .detect = has64,
    .superseded_by = (const char *const[]){"lnx_if", NULL}};
static const struct snmp_source source32 = {.tables = tables32,
    .detect = has32,
    .superseded_by = (const char *const[]){"lnx_if", "if64", NULL}};

const struct section_type section_if = {
    .names = {"if", NULL},
    .size = sizeof(struct section_lnx_if),
    .parse = parse,
    .snmp = &source32,
};
const struct section_type section_if64 = {
    .names = {"if64", NULL},
    .size = sizeof(struct section_lnx_if),
    .parse = parse,
    .snmp = &source64,
    .fallback = &section_if,
};
