/* SPDX-License-Identifier: Apache-2.0
 *
 * New lines of the history; see follow.h. Each question waits for a line to be
 * written, a second at most: a line between two questions is not missed, only
 * a little late. Each site numbers its own lines.
 */
#include "site/follow.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include "site/ask.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER_LEN 16 /* of fixed16 */
#define WAIT_MS    1000
#define LATE_S     60 /* a line of another site may be so much older */

struct follow {
	const char *path;
	const char *sites; /* NULL: this one alone */
	struct str filters;
	int64_t start, newest; /* wall seconds */
	json_t *seen; /* site -> [time, lineno] of its last printed line */
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

/* False: the site's line was printed before. */
static bool
is_new(struct follow *f, const char *site, int64_t time, int64_t lineno)
{
	const json_t *last = json_object_get(f->seen, site);
	int64_t last_time = f->start, last_line = 0;

	if (last != NULL) {
		last_time = json_integer_value(json_array_get(last, 0));
		last_line = json_integer_value(json_array_get(last, 1));
	}
	return time > last_time || (time == last_time && lineno > last_line);
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
		const char *site = json_string_value(json_array_get(row, 3));

		site = site == NULL ? "" : site;
		if (!is_new(f, site, time, lineno))
			continue;
		if (max != 0 && f->printed == max)
			break;
		json_object_set_new(f->seen, site,
		    json_pack("[I, I]", (json_int_t)time, (json_int_t)lineno));
		f->newest = time > f->newest ? time : f->newest;
		f->printed++;
		any = true;
		if (f->sites != NULL)
			printf("%s ", site);
		printf("%s\n", json_string_value(json_array_get(row, 2)));
	}
	fflush(stdout);
	return any;
}

static int64_t
look_from(const struct follow *f)
{
	int64_t from = f->newest - (f->sites != NULL ? LATE_S : 0);

	return from > f->start ? from : f->start;
}

/* 1: there was something new; 0; -1 with a reason. */
static int
ask_once(struct follow *f, bool wait, int64_t max, struct err *err_r)
{
	struct str request = {0}, answer = {0};
	json_t *rows = NULL;
	int rc;

	str_add(&request, "GET log\nColumns: time lineno message site\n");
	if (f->sites != NULL)
		str_addf(&request, "OnlySites: %s\n", f->sites);
	str_addslice(&request, str_slice(&f->filters));
	str_addf(&request, "Filter: time >= %" PRId64 "\n", look_from(f));
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
follow_log(const char *path, const char *sites, char *const *lines, int n_lines,
    int64_t max, struct err *err_r)
{
	/* From the present second on: its lines are new enough. */
	int64_t now = clock_wall() / NS_PER_S;
	struct follow f = {
	    .path = path, .start = now, .newest = now, .seen = json_object()};
	char *names = sites == NULL ? NULL : xstrdup(sites);
	int rc = add_filters(&f, lines, n_lines, err_r);
	bool wait = false;

	for (char *p = names; p != NULL && *p != '\0'; p++)
		if (*p == ',' || *p == '\n')
			*p = ' ';
	f.sites = names;
	while (rc == 0) {
		int any = ask_once(&f, wait, max, err_r);

		if (any == -1)
			rc = -1;
		wait = any == 0;
		if (max != 0 && f.printed == max)
			break;
	}
	str_free(&f.filters);
	json_decref(f.seen);
	free(names);
	return rc;
}
