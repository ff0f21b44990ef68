/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of Livestatus: which columns they have, under which prefixes, and
 * which rows, in which order.
 */
#ifndef LIVESTATUSD_TABLE_TABLE_H
#define LIVESTATUSD_TABLE_TABLE_H

#include "livestatusd/table/column.h"

struct column_set {                    /* columns of one kind of entity */
	const struct column *parts[2]; /* each ends with a name of NULL */
};

struct join {
	const char *prefix; /* "host_"; "" for the table's own */
	enum entity entity;
	const struct column_set *set;
};
#define TABLE_JOINS 6

enum table_kind { /* how rows are found */
	TABLE_HOSTS,
	TABLE_SERVICES,
	TABLE_HOSTGROUPS,
	TABLE_SERVICEGROUPS,
	TABLE_HOSTSBYGROUP,
	TABLE_SERVICESBYGROUP,
	TABLE_SERVICESBYHOSTGROUP,
	TABLE_CONTACTS,
	TABLE_CONTACTGROUPS,
	TABLE_COMMANDS,
	TABLE_TIMEPERIODS,
	TABLE_DOWNTIMES,
	TABLE_COMMENTS,
	TABLE_LOG,
	TABLE_STATEHIST,
	TABLE_STATUS,
	TABLE_COLUMNS,
	TABLE_LABELS,
	TABLE_SITES,
	TABLE_CRASHREPORTS,
	TABLE_AGGREGATIONS,
	TABLE_EVENTS, /* these are asked from eventd */
	TABLE_EVENT_HISTORY,
	TABLE_EVENT_RULES,
	TABLE_EVENT_STATUS,
	TABLE_EVENT_REPLICATION,
	TABLE_NOTIFICATIONS, /* these are asked from notifyd */
	TABLE_NOTICE_RULES,
	TABLE_EXPLAIN
};

struct table {
	const char *name;
	enum table_kind kind;
	const char *own_prefix;         /* stripped from asked names: "host_" */
	const char *retry_prefix;       /* tried last: "current_"; or NULL */
	struct join joins[TABLE_JOINS]; /* a set of NULL ends them */
};

/* All tables, in the order of the table `columns`. */
extern const struct table *const table_all[];
extern const size_t table_count;
/* NULL if there is none. */
const struct table *lql_table_find(struct slice name);

struct column_ref { /* a column as a table offers it */
	const struct column *column;
	const struct join *join; /* name = join->prefix column->name */
};
/* The reference's section 5, without dynamic calls. False: unknown. */
bool table_resolve(
    const struct table *t, struct slice name, struct column_ref *ref_r);
/* Number `i` of all columns of the table; false beyond the last. */
bool table_column(const struct table *t, size_t i, struct column_ref *ref_r);
/* Is its value the name of the site that the row is from? */
bool table_column_is_site(const struct column_ref *ref);

/* --- rows ---------------------------------------------------------------- */

#define BLOCK_ROWS 1024u

/* Rows are handled in blocks; at[e][i] is entity e of row i. */
struct block {
	uint32_t n;
	/* Services or hosts in unbroken ascent: arrays can be read along. */
	bool dense;
	/* Then `at` is filled when somebody looks at it: block_fill(). */
	bool lazy;
	enum entity lazy_entity;
	uint32_t first;
	const uint32_t *hosts; /* of all objects; NULL: nobody wants them */
	uint32_t at[ENTITIES][BLOCK_ROWS];
};

struct range { /* of object numbers, `to` excluded */
	uint32_t from, to;
};

struct scan {
	const struct table *table;
	struct view *view;
	uint32_t want; /* bits 1 << entity: those that anyone looks at */
	/* hosts, services: only these; ascending. NULL: all. */
	const struct range *ranges;
	size_t n_ranges;
	struct range all;
	/* log, statehist */
	struct past_cursor *cursor;
	struct replay *replay;

	size_t slice;  /* bytes of the history in one call; 0: all */
	uint64_t a, b; /* where the scan is */
};
void block_fill_now(struct block *b);
static inline void
block_fill(struct block *b)
{
	if (b->lazy)
		block_fill_now(b);
}

/* `ranges` may be set after this. */
void table_scan_init(struct scan *s, const struct table *t, struct view *v);
void table_scan_deinit(struct scan *s);
enum scan_next {
	SCAN_END,
	SCAN_ROWS,
	SCAN_AGAIN /* the slice is used up, there is nothing yet */
};
enum scan_next table_scan_next(struct scan *s, struct block *b);
/* Makes the row last longer than its block. */
void table_keep_row(const struct table *t, struct view *v, struct row *row);

