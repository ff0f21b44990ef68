/* SPDX-License-Identifier: Apache-2.0
 *
 * Livestatus queries with the rights of the person who asks: without
 * general.see_all one sees what one is a contact for.
 */
#include "common/mem.h"
#include "livestatusd/http/internal.h"

#include <stdlib.h>

#define HEADER_LEN 16
#define JSON_ROWS  "OutputFormat: json\n"
/* Bytes that no text has. */
#define TEXT_ROWS "OutputFormat: csv\nSeparators: 30 31 29 28\n"

static void
add_request(struct http_request *r, const char *table, const char *rest,
    const char *format, struct str *request)
{
	json_t *group;
	size_t i;

	str_addf(request, "GET %s\n", table);
	/* Livestatus shows lines of commands to everybody (class 5): they
	 * name others' hosts. */
	if (strcmp(table, "log") == 0 && !http_may(r, "general.see_all"))
		str_add(request, "Filter: class != 5\n");
	str_add(request, rest);
	if (!http_may(r, "general.see_all")) {
		str_addf(request, "AuthUser: %s\n", r->user);
		json_array_foreach(r->groups, i, group) str_addf(
		    request, "AuthGroup: %s\n", json_string_value(group));
	}
	str_addf(request, "%sResponseHeader: fixed16\nColumnHeaders: off\n\n",
	    format);
}

/* False, and the answer is a failure. */
static bool
is_good(struct http_request *r, struct slice answer)
{
	char *text;

	if (answer.len > HEADER_LEN && memcmp(answer.s, "200", 3) == 0)
		return true;
	text = answer.len > HEADER_LEN
	    ? xstrndup(answer.s + HEADER_LEN, answer.len - HEADER_LEN)
	    : xstrdup("There is no answer.");
	http_fail(r,
	    answer.len > HEADER_LEN && answer.s[0] == '4'
		? MHD_HTTP_BAD_REQUEST
		: MHD_HTTP_INTERNAL_SERVER_ERROR,
	    slice_trim(slice_of(text)).len > 0 ? text : "No answer.");
	free(text);
	return false;
}

/* The answer's body, or false and the answer made a failure. */
static bool
ask(struct http_request *r, const char *table, const char *rest,
    struct str *answer)
{
	struct str request = {0};

	add_request(r, table, rest, JSON_ROWS, &request);
	r->h->source.query(r->h->source.arg, str_slice(&request), answer);
	str_free(&request);
	return is_good(r, str_slice(answer));
}

bool
http_add_query(struct http_request *r, const char *table, const char *rest)
{
	struct str answer = {0};
	bool ok = ask(r, table, rest, &answer);

	if (ok)
		str_addn(
		    &r->out, answer.s + HEADER_LEN, answer.len - HEADER_LEN);
	str_free(&answer);
	return ok;
}

static json_t *
read_rows(struct http_request *r, struct slice answer)
{
	json_t *rows = json_loadb(answer.s + HEADER_LEN,
	    answer.len - HEADER_LEN, JSON_ALLOW_NUL, NULL);

	if (rows == NULL)
		http_fail(r, MHD_HTTP_INTERNAL_SERVER_ERROR,
		    "The answer cannot be read.");
	return rows;
}

json_t *
http_query(struct http_request *r, const char *table, const char *rest)
{
	struct str answer = {0};
	json_t *rows = NULL;

	if (ask(r, table, rest, &answer))
		rows = read_rows(r, str_slice(&answer));
	str_free(&answer);
	return rows;
}

/* --- with a wait ---------------------------------------------------------- */

struct asking {
	struct http_request *r;
	http_rows_fn *done; /* or */
	http_text_fn *done_text;
	void *arg;
};

static void
on_answer(void *arg, struct slice answer)
{
	struct asking *a = arg;
	struct http_request *r = a->r;
	bool good = is_good(r, answer);
	json_t *rows = NULL;

	r->work = NULL;
	r->cancel = NULL;
	if (a->done_text != NULL) {
		a->done_text(r,
		    good ? (struct slice){answer.s + HEADER_LEN,
			       answer.len - HEADER_LEN}
			 : (struct slice){NULL, 0},
		    a->arg);
	} else {
		rows = good ? read_rows(r, answer) : NULL;
		a->done(r, rows, a->arg);
		json_decref(rows);
	}
	free(a);
	http_done(r);
}

static void
on_gone(struct http_request *r)
{
	struct asking *a = r->work;

	r->h->source.forget(r->h->source.arg, a);
	if (a->done_text != NULL)
		a->done_text(NULL, (struct slice){NULL, 0}, a->arg);
	else
		a->done(NULL, NULL, a->arg);
	free(a);
}

static void
begin(struct http_request *r, const char *table, const char *rest,
    const struct asking *what)
{
	struct asking *a = xnew(struct asking);
	struct str request = {0};

	*a = *what;
	a->r = r;
	r->work = a;
	r->cancel = on_gone;
	add_request(r, table, rest,
	    a->done_text != NULL ? TEXT_ROWS : JSON_ROWS, &request);
	r->h->source.ask(r->h->source.arg, str_slice(&request), on_answer, a);
	str_free(&request);
}

void
http_ask(struct http_request *r, const char *table, const char *rest,
    http_rows_fn *done, void *arg)
{
	begin(r, table, rest, &(struct asking){.done = done, .arg = arg});
}

void
http_ask_text(struct http_request *r, const char *table, const char *rest,
    http_text_fn *done, void *arg)
{
	begin(r, table, rest, &(struct asking){.done_text = done, .arg = arg});
}
