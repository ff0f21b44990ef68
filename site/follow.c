/* SPDX-License-Identifier: Apache-2.0
 *
 * New lines of the history; see follow.h. Each question waits for a line to be
 * written, a second at most: a line between two questions is not missed, only
 * a little late.
 */
#include "site/follow.h"

#include "common/clock.h"
#include "common/str.h"
#include "site/ask.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define HEADER_LEN 16 /* of fixed16 */
#define WAIT_MS    1000

struct follow {
	const char *path;
	struct str filters;
	int64_t time, lineno; /* of the last line that was printed */
	int64_t printed;
};

static int
add_filters(struct follow *f, char *const *lines, int n, struct err *err_r)
{
	static const char *const allowed[] = {
	    "Filter:", "And:", "Or:", "Negate:", "AuthUser:"};

	for (int i = 0; i < n; i++) {
		bool fits = strcmp(lines[i], "GET log") == 0;

		if (fits)
			continue;
		for (size_t k = 0; k < sizeof(allowed) / sizeof(*allowed); k++)
			fits = fits ||
			    strncmp(lines[i], allowed[k], strlen(allowed[k])) ==
				0;
		if (!fits || strchr(lines[i], '\n') != NULL) {
			err_set(err_r,
			    "%s: --follow takes Filter, And, Or, Negate and "
			    "AuthUser for the table log",
			    lines[i]);
			return -1;
		}
		str_add(&f->filters, lines[i]);
		str_addc(&f->filters, '\n');
	}
	return 0;
}

/* Rows come newest first. */
static bool
print_rows(struct follow *f, const json_t *rows, int64_t max)
{
	bool any = false;

	for (size_t i = json_array_size(rows); i-- > 0;) {
		const json_t *row = json_array_get(rows, i);
		int64_t time = json_integer_value(json_array_get(row, 0));
		int64_t lineno = json_integer_value(json_array_get(row, 1));

		if (time < f->time || (time == f->time && lineno <= f->lineno))
			continue;
		if (max != 0 && f->printed == max)
			break;
		f->time = time;
		f->lineno = lineno;
		f->printed++;
		any = true;
		printf("%s\n", json_string_value(json_array_get(row, 2)));
	}
	fflush(stdout);
	return any;
}

/* 1: there was something new; 0; -1 with a reason. */
static int
ask_once(struct follow *f, bool wait, int64_t max, struct err *err_r)
{
	struct str request = {0}, answer = {0};
	json_t *rows = NULL;
	int rc;

	str_add(&request, "GET log\nColumns: time lineno message\n");
	str_addslice(&request, str_slice(&f->filters));
	str_addf(&request, "Filter: time >= %" PRId64 "\n", f->time);
	if (wait)
		str_addf(
		    &request, "WaitTrigger: log\nWaitTimeout: %d\n", WAIT_MS);
	str_add(&request, "OutputFormat: json\nResponseHeader: fixed16\n");
	rc = ask_socket(f->path, str_get(&request), -1, &answer, err_r);
	if (rc == 0 && answer.len > HEADER_LEN && answer.s[0] == '2')
		rows = json_loadb(
		    answer.s + HEADER_LEN, answer.len - HEADER_LEN, 0, NULL);
	if (rc == 0 && rows == NULL) {
		err_set(err_r, "the site answers: %s",
		    answer.len > HEADER_LEN ? answer.s + HEADER_LEN : "");
		rc = -1;
	}
	if (rc == 0)
		rc = print_rows(f, rows, max);
	json_decref(rows);
	str_free(&request);
	str_free(&answer);
	return rc;
}

int
follow_log(const char *path, char *const *lines, int n_lines, int64_t max,
    struct err *err_r)
{
	/* From the present second on: its lines are new enough. */
	struct follow f = {
	    .path = path, .time = clock_wall() / NS_PER_S, .lineno = 0};
	int rc = add_filters(&f, lines, n_lines, err_r);
	bool wait = false;

	while (rc == 0) {
		int any = ask_once(&f, wait, max, err_r);

		if (any == -1)
			rc = -1;
		wait = any == 0;
		if (max != 0 && f.printed == max)
			break;
	}
	str_free(&f.filters);
	return rc;
}