/* May the user see the row? Rows that belong to nobody are seen. */
bool table_sees(const struct table *t, struct view *v, const struct row *row);
/* Bits of the entities that table_sees() looks at. */
uint32_t table_sees_want(const struct table *t);

/*
 * The row that a WaitObject names: 1 found, 0 unknown, -1 the table has none
 * such.
 */
int table_object(const struct table *t, const struct view *v, struct slice name,
    struct row *row_r);

/* --- column sets --------------------------------------------------------- */
extern const struct column_set columns_host, columns_service;
extern const struct column_set columns_hostgroup, columns_servicegroup;
extern const struct column_set columns_contact, columns_contactgroup;
extern const struct column_set columns_command, columns_timeperiod;
extern const struct column_set columns_downtime, columns_comment;
extern const struct column_set columns_log, columns_statehist;
extern const struct column_set columns_status, columns_aggregation;
extern const struct column_set columns_column, columns_label;
extern const struct column_set columns_site, columns_crashreport;
/* The site that a row is from: every table has these. */
extern const struct column_set columns_of_site;
extern const struct column_set columns_event, columns_event_history;
extern const struct column_set columns_event_rule, columns_event_status;
extern const struct column_set columns_event_replication;
extern const struct column_set columns_notice, columns_notice_rule;
extern const struct column_set columns_explain;

/* Shared by hosts and services: object.c */
extern const struct column columns_object[];

/* counts.c: counts of visible services or hosts. */
void view_count_services_of(struct view *v, uint32_t host, struct counts *c);
void view_count_hosts(
    struct view *v, const struct snap_group *g, struct counts *c);
void view_count_group_services(struct view *v, const struct snap_group *g,
    bool of_hosts, struct counts *c);
/*
 * Is the host or service group visible: it has members and all are? With
 * env->loose_groups: is one?
 */
bool view_sees_group(struct view *v, uint32_t group, bool of_services);

/* expand.c: macros of a text for an object, into v->tmp. */
struct slice column_expand_macros(
    struct view *v, uint32_t object, struct slice text);

/* attributes.c: names of bits of modified attributes. */
/* Custom variables with what commands changed; `which`: 0 names, 1 values, 11
 * both. */
void column_variables(struct view *v, const struct mirror_override *over,
    struct snap_list list, size_t which);
void column_attributes_items(struct view *v, uint32_t bits);
uint32_t column_attributes_mask(struct slice name);

/* log.c: the objects that a line names today, as far as they are wanted. */
void table_log_row(
    const struct view *v, uint32_t want, uint32_t line, struct row *row_r);
/* May the user see a line that names no service of today? */
bool table_log_is_seen(struct view *v, uint32_t line, uint32_t host);

/* statehist.c: the same for spans. */
void table_statehist_row(
    const struct view *v, uint32_t want, uint32_t span, struct row *row_r);
struct replay *table_statehist_replay(
    struct view *v, int64_t from, int64_t until);

/* aggregation.c: all that is below is visible. */
bool table_aggregation_is_seen(const struct view *v, uint32_t at);

/* event.c: eventd's name of the table; NULL: the table is not its. */
const char *table_event_source(const struct table *t);
/* Does the column come from eventd? Then column->off is its number. */
bool table_event_column(const struct column_ref *ref);
/* The name by which eventd knows a column of the table. */
const char *table_event_name(const struct table *t, size_t number);
/*
 * Adds what is needed for the host's columns, and for who may see a row; one
 * column at least, so that rows can be counted.
 */
void table_event_want(
    const struct table *t, bool host, bool sees, struct events_want *w);
/* The host that the row is about, today; SNAP_NONE: none. */
uint32_t table_event_host(const struct view *v, uint32_t at);
/* May the user see the event of the row? */
bool table_event_is_seen(const struct view *v, uint32_t at, uint32_t host);
/* The same of a notification, and its service. */
uint32_t table_notice_service(const struct view *v, uint32_t at, uint32_t host);
bool table_notice_is_seen(
    const struct view *v, uint32_t at, uint32_t host, uint32_t service);

/*
 * held.c: appends to v->items why core would hold a notification of the object
 * in that state back at `at` (wall seconds).
 */
void table_held_by(struct view *v, uint32_t object, uint32_t state, int64_t at);

/* label.c: makes v->labels for the table `labels`. */
void table_collect_labels(struct view *v);

#endif
