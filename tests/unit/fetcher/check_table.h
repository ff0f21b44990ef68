/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of checks as tables: each row is one output and what comes of it.
 * Rows with the same check and item that follow one another share the kept
 * state. An output that begins with a dot is a stored walk, read as a device.
 */
#ifndef TESTS_UNIT_FETCHER_CHECK_TABLE_H
#define TESTS_UNIT_FETCHER_CHECK_TABLE_H

#include "fetcher/discover.h"
#include "fetcher/evaluate.h"
#include "fetcher/snmp/stored.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define NO_RESULT 99 /* expected state: the section is absent */

struct row {
	const char *check, *item, *params; /* NULL: none */
	int64_t now;
	const char *output;
	uint32_t state;
	const char *text;              /* NULL: any */
	const char *details, *metrics; /* NULL: any */
};

static inline void
row_same(const char *what, struct slice got, const char *want)
{
	char *text = slice_dup(got);
	if (want != NULL && strcmp(text, want) != 0)
		print_error("%s is: %s\n", what, text);
	if (want != NULL)
		assert_string_equal(text, want);
	free(text);
}

/* What is read of a walk; what else it is stays as it is. */
static inline struct slice
row_output(const char *output, struct slice items, struct str *read)
{
	struct collect_settings set = {.bare = true};
	struct err err;

	if (output[0] != '.')
		return slice_of(output);
	if (stored_collect(slice_of(output), items, &set, read, &err) != 0)
		fail_msg("%s", err.text);
	return str_slice(read);
}

static inline void
row_run(const struct row *row, struct str *blob)
{
	struct str items = {0}, results = {0}, read = {0};
	struct msg_job_item i = {.check = slice_of(row->check),
	    .item = slice_of(row->item),
	    .params = slice_of(row->params),
	    .state = str_slice(blob)};
	msg_job_item_put(&items, &i);
	struct msg_job job = {.host = SLICE("h"), .items = str_slice(&items)};
	struct evaluate_input in = {.job = &job,
	    .output = row_output(row->output, str_slice(&items), &read),
	    .now_us = row->now * 1000000};
	evaluate_agent(&in, &results);
	struct slice list = str_slice(&results);
	struct msg_job_result r;
	assert_true(msg_job_result_next(&list, &r));
	bool any = msg_job_result_next(&list, &r);
	if (any != (row->state != NO_RESULT) || (any && r.state != row->state))
		print_error("check %s: state %d, text %.*s\n", row->check,
		    any ? (int)r.state : NO_RESULT, any ? (int)r.output.len : 0,
		    any ? r.output.s : "");
	assert_int_equal(any, row->state != NO_RESULT);
	if (any) {
		assert_int_equal(r.state, row->state);
		row_same("text", r.output, row->text);
		row_same("details", r.long_output, row->details);
		row_same("metrics", r.perfdata, row->metrics);
		str_clear(blob);
		str_addslice(blob, r.state_blob);
	}
	str_free(&items);
	str_free(&results);
	str_free(&read);
}

static inline void
rows_run(const struct row *rows, size_t n)
{
	struct str blob = {0};
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(rows[i].check, rows[i - 1].check) != 0 ||
		    !slice_eq(
			slice_of(rows[i].item), slice_of(rows[i - 1].item)))
			str_clear(&blob);
		row_run(&rows[i], &blob);
	}
	str_free(&blob);
}
#define ROWS_RUN(rows) rows_run((rows), ARRAY_LEN(rows))

/* "check/item\n" of each service found, with `params` for discovery. */
static inline void
row_discover(const char *output, const char *params, const char *want)
{
	struct discovery d = {0};
	struct str list = {0}, read = {0};
	json_error_t why;
	json_t *doc = params == NULL ? NULL : json_loads(params, 0, &why);
	struct discovery_input in = {
	    .output = row_output(output, SLICE(""), &read),
	    .host = SLICE("h"),
	    .params = doc,
	    .now = 1760000000};
	discover_host(&in, &d);
	for (size_t i = 0; i < d.n; i++)
		str_addf(&list, "%s/%s\n", d.services[i].check->name,
		    d.services[i].item);
	if (strcmp(str_get(&list), want) != 0)
		print_error("found:\n%sproblems: %s\n", str_get(&list),
		    str_get(&d.problems));
	assert_string_equal(str_get(&list), want);
	str_free(&list);
	str_free(&read);
	json_decref(doc);
	discovery_free(&d);
}

#endif
