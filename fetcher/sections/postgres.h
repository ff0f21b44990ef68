/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections of the plugin mk_postgres: "[[[INSTANCE]]]", the names of databases
 * between "[databases_start]" and "[databases_end]", a line of column names,
 * rows. Instances are written in capitals; without one the name is empty.
 */
#ifndef FETCHER_SECTIONS_POSTGRES_H
#define FETCHER_SECTIONS_POSTGRES_H

#include "fetcher/sections/section.h"

struct postgres_row {
	struct slice instance;
	struct slice head; /* the line of column names */
	struct slice text;
};
struct postgres_database {
	struct slice instance, name;
};

struct section_postgres {
	struct postgres_row *rows;
	size_t n, cap;
	struct postgres_database *databases;
	size_t n_databases, cap_databases;
	struct slice *instances; /* each once */
	size_t n_instances, cap_instances;
};

/* With a line of column names. */
extern const struct section_type section_postgres_stat_database;
extern const struct section_type section_postgres_locks;
extern const struct section_type section_postgres_connections;
extern const struct section_type section_postgres_bloat;
extern const struct section_type section_postgres_query_duration;
/* Without. */
extern const struct section_type section_postgres_instances;
extern const struct section_type section_postgres_sessions;
extern const struct section_type section_postgres_version;
extern const struct section_type section_postgres_conn_time;

/* The row's text of that column; false: there is none, or it is empty. */
bool postgres_text(
    const struct postgres_row *row, const char *column, struct slice *text_r);
double postgres_number(const struct postgres_row *row, const char *column);
/* Is the item "INSTANCE/DATABASE", or "DATABASE" without an instance? */
bool postgres_is(
    struct slice item, struct slice instance, struct slice database);
/* Appends that item. */
void postgres_item(
    struct str *to, struct slice instance, struct slice database);
bool postgres_has_instance(
    const struct section_postgres *s, struct slice instance);

#endif
