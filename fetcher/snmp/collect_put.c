/* SPDX-License-Identifier: Apache-2.0
 *
 * What was read of a device, as sections of an agent's output.
 */
#include "common/utf8.h"
#include "fetcher/sections/encoding.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/collect_parts.h"
#include "fetcher/snmp/table_oids.h"

static void
put_text(struct str *cell, const struct snmp_value *v, const char *encoding)
{
	bool is_latin = encoding != NULL && strcmp(encoding, "latin-1") == 0;

	if (!is_latin && (encoding != NULL || utf8_valid(v->value))) {
		size_t from = cell->len;

		str_addslice(cell, v->value);
		if (encoding != NULL && v->value.len > 0)
			encoding_repair(cell->s + from, v->value.len);
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
put_hex(struct str *cell, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	str_addc(cell, digits[byte >> 4]);
	str_addc(cell, digits[byte & 15]);
}

static void
put_cell(struct str *out, struct str *cell, enum snmp_cell kind,
    const struct snmp_value *v, const char *encoding, bool first)
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
			put_hex(cell, (unsigned char)v->value.s[i]);
	else if (v != NULL)
		put_text(cell, v, encoding);
	rows_put_cell(out, str_slice(cell), first);
}

/* Returns how many rows the device has, and one more; 0: it is no table. */
static size_t
put_table(struct collect *c, const struct snmp_table *t, const json_t *contexts,
    const struct collect_limit *limit, struct str *out)
{
	struct snmp_walked *columns[SNMP_MAX_COLUMNS] = {NULL};
	const struct snmp_value **cells;
	const char *encoding =
	    json_string_value(json_object_get(c->set.options, "encoding"));
	const struct table_column *oids = table_oids(t);
	struct str cell = {0};
	bool is_table = false;
	size_t n = 0;

	for (; t->columns[n].oid != NULL; n++) {
		if (oids[n].oid == NULL)
			continue;
		is_table = is_table || !oids[n].scalar;
		struct column *k = collect_column(c, oids[n].oid, contexts);
		columns[n] = k == NULL ? NULL : &k->walked;
	}
	size_t all = snmp_assemble(columns, n, &c->arena, &cells), r = 0;
	size_t rows = all;
	if (limit->first > 0 && limit->first < rows)
		rows = limit->first;
	if (limit->last > 0 && limit->last < rows)
		r = rows - limit->last;
	for (; r < rows; r++) {
		const struct snmp_value *any = NULL;

		for (size_t i = 0; i < n && any == NULL; i++)
			any = cells[r * n + i];
		if (limit->by_index &&
		    (any->n_end == 0 || any->end[0] < limit->from ||
			any->end[0] > limit->to))
			continue;
		for (size_t i = 0; i < n; i++)
			put_cell(out, &cell, t->columns[i].cell,
			    t->columns[i].cell == SNMP_END ? any
							   : cells[r * n + i],
			    encoding, i == 0);
		str_addc(out, '\n');
	}
	str_free(&cell);
	return is_table ? all + 1 : 0;
}

/*
 * A section with an interval is kept twice as long, so that one reading that
 * fails does not lose it.
 */
static void
put_head(struct collect *c, const struct section_type *type, struct str *out)
{
	unsigned interval = collect_interval(c, type);
	long long now = c->set.now;

	str_addn(out, "<<<", 3);
	str_add(out, type->names[0]);
	str_addslice(out, SLICE(":sep(9):nostrip()"));
	if (interval > 0 && now > 0) {
		str_addf(out, ":cached(%lld,%u):persist(%lld)", now, interval,
		    now + 2 * (long long)interval);
		c->has_news = true;
	}
	str_add(out, ">>>\n");
}

void
collect_output(struct collect *c, struct str *out)
{
	for (size_t i = 0; i < c->n_sections; i++) {
		const struct section_type *type = c->sections[i].type;
		struct collect_limit limit = collect_limit(c, type);
		const json_t *contexts = collect_contexts(c, type);
		size_t most = 0;

		if (!c->sections[i].fits || c->sections[i].kept)
			continue;
		put_head(c, type, out);
		for (const struct snmp_table *t = type->snmp->tables;
		     t->oid != NULL; t++) {
			if (t > type->snmp->tables)
				str_addf(
				    out, "[%td]\n", t - type->snmp->tables);
			size_t n = put_table(c, t, contexts, &limit, out);
			most = n > most ? n : most;
		}
		collect_keep_rows(c, &c->sections[i], most);
	}
	collect_keep_put(c, out);
}

bool
collect_has_news(const struct collect *c)
{
	return c->has_news;
}

bool
collect_over_limit(const struct collect *c)
{
	return c->over_limit;
}
