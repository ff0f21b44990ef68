/* SPDX-License-Identifier: Apache-2.0
 *
 * What was read of a device, as sections of an agent's output.
 */
#include "common/utf8.h"
#include "fetcher/checks/check.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/collect_parts.h"

static void
put_text(struct str *cell, const struct snmp_value *v)
{
	if (utf8_valid(v->value)) {
		str_addslice(cell, v->value);
		return;
	}
	for (size_t i = 0; i < v->value.len; i++) { /* Latin-1 */
		unsigned char byte = (unsigned char)v->value.s[i];

		if (byte >= 0x80)
			str_addc(cell, (char)(0xc0 | byte >> 6));
		str_addc(cell,
		    byte < 0x80 ? (char)byte : (char)(0x80 | (byte & 0x3f)));
	}
}

static void
put_cell(struct str *out, struct str *cell, enum snmp_cell kind,
    const struct snmp_value *v, bool first)
{
	str_clear(cell);
	if (v != NULL && kind == SNMP_END) {
		oid_text(v->end, v->n_end, cell);
		rows_put_cell(out,
		    (struct slice){
			str_get(cell) + 1, cell->len > 0 ? cell->len - 1 : 0},
		    first);
		return;
	}
	if (v != NULL && kind == SNMP_BYTES && v->kind == SNMP_OCTETS)
		for (size_t i = 0; i < v->value.len; i++)
			str_addf(cell, "%02x", (unsigned char)v->value.s[i]);
	else if (v != NULL)
		put_text(cell, v);
	rows_put_cell(out, str_slice(cell), first);
}

static void
put_table(struct collect *c, const struct snmp_table *t, struct str *out)
{
	struct snmp_walked *columns[SNMP_MAX_COLUMNS] = {NULL};
	const struct snmp_value **cells;
	struct str cell = {0};
	size_t n = 0;

	for (; t->columns[n].oid != NULL; n++) {
		struct oid oid;

		if (t->columns[n].cell == SNMP_END ||
		    !collect_column_oid(t, &t->columns[n], &oid))
			continue;
		for (size_t i = 0; i < c->n_columns; i++)
			if (oid_compare(c->columns[i].oid.id,
				c->columns[i].oid.n, oid.id, oid.n) == 0)
				columns[n] = &c->columns[i].walked;
	}
	size_t rows = snmp_assemble(columns, n, &c->arena, &cells);
	for (size_t r = 0; r < rows; r++) {
		const struct snmp_value *any = NULL;

		for (size_t i = 0; i < n && any == NULL; i++)
			any = cells[r * n + i];
		for (size_t i = 0; i < n; i++)
			put_cell(out, &cell, t->columns[i].cell,
			    t->columns[i].cell == SNMP_END ? any
							   : cells[r * n + i],
			    i == 0);
		str_addc(out, '\n');
	}
	str_free(&cell);
}

void
collect_output(struct collect *c, struct str *out)
{
	for (size_t i = 0; i < c->n_sections; i++) {
		const struct section_type *type = c->sections[i].type;

		if (!c->sections[i].fits)
			continue;
		str_addf(out, "<<<%s:sep(9):nostrip>>>\n", type->names[0]);
		for (const struct snmp_table *t = type->snmp->tables;
		     t->oid != NULL; t++) {
			if (t > type->snmp->tables)
				str_addf(
				    out, "[%td]\n", t - type->snmp->tables);
			put_table(c, t, out);
		}
	}
}
