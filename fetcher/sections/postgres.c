/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections of the plugin mk_postgres; see postgres.h.
 */
#include "fetcher/sections/postgres.h"

#include "common/num.h"

#include <ctype.h>
#include <math.h>

static struct slice
upper(struct arena *arena, struct slice text)
{
	char *copy = arena_alloc(arena, text.len + 1, 1);

	for (size_t i = 0; i < text.len; i++)
		copy[i] = (char)toupper((unsigned char)text.s[i]);
	return (struct slice){copy, text.len};
}

bool
postgres_has_instance(const struct section_postgres *s, struct slice instance)
{
	for (size_t i = 0; i < s->n_instances; i++)
		if (slice_eq(s->instances[i], instance))
			return true;
	return false;
}

#define MAX_INSTANCES 1000 /* they are looked up one by one */

static int
parse_all(struct split_lines *in, struct arena *arena,
    struct section_postgres *s, bool headed, struct err *err_r)
{
	struct slice line, instance = {"", 0}, head = {"", 0};
	bool lists = false;

	while (split_line(in, &line)) {
		if (line.len >= 6 && memcmp(line.s, "[[[", 3) == 0 &&
		    memcmp(line.s + line.len - 3, "]]]", 3) == 0) {
			instance = upper(
			    arena, (struct slice){line.s + 3, line.len - 6});
			head.len = 0;
			lists = false;
			if (postgres_has_instance(s, instance))
				continue;
			if (s->n_instances == MAX_INSTANCES)
				return section_bad(
				    in, err_r, "too many instances");
			ARENA_GROW(arena, s->instances, s->n_instances,
			    s->cap_instances);
			s->instances[s->n_instances++] = instance;
		} else if (slice_eqs(line, "[databases_start]")) {
			lists = true;
		} else if (slice_eqs(line, "[databases_end]")) {
			lists = false;
		} else if (lists) {
			if (s->n_databases == SECTION_MAX_ENTRIES)
				return section_bad(
				    in, err_r, "too many databases");
			ARENA_GROW(arena, s->databases, s->n_databases,
			    s->cap_databases);
			s->databases[s->n_databases++] =
			    (struct postgres_database){instance, line};
		} else if (headed && head.len == 0) {
			head = line;
		} else {
			if (s->n == SECTION_MAX_ENTRIES)
				return section_bad(in, err_r, "too many rows");
			ARENA_GROW(arena, s->rows, s->n, s->cap);
			s->rows[s->n++] =
			    (struct postgres_row){instance, head, line};
		}
	}
	return 0;
}

static int
parse_headed(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	return parse_all(in, arena, section, true, err_r);
}

static int
parse_plain(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	return parse_all(in, arena, section, false, err_r);
}

bool
postgres_text(
    const struct postgres_row *row, const char *column, struct slice *text_r)
{
	struct slice head = row->head, text = row->text, name, value;

	while (slice_next(&head, ';', &name) && slice_next(&text, ';', &value))
		if (slice_eqs(slice_trim(name), column)) {
			*text_r = slice_trim(value);
			return text_r->len > 0;
		}
	return false;
}

double
postgres_number(const struct postgres_row *row, const char *column)
{
	struct slice text;
	double value;

	return postgres_text(row, column, &text) && num_double(text, &value)
	    ? value
	    : NAN;
}

bool
postgres_is(struct slice item, struct slice instance, struct slice database)
{
	if (instance.len == 0)
		return slice_eq(item, database);
	return item.len == instance.len + 1 + database.len &&
	    memcmp(item.s, instance.s, instance.len) == 0 &&
	    item.s[instance.len] == '/' &&
	    (database.len == 0 ||
		memcmp(item.s + instance.len + 1, database.s, database.len) ==
		    0);
}

void
postgres_item(struct str *to, struct slice instance, struct slice database)
{
	str_addslice(to, instance);
	if (instance.len > 0)
		str_addc(to, '/');
	str_addslice(to, database);
}

#define TYPE(wire, how)                                                        \
	const struct section_type section_##wire = {                           \
	    .names = {#wire, NULL},                                            \
	    .size = sizeof(struct section_postgres),                           \
	    .parse = (how),                                                    \
	}

TYPE(postgres_stat_database, parse_headed);
TYPE(postgres_locks, parse_headed);
TYPE(postgres_connections, parse_headed);
TYPE(postgres_bloat, parse_headed);
TYPE(postgres_query_duration, parse_headed);
TYPE(postgres_instances, parse_plain);
TYPE(postgres_sessions, parse_plain);
TYPE(postgres_version, parse_plain);
TYPE(postgres_conn_time, parse_plain);
