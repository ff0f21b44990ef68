/* SPDX-License-Identifier: Apache-2.0
 *
 * What several.c, merge.c and fold.c share.
 */
#ifndef LIVESTATUSD_LQL_SEVERAL_PARTS_H
#define LIVESTATUSD_LQL_SEVERAL_PARTS_H

#include "livestatusd/lql/answer.h"
#include "livestatusd/lql/query.h"
#include "livestatusd/lql/several.h"

#define FIELD_SITE SIZE_MAX /* not asked: the name of the site */

struct field {                 /* of a row that a site answers */
	size_t at;             /* its place, or FIELD_SITE */
	struct column_ref ref; /* column NULL: unknown here */
};

struct order { /* rows are sorted by it */
	struct field field;
	struct slice key; /* of a dict */
	bool descending;
};

struct part { /* a site's answer */
	char *site;
	struct answer answer;
};

struct found { /* a row of it */
	uint32_t part;
	size_t row;      /* where it begins */
	size_t off, len; /* of its key in keys */
	uint64_t number; /* ties stay in this order */
};

struct lql_several {
	struct lql_query *q;
	struct str columns; /* that are asked, each with a blank before */
	size_t n_columns;
	struct field *out; /* q->n_columns of them */
	struct order *order;
	size_t n_order, cap_order;
	/* Stats: where cell i begins among the values; extra numbers. */
	size_t *cells; /* first extra of it, from the row's begin; 0: none */
	struct str extra;
	size_t n_extra, count_at; /* place of the number of rows; 0: none */
	struct part *parts;
	size_t n_parts, cap_parts;
	struct str failed; /* JSON, without its end */
	enum lql_code code;
	struct str why; /* of the first failure */
	uint64_t total;
	struct value *values; /* of a row */
	size_t n_values;
	struct found *found;
	size_t n_found, cap_found;
	struct str keys;
};

/* merge.c: reads a row of its part into s->values. */
void several_row(struct lql_several *s, const struct found *f);
void several_key(struct lql_several *s, const struct part *p,
    const struct field *field, struct slice dict_key, struct str *key);
void several_write_field(struct lql_several *s, const struct part *p,
    const struct field *field, struct writer *w);
void several_sort(struct lql_several *s);

/* fold.c: Stats of rows with the same group, which are neighbours. */
void several_fold(struct lql_several *s, struct writer *w);

#endif
