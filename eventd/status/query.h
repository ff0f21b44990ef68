/* SPDX-License-Identifier: Apache-2.0
 *
 * The query language of the status port (event-console.md 19.2): parsing,
 * filters and the three output formats. Pure and without shared state, so that
 * the archive's thread may run queries.
 */
#ifndef EVENTD_STATUS_QUERY_H
#define EVENTD_STATUS_QUERY_H

#include "common/err.h"
#include "common/str.h"
#include "eventd/event/event.h"
#include "eventd/forward/forward.h"
#include "eventd/learn/patterns.h"
#include "eventd/receive/sources.h"

#include <stdbool.h>
#include <stdint.h>

#define QUERY_FILTERS_MAX 64
#define QUERY_COLUMNS_MAX 128

enum query_table {
	QUERY_EVENTS,
	QUERY_HISTORY,
	QUERY_RULES,
	QUERY_STATUS,
	QUERY_SOURCES,
	QUERY_FORWARDS,
	QUERY_PATTERNS,
	QUERY_TABLES
};
enum query_format {
	FORMAT_PYTHON,
	FORMAT_JSON,
	FORMAT_PLAIN
};
enum cell_type {
	CELL_NULL,
	CELL_INT,
	CELL_TIME,
	CELL_FLOAT,
	CELL_STR,
	CELL_BOOL,
	CELL_LIST
};
enum filter_op {
	OP_EQ,
	OP_GT,
	OP_LT,
	OP_GE,
	OP_LE,
	OP_REGEX,
	OP_EQ_NOCASE,
	OP_REGEX_NOCASE,
	OP_IN
};

/* One value; borrows the row's memory. */
struct cell {
	enum cell_type type;
	int64_t i; /* CELL_INT, CELL_BOOL; CELL_TIME in microseconds */
	double f;
	struct slice s;
	const struct strings *list;
};

struct history_row {
	uint64_t line;
	int64_t time_us;
	const char *what, *who, *addinfo;
};
struct pattern_row {
	const struct pattern_seen *seen;
	struct slice text, regex;
	const struct strings *hosts, *hours; /* hours: the present one first */
};
/* What a table has rows of; the others are NULL. */
struct row {
	const struct event *event;
	const struct history_row *history;
	const struct rule *rule;
	const struct cell *status; /* by column of the status table */
	const struct source *source;
	const struct forward_state *forward;
	const struct pattern_row *pattern;
};

struct column {
	const char *name;
	enum cell_type type;
	void (*get)(const struct row *row, uint32_t index, struct cell *c);
	uint32_t index; /* for get */
	const char *help;
};
/* Ends with a NULL name. */
const struct column *query_columns(enum query_table table);
/* Those that only who names them gets. */
const struct column *query_more_columns(enum query_table table);

struct filter;
struct query {
	enum query_table table;
	const struct column *columns[QUERY_COLUMNS_MAX]; /* NULL: unknown */
	char *names[QUERY_COLUMNS_MAX];
	size_t n_columns;
	struct filter *filters;
	size_t n_filters;
	enum query_format format;
	uint64_t limit;  /* UINT64_MAX: none */
	uint64_t n_rows; /* that were put out */
};

/* "GET table" and header lines. NULL with a reason. */
struct query *query_parse(struct slice text, struct err *err_r);
void query_free(struct query **q);

bool query_accepts(struct query *q, const struct row *row);
/* The answer: begin, a row for each that was accepted, end. */
void query_begin(struct query *q, struct str *out);
/* False: the limit is reached, no more rows. */
bool query_row(struct query *q, const struct row *row, struct str *out);
void query_end(struct query *q, struct str *out);

/*
 * For an index: the bounds that `=`, `<`, `>`, `<=`, `>=` set on a column of
 * numbers or times. False: none.
 */
bool query_bounds(
    const struct query *q, const char *column, int64_t *min_r, int64_t *max_r);
/* The text that a column must be equal to; NULL: none. */
const char *query_equal(const struct query *q, const char *column);

/*
 * For an index of texts: the longest ASCII text that a column must hold, case
 * ignored, by its filters; "" if they say nothing.
 */
void query_needle(
    const struct query *q, const char *column, struct str *needle);

void cell_format(struct str *out, const struct cell *c, enum query_format f);

#endif
