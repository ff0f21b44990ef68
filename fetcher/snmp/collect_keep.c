/* SPDX-License-Identifier: Apache-2.0
 *
 * What one reading of a device leaves for the next: the OIDs of the scan, the
 * size of requests that the device can answer, and sections that are read
 * less often. It travels as sections with persist() (fetcher/persist.h).
 */
#include "fetcher/snmp/collect_parts.h"

#include "common/num.h"
#include "fetcher/sections/rows.h"
#include "fetcher/sections/split.h"

#include <stdlib.h>

#define SCAN_KEPT   14400 /* seconds that a scan is good for */
#define ABSENT_KEPT 600   /* what was not there may come */
#define JITTER      5     /* a check that is a little early */

/* --- settings -------------------------------------------------------------
 */

unsigned
collect_interval(const struct collect *c, const struct section_type *type)
{
	const json_t *given = json_object_get(
	    json_object_get(c->set.options, "fetch_interval"), type->names[0]);
	const char *text = json_string_value(given);
	int64_t ms;

	if (json_is_integer(given) && json_integer_value(given) >= 0)
		return (unsigned)json_integer_value(given);
	if (text != NULL && num_duration_ms(slice_of(text), &ms))
		return (unsigned)(ms / 1000);
	return type->snmp->interval_s;
}

static size_t
number_of(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0
	    ? (size_t)json_integer_value(value)
	    : 0;
}

struct collect_limit
collect_limit(const struct collect *c, const struct section_type *type)
{
	const json_t *given = json_object_get(
	    json_object_get(c->set.options, "limits"), type->names[0]);
	const json_t *range = json_object_get(given, "index");

	return (struct collect_limit){
	    .first = number_of(json_object_get(given, "first")),
	    .last = number_of(json_object_get(given, "last")),
	    .by_index = json_is_array(range),
	    .from = (uint32_t)number_of(json_array_get(range, 0)),
	    .to = (uint32_t)number_of(json_array_get(range, 1)),
	};
}

/* --- what was kept --------------------------------------------------------
 */

void
collect_keep_value(struct known *k, struct slice value)
{
	free((char *)(uintptr_t)k->value.s);
	k->value = (struct slice){slice_dup(value), value.len};
}

/* "o", OID, when, "1", value */
static void
read_known(struct collect *c, const struct row_cells *row)
{
	int64_t at, age;

	if (row->n < 4 || !num_i64(row->cell[2], &at))
		return;
	bool exists = slice_eqs(row->cell[3], "1");
	age = c->set.now - at;
	if (age < 0 || age >= (exists ? SCAN_KEPT : ABSENT_KEPT))
		return;
	for (size_t i = 0; i < c->n_known; i++) {
		struct known *k = &c->known[i];

		if (!slice_eqs(row->cell[1], k->name))
			continue;
		k->asked = true;
		k->asked_at = at;
		k->exists = exists;
		collect_keep_value(k, row->cell[4]);
		at += exists ? SCAN_KEPT : ABSENT_KEPT;
		if (at < c->known_until)
			c->known_until = at;
	}
}

/* "s", repetitions, width, "1" */
static void
read_size(struct collect *c, const struct row_cells *row)
{
	int64_t repetitions, width;

	if (row->n < 4 || !num_range(row->cell[1], 1, 100, &repetitions) ||
	    !num_range(row->cell[2], 1, SNMP_MAX_ASKED, &width))
		return;
	if (repetitions < c->repetitions)
		c->repetitions = (unsigned)repetitions;
	if ((size_t)width < c->width)
		c->width = (size_t)width;
	c->no_bulk = c->no_bulk || slice_eqs(row->cell[3], "1");
}

/* "r", section, rows and one more */
static void
read_rows(struct collect *c, const struct row_cells *row)
{
	int64_t rows;

	if (row->n < 3 || !num_range(row->cell[2], 1, SNMP_MAX_ROWS + 1, &rows))
		return;
	for (size_t i = 0; i < c->n_sections; i++)
		if (slice_eqs(row->cell[1], c->sections[i].type->names[0]))
			c->sections[i].enough = (size_t)rows;
}

/*
 * A table that grows or shrinks a little is asked for as before: what is kept
 * travels, so it is not to change with each reading.
 */
void
collect_keep_rows(struct collect *c, struct chosen *s, size_t enough)
{
	if (enough == 0 || enough == s->enough ||
	    (enough < s->enough && enough > s->enough / 2))
		return;
	s->enough = enough;
	c->has_news = true;
}

void
collect_keep_read(struct collect *c)
{
	static const char *const names[] = {SNMP_SCAN_SECTION, NULL};
	struct split split = {0};
	struct row_cells row;
	unsigned table = 0;

	if (c->set.scan_anew || c->set.kept.len == 0)
		return;
	split_output(c->set.kept, c->set.host, c->set.now, &split);
	struct split_lines lines = split_lines(&split, names);
	while (rows_next(&lines, &c->arena, &table, &row)) {
		if (slice_eqs(row.cell[0], "o"))
			read_known(c, &row);
		else if (slice_eqs(row.cell[0], "s"))
			read_size(c, &row);
		else if (slice_eqs(row.cell[0], "r"))
			read_rows(c, &row);
	}
	split_free(&split);
}

bool
collect_keep_has(const struct collect *c, const struct section_type *type)
{
	unsigned interval = collect_interval(c, type);
	const struct split_part *part;
	struct split split = {0};
	bool has = false;

	if (interval == 0 || c->set.kept.len == 0)
		return false;
	split_output(c->set.kept, c->set.host, c->set.now, &split);
	part = split_last(&split, (const char *const[]){type->names[0], NULL});
	if (part != NULL && part->persist_until > c->set.now)
		has = c->set.now - part->cached_at >= 0 &&
		    c->set.now - part->cached_at + JITTER < interval;
	split_free(&split);
	return has;
}

void
collect_keep_put(struct collect *c, struct str *out)
{
	/* Not one value: it may be another device than it was. */
	bool forget = c->n_columns > 0 && c->n_values == 0;

	if ((!c->has_news && !forget) || c->set.now == 0)
		return;
	str_addf(out,
	    "<<<" SNMP_SCAN_SECTION ":sep(9):nostrip():persist(%lld)>>>\n",
	    (long long)c->set.now + SCAN_KEPT);
	c->has_news = true;
	str_addf(out, "s\t%u\t%zu\t%d\n", c->repetitions, c->width,
	    c->no_bulk && !c->set.v1 && !c->set.no_bulk);
	for (size_t i = 0; i < c->n_known; i++) {
		const struct known *k = &c->known[i];

		if (!k->asked || forget)
			continue;
		str_addf(out, "o\t%s\t%lld\t%d\t", k->name,
		    (long long)k->asked_at, k->exists);
		rows_put_cell(out, k->value, true);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i < c->n_sections && !forget; i++)
		if (c->sections[i].enough > 0)
			str_addf(out, "r\t%s\t%zu\n",
			    c->sections[i].type->names[0],
			    c->sections[i].enough);
}
