/* SPDX-License-Identifier: Apache-2.0
 *
 * Section entity_sensors.
 */
#include "fetcher/sections/entity_sensors.h"

#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

#include <math.h>

enum { /* table 0: ENTITY-MIB */
	C_NAME_INDEX,
	C_DESCR,
	C_NAME
};
enum { /* table 1: ENTITY-SENSOR-MIB */
	C_INDEX,
	C_TYPE,
	C_SCALE,
	C_PRECISION,
	C_VALUE,
	C_STATUS
};

/* Takes words out that say nothing, since the service's name has them. */
static struct slice
item_of(struct slice name, struct slice index, struct arena *arena)
{
	static const char *const words[] = {
	    "Fan", "Temperature", "Sensor", "#", "@"};
	struct str text = {0}, item = {0};
	struct slice rest, word;

	for (size_t i = 0; i < name.len;) {
		size_t skip = 0;

		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			size_t n = strlen(words[k]);
			if (i + n <= name.len &&
			    memcmp(name.s + i, words[k], n) == 0)
				skip = n;
		}
		if (skip == 0)
			str_addc(&text,
			    (unsigned char)name.s[i] < ' ' ? ' ' : name.s[i]);
		i += skip > 0 ? skip : 1;
	}
	str_add(&item, "Sensor");
	rest = str_slice(&text);
	bool any = false;
	while (slice_word(&rest, &word)) {
		str_addc(&item, ' ');
		str_addslice(&item, word);
		any = true;
	}
	if (!any) {
		str_addc(&item, ' ');
		str_addslice(&item, index);
	}
	char *own = arena_alloc(arena, item.len + 1, 1);
	memcpy(own, str_get(&item), item.len);
	struct slice result = {own, item.len};
	str_free(&text);
	str_free(&item);
	return result;
}

static struct slice
name_of(const struct section_rows *s, struct slice index)
{
	const struct row_cells *row = rows_find(s, 0, C_NAME_INDEX, index);

	if (row == NULL)
		return (struct slice){"", 0};
	return slice_trim(row->cell[C_NAME]).len > 0 ? row->cell[C_NAME]
						     : row->cell[C_DESCR];
}

/* Bounded, so that a device cannot make the search for names take long. */
#define MAX_SENSORS 2000

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_entity_sensors *s = section;
	struct section_rows rows = {0};

	if (rows_parse(in, arena, &rows, err_r) != 0)
		return -1;
	for (size_t i = 0; i < rows.n && s->n < MAX_SENSORS; i++) {
		const struct row_cells *row = &rows.rows[i];
		double raw = rows_number(row, C_VALUE, NAN);
		double type = rows_number(row, C_TYPE, 0);
		double status = rows_number(row, C_STATUS, 0);

		if (row->table != 1 || !(type >= 1 && type <= 12))
			continue;
		ARENA_GROW(arena, s->list, s->n, s->cap);
		s->list[s->n++] = (struct entity_sensor){
		    .item = item_of(name_of(&rows, row->cell[C_INDEX]),
			row->cell[C_INDEX], arena),
		    .type = (unsigned)type,
		    .status = status >= 1 && status <= 3 ? (unsigned)status : 0,
		    .has_value = !isnan(raw),
		    .value = isnan(raw)
			? 0
			: sensor_value(raw, rows_number(row, C_SCALE, 9),
			      rows_number(row, C_PRECISION, 0)),
		};
	}
	return 0;
}

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.47.1.1.1.1", {SNMP_INDEX, {"2", 0}, {"7", 0}, {0}}},
    {".1.3.6.1.2.1.99.1.1.1",
	{SNMP_INDEX, {"1", 0}, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.99.1.1.1.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct snmp_source temps = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"cisco_temperature", NULL}};

const struct section_type section_entity_sensors = {
    .names = {"entity_sensors", NULL},
    .size = sizeof(struct section_entity_sensors),
    .parse = parse,
    .snmp = &source,
};
const struct section_type section_entity_temps = {
    .names = {"entity_temps", NULL},
    .size = sizeof(struct section_entity_sensors),
    .parse = parse,
    .snmp = &temps,
};
