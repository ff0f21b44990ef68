/* SPDX-License-Identifier: Apache-2.0
 *
 * See series.h.
 */
#include "livestatusd/http/series.h"

#include "common/mem.h"
#include "common/metric_path.h"
#include "common/perfdata.h"
#include "livestatusd/http/chore.h"

#include <math.h>
#include <stdlib.h>

struct job {
	struct chore chore; /* first */
	struct series *s;
	series_fn *done;
	void *arg;
	char *socket;
	struct err err;
	bool failed;
};

void
series_free(struct series *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free(s->metrics[i]);
		if (s->found != NULL)
			free(s->found[i].values);
	}
	free(s->metrics);
	free(s->found);
	free(s->host);
	free(s->service);
	free(s);
}

/* --- in a thread ---------------------------------------------------------- */

static void
fetch(struct chore *e)
{
	struct job *j = (struct job *)e;
	struct series *s = j->s;
	struct rrd *link = rrd_open(j->socket, &j->err);
	struct str path = {0};

	j->failed = link == NULL;
	s->found = xcalloc(s->n + 1, sizeof(*s->found));
	for (size_t i = 0; i < s->n && !j->failed; i++) {
		str_clear(&path);
		metric_path(&path, slice_of(s->host), slice_of(s->service),
		    slice_of(s->metrics[i]));
		j->failed = rrd_fetch(link, str_get(&path), s->function,
				s->from, s->until, &s->found[i], &j->err) == -1;
	}
	str_free(&path);
	rrd_close(&link);
}

/* --- on the loop ---------------------------------------------------------- */

static void
fetched(struct http_request *r, struct chore *e)
{
	struct job *j = (struct job *)e;

	if (r != NULL && j->failed) {
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, j->err.text);
		r = NULL;
	}
	j->done(r, j->s, j->arg);
	free(j->socket);
	free(j);
}

static void
enqueue(struct http_request *r, struct series *s, series_fn *done, void *arg)
{
	struct job *j = xnew(struct job);

	*j = (struct job){.chore = {.work = fetch, .done = fetched},
	    .s = s,
	    .done = done,
	    .arg = arg,
	    .socket = daemon_path(r->h->d, METRIC_SOCKET)};
	chore_begin(r->h->graphs, r, &j->chore);
}

/* --- who may see it ------------------------------------------------------- */

struct look {
	struct series *s;
	series_fn *done;
	void *arg;
};

static void
add_metrics(struct series *s, const char *perfdata)
{
	struct slice rest = slice_of(perfdata == NULL ? "" : perfdata), name;
	double value;

	s->metrics = xcalloc(SERIES_METRICS, sizeof(*s->metrics));
	while (s->n < SERIES_METRICS && perfdata_next(&rest, &name, &value))
		s->metrics[s->n++] = slice_dup(name);
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct look look = *(struct look *)arg;
	const json_t *row = json_array_get(rows, 0);

	free(arg);
	if (r == NULL || rows == NULL) {
		look.done(NULL, look.s, look.arg);
		return;
	}
	if (row == NULL) {
		http_fail(r, MHD_HTTP_NOT_FOUND,
		    "There is no such object, or you may not see it.");
		look.done(NULL, look.s, look.arg);
		return;
	}
	if (look.s->n == 0)
		add_metrics(look.s, json_string_value(json_array_get(row, 0)));
	enqueue(r, look.s, look.done, look.arg);
}

static bool
is_name(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20)
			return false;
	return true;
}

void
series_begin(
    struct http_request *r, struct series *s, series_fn *done, void *arg)
{
	bool of_host = s->service[0] == '\0';
	struct look *look;
	struct str lql = {0};

	if (!is_name(s->host) || !is_name(s->service)) {
		http_fail(r, MHD_HTTP_BAD_REQUEST, "That is no name.");
		done(NULL, s, arg);
		return;
	}
	look = xnew(struct look);
	*look = (struct look){s, done, arg};
	str_addf(&lql, "Columns: perf_data\nFilter: %s = %s\n",
	    of_host ? "name" : "host_name", s->host);
	if (!of_host)
		str_addf(&lql, "Filter: description = %s\n", s->service);
	http_ask(
	    r, of_host ? "hosts" : "services", str_get(&lql), on_rows, look);
	str_free(&lql);
}

void
series_put(struct str *out, const struct rrd_series *found)
{
	str_addc(out, '[');
	for (size_t i = 0; i < found->n; i++) {
		if (i > 0)
			str_addc(out, ',');
		if (isfinite(found->values[i]))
			str_addf(out, "%.8g", found->values[i]);
		else
			str_add(out, "null");
	}
	str_addc(out, ']');
}
