/* SPDX-License-Identifier: Apache-2.0
 *
 * A parsed query. Shared by the files of lql/ alone.
 */
#ifndef LIVESTATUSD_LQL_QUERY_H
#define LIVESTATUSD_LQL_QUERY_H

#include "livestatusd/lql/lql.h"
#include "livestatusd/table/rpn.h"
#include "livestatusd/table/table.h"

#define QUERY_MAX_DEPTH 100u /* of And, Or, Negate */

enum op {
	OP_EQUAL,        /* = */
	OP_MATCH,        /* ~ */
	OP_EQUAL_NOCASE, /* =~ */
	OP_MATCH_NOCASE, /* ~~ */
	OP_LESS,         /* < */
	OP_GREATER,      /* > */
	OP_AT_MOST,      /* <= */
	OP_AT_LEAST      /* >= */
};

enum node_kind {
	NODE_LEAF,
	NODE_AND,
	NODE_OR,
	NODE_NOT
};

struct pattern;

struct node { /* a filter */
	enum node_kind kind;
	unsigned depth;
	struct node **kids; /* AND, OR: n; NOT: one */
	size_t n;
	/* leaf: */
	struct column_ref ref;
	enum op op;
	bool negate;
	struct slice value, key; /* borrow the query's text or `owned` */
	char *owned;
	bool is_number; /* the value is a whole number */
	int64_t i;
	double f;
	struct pattern *pattern;
	/*
	 * Of strings and lists of the configuration: KNOWN_STRINGS that were
	 * decided; a list's key is 1 + its place, 0 if it is empty.
	 */
	struct known_string *known;
};

#define KNOWN_STRINGS 1024u /* a power of two */
struct known_string {
	snap_str at;
	bool set, fits;
};

struct nodes { /* a stack of them */
	struct node **v;
	size_t n, cap;
};

enum aggregate {
	AGGREGATE_COUNT, /* rows that fit the filter */
	AGGREGATE_SUM,
	AGGREGATE_MIN,
	AGGREGATE_MAX,
	AGGREGATE_AVG,
	AGGREGATE_STD,
	AGGREGATE_SUMINV,
	AGGREGATE_AVGINV
};

struct stat {
	enum aggregate aggregate;
	struct node *filter;   /* COUNT */
	struct column_ref ref; /* the others */
};

struct output_column {
	struct column_ref ref; /* ref.column NULL: a column of nulls */
	struct slice title;    /* {NULL, 0}: the column's own name */
	struct rpn *call;      /* of the column rrddata */
	struct slice argument; /* of another that is called */
};

struct sort_key {
	struct column_ref ref;
	struct slice key; /* of a dict */
	bool descending;
};

enum format {
	FORMAT_CSV,
	FORMAT_CSV_QUOTED,
	FORMAT_JSON,
	FORMAT_WRAPPED_JSON,
	FORMAT_PYTHON
};

enum toggle {
	TOGGLE_UNSET,
	TOGGLE_OFF,
	TOGGLE_ON
};

#define QUERY_NO_LIMIT    INT64_C(-1)
#define QUERY_AUTH_GROUPS 200
#define QUERY_CONDITIONS  100000u /* of filters, waiting and Stats */
#define QUERY_PATTERNS    1000u   /* of them */
#define QUERY_COLUMNS     4096u   /* and as many Stats */

struct lql_query {
	char *text; /* the request; most slices point into it */
	size_t text_len;
	const struct table *table;
	struct output_column *columns;
	size_t n_columns, cap_columns;
	bool quick; /* see lql_row_is_quick() */
	bool columns_given;
	struct nodes filter, wait;
	unsigned n_conditions, n_patterns, n_known;
	struct stat *stats;
	size_t n_stats, cap_stats;
	struct sort_key *sort;
	size_t n_sort, cap_sort;
	int64_t limit, offset, timelimit_s, localtime; /* or QUERY_NO_LIMIT */
	enum format format;
	unsigned char separators[4];
	enum toggle headers;
	bool fixed16, keepalive;
	bool no_method; /* neither GET nor COMMAND: then it is closed */
	bool auth;      /* AuthUser or AuthGroup was given */
	struct slice user;
	struct slice *auth_groups; /* of `text`, like `user` */
	size_t n_auth_groups, cap_auth_groups;
	struct slice sites; /* OnlySites; {NULL, 0}: it was not given */
	struct slice wait_object;
	bool wait_object_given, wait_given, wait_resolved;
	unsigned wait_trigger; /* bits 1 << enum mirror_event */
	int64_t wait_timeout_ms;
	struct row wait_row;
	uint64_t
	    wait_generation; /* of the configuration that it was asked of */
	struct events_want event_want; /* of eventd */
	struct events *events;         /* its answer */
	int64_t shift;                 /* seconds added to times (Localtime) */
	bool shifted;
	bool too_expensive; /* a pattern needed too many steps */
	enum lql_code code;
	struct err err; /* of the first mistake */
};

