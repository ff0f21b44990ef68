/* SPDX-License-Identifier: Apache-2.0
 *
 * Another site's answers: any bytes. What is read is valid UTF-8, each row can
 * be read again and is the same, and the merged answer is one line of JSON.
 */
#include "common/log.h"
#include "common/utf8.h"
#include "livestatusd/lql/answer.h"
#include "livestatusd/lql/several.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS 4

static void
look(const struct answer *a, const struct value *v)
{
	struct items items = answer_items(a, v);
	int depth = 0;

	must(v->kind <= VALUE_DICT);
	if (v->kind == VALUE_STRING)
		must(utf8_valid(v->s));
	for (size_t i = 0; i < items.n; i++) {
		const struct item *x = &items.v[i];

		depth += x->kind == ITEM_OPEN;
		depth -= x->kind == ITEM_CLOSE;
		must(depth >= 0);
		if (x->kind == ITEM_STRING)
			must(utf8_valid(x->s));
	}
	must(depth == 0);
	(void)value_int(v);
	(void)value_float(v);
}

static void
merge(const char *query, const uint8_t *data, size_t size)
{
	struct lql_query *q = lql_parse(slice_of(query));
	struct lql_several *s = lql_several_new(q);
	struct str out = {0};

	for (int i = 0; i < 2; i++) {
		struct str body = {0};

		str_addn(&body, (const char *)data, size);
		lql_several_take(s, i == 0 ? "a" : "b", &body);
	}
	lql_several_write(s, &out);
	for (size_t i = 0; i < out.len; i++)
		must((unsigned char)out.s[i] < 0x80);
	str_free(&out);
	lql_several_free(&s);
	lql_free(&q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value v[COLUMNS], again[COLUMNS];
	struct str text = {0};
	struct answer a;

	str_addn(&text, (const char *)data, size);
	answer_init(&a, &text);
	while (answer_next(&a, v, COLUMNS) == 1) {
		size_t row = a.row, at = a.at;

		for (size_t i = 0; i < COLUMNS; i++)
			look(&a, &v[i]);
		answer_again(&a, row, again, COLUMNS);
		must(a.at == at);
		for (size_t i = 0; i < COLUMNS; i++)
			must(again[i].kind == v[i].kind);
	}
	answer_deinit(&a);
	merge("GET hosts\nColumns: name state labels groups\n"
	      "OutputFormat: json\nSort: state\n",
	    data, size);
	merge("GET services\nColumns: description\nStats: avg state\n"
	      "Stats: std perf_data\nStats: max last_check\n"
	      "OutputFormat: wrapped_json\n",
	    data, size);
	return 0;
}
