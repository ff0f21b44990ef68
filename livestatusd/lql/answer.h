/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads what another Livestatus answered (json or wrapped_json) a row at a
 * time, any bytes: nothing is trusted, texts come out as valid UTF-8.
 */
#ifndef LIVESTATUSD_LQL_ANSWER_H
#define LIVESTATUSD_LQL_ANSWER_H

#include "livestatusd/table/column.h"

enum value_kind {
	VALUE_NULL,
	VALUE_INT, /* true and false are 1 and 0 */
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_LIST, /* `n` items from `first`; see answer_items() */
	VALUE_DICT  /* the same: key, value, ... */
};

struct value {
	enum value_kind kind;
	union {
		int64_t i;
		double f;
		struct slice s;
		struct {
			size_t first, n;
		};
	};
};

struct answer {
	struct str text; /* the answer */
	size_t at, row;  /* where it is; where the last row began */
	uint64_t total;  /* of wrapped_json; else the number of rows */
	bool begun, wrapped;
	char *decoded; /* texts of the row */
	size_t used;
	struct items items; /* of its lists */
};

/* Takes the text; {0} afterwards. */
void answer_init(struct answer *a, struct str *text);
void answer_deinit(struct answer *a);
/*
 * The next row's first `n` values; missing ones are null. Borrowed until the
 * next call. 1, or 0 at the end, or -1: it is no such answer.
 */
int answer_next(struct answer *a, struct value *values, size_t n);
/* The row that began at `row` once more. */
void answer_again(struct answer *a, size_t row, struct value *values, size_t n);
/* A list's or dict's; they borrow from the answer. */
struct items answer_items(const struct answer *a, const struct value *v);
/* As a number, whatever it is. */
int64_t value_int(const struct value *v);
double value_float(const struct value *v);

#endif