/* The first mistake counts. */
void lql_query_fail(struct lql_query *q, enum lql_code code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* A header's handler gets what stands behind "Name:". -1 with a reason. */
typedef int lql_header_fn(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r);

/* parse_stats.c; which: 0 StatsAnd, 1 StatsOr, 2 StatsNegate. */
lql_header_fn lql_h_stats, lql_h_stats_combine;
/* A non-negative whole number, all of the argument. */
int lql_take_number(struct slice arg, int64_t *number_r, struct err *err_r);
/* A request of 16 MiB has room for a million: -1 if `n` is one too many. */
int lql_count_condition(struct lql_query *q, struct node *n, struct err *err_r);

/* filter_parse.c: "column op value"; NULL with a reason. */
struct node *lql_node_parse(
    const struct table *t, struct slice text, struct err *err_r);
void lql_node_free(struct node **n);
/* Replaces the newest n of the stack by one. -1 with a reason. */
int lql_nodes_combine(
    struct nodes *s, size_t n, enum node_kind kind, struct err *err_r);
/* All that is left, AND-ed; stays on the stack. NULL: none. */
struct node *lql_nodes_all(struct nodes *s);
/*
 * notifier.c: what notifyd is asked, once q->event_want is known. False: it
 * need not be asked, because no row can fit, or the query was refused.
 */
bool lql_notifier_question(
    struct lql_query *q, const struct mirror *m, struct str *text);
void lql_nodes_free(struct nodes *s);
/* Moves reference values of times into the server's time. */
void lql_node_shift(struct node *n, int64_t seconds);
/* What was decided of another configuration's strings and lists. */
void lql_node_forget(struct node *n);
/* Bits of the entities that are looked at. */
uint32_t lql_node_wants(const struct node *n);

/* pattern.c */
struct pattern *lql_pattern_new(
    struct slice text, bool nocase, bool literal, struct err *err_r);
void lql_pattern_free(struct pattern **p);
/* Text must be valid UTF-8. */
bool lql_pattern_matches(
    struct pattern *p, struct slice text, bool *expensive_r);

/* filter.c: out[i] = in[i] and the filter holds for row i; all 0 or 1. */
void lql_node_eval(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out);
/* leaf.c */
void lql_leaf_eval(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out);
/* A number that lies in the mirror's pages, of the row's own object. */
bool lql_leaf_is_number(const struct node *n);
/* How many of the objects fit? `n` is such a number. */
uint64_t lql_leaf_count(
    struct view *v, const struct node *n, uint32_t from, uint32_t rows);
/* How many bytes are 1; the others are 0. */
uint64_t lql_mask_count(const uint8_t *mask, uint32_t rows);
bool lql_compare_int(enum op op, bool negate, int64_t value, int64_t ref);
bool lql_compare_float(enum op op, bool negate, double value, double ref);
/* Does a string column's value fit? */
bool lql_string_fits(
    struct lql_query *q, const struct node *n, struct slice value);

/* plan.c: what the filter leaves of the table's rows. Freed by the caller. */
void lql_plan_scan(
    struct lql_query *q, struct scan *s, struct range **ranges_r);
/* plan_past.c: the same for the history. */
void lql_plan_past(struct lql_query *q, struct scan *s);

/* run.c: bits of the entities that the query looks at. */
uint32_t lql_wanted(struct lql_query *q);
/* Moves the query's times by the client's clock, once. */
void lql_set_shift(struct lql_query *q, const struct lql_env *env);

/* format.c: see there. */
struct writer {
	struct str *to;
	enum format format;
	const unsigned char *separators;
	bool first_row, first_field;
	/* wrapped_json: {"site": "why it did not answer"}; or NULL. */
	const struct str *failed;
};
void lql_writer_begin(
    struct writer *w, struct str *to, const struct lql_query *q);
void lql_writer_end(struct writer *w, uint64_t total);
void lql_writer_row(struct writer *w);
void lql_writer_row_end(struct writer *w);
void lql_writer_int(struct writer *w, int64_t value);
void lql_writer_float(struct writer *w, double value);
void lql_writer_null(struct writer *w);
void lql_writer_string(struct writer *w, struct slice s);
void lql_writer_blob(struct writer *w, struct slice s);
void lql_writer_list(struct writer *w, const struct items *items);
void lql_writer_dict(struct writer *w, const struct items *items);
/* JSON's or python's form of a string, at `p`, which has room for it. */
#define LQL_STRING_GROWTH 6u /* times the bytes, and two quotes */
char *lql_put_string(char *p, struct slice s, enum format format);
/* wrapped_json: the names, before the rows. */
void lql_writer_columns_begin(struct writer *w);
void lql_writer_columns_end(struct writer *w);

/* The row of names, if the query wants it; `tmp` is written over. */
void lql_titles_write(
    const struct lql_query *q, struct writer *w, struct str *tmp);
#define LQL_HEADER_BYTES 16u
/* fixed16, to LQL_HEADER_BYTES at `at`. */
void lql_header_put(char *at, enum lql_code code, size_t len);
#define LQL_MAX_BODY ((size_t)100 << 20)

/* row.c */
struct slice lql_output_title(const struct output_column *c, struct str *tmp);
void lql_row_write(struct lql_query *q, struct view *v, struct writer *w,
    const struct row *row);
/* Do all fields stay where they are, so that a row can be put down at once? */
bool lql_row_is_quick(const struct lql_query *q);
/* Appends bytes that sort like the value. */
void lql_row_key(struct lql_query *q, struct view *v,
    const struct column_ref *ref, struct slice dict_key, const struct row *row,
    struct str *key);
/* Its parts by type. A dict's entry `name`; its values may be numbers. */
void lql_key_int(struct str *key, int64_t value);
void lql_key_float(struct str *key, double value);
void lql_key_items(struct str *key, const struct items *items);
void lql_key_dict_entry(struct str *key, const struct items *items,
    struct slice name, bool numbers);

/* ahead.c: what the columns of a row of hosts or services need of memory. */
#define AHEAD_ARRAYS 12u
struct ahead {
	bool texts, names, hosts, config;
	struct ahead_array {
		uint32_t off, width; /* in struct mirror_page; bytes */
	} arrays[AHEAD_ARRAYS];
	size_t n;
};
void lql_ahead_init(struct ahead *a, const struct lql_query *q);
/* Row `k` of the `n` hits is the next; object `first` + hits[k]. */
void lql_ahead(const struct ahead *a, const struct mirror *m, uint32_t first,
    const uint16_t *hits, uint32_t n, uint32_t k);

/* sort.c: rows that were found, kept for sorting. */
struct sorter;
struct sorter *lql_sorter_new(void);
void lql_sorter_free(struct sorter **s);
void lql_sorter_add(struct sorter *s, struct lql_query *q, struct view *v,
    const struct row *row);
void lql_sorter_write(
    struct sorter *s, struct lql_query *q, struct view *v, struct writer *w);
/* How many were added. */
uint64_t lql_sorter_count(const struct sorter *s);

/* stats.c */
struct groups;
struct groups *lql_groups_new(struct lql_query *q);
void lql_groups_free(struct groups **g);
/* Takes in the rows of the block that `mask` names; `all`: those are all. */
void lql_groups_add(struct groups *g, struct lql_query *q, struct view *v,
    struct block *b, const uint8_t *mask, bool all);
void lql_groups_write(
    struct groups *g, struct lql_query *q, struct view *v, struct writer *w);
uint64_t lql_groups_count(const struct groups *g);

#endif
