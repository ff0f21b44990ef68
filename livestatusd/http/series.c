/* SPDX-License-Identifier: Apache-2.0
 *
 * See series.h. rrdcached may be slow (a cold disk) or hang, and passwords are
 * compared by the same threads of libuv: so only two requests are under way.
 */
#include "livestatusd/http/series.h"

#include "common/mem.h"
#include "common/metric_path.h"
#include "common/perfdata.h"

#include <math.h>
#include <stdlib.h>

#define UNDER_WAY 2

struct job {
	uv_work_t work;
	struct job *next;
	struct series_queue *q; /* NULL: it ended */
	struct http_request *r; /* NULL: it is gone */
	struct series *s;
	series_fn *done;
	void *arg;
	char *socket;
	struct err err;
	bool failed;
};

struct series_queue {
	uv_loop_t *loop;
	char *socket;
	struct job *first, **last; /* that wait */
	unsigned waiting, running;
	struct job *at[UNDER_WAY]; /* that run */
};

struct series_queue *
series_queue_new(struct daemon *d)
{
	struct series_queue *q = xnew(struct series_queue);

	q->loop = d->loop;
	q->socket = daemon_path(d, METRIC_SOCKET);
	q->last = &q->first;
	return q;
}

static void
job_free(struct job *j)
{
	free(j->socket);
	free(j);
}

void
series_queue_free(struct series_queue **qp)
{
	struct series_queue *q = *qp;
	struct job *j;

	*qp = NULL;
	if (q == NULL)
		return;
	while ((j = q->first) != NULL) {
		q->first = j->next;
		j->done(NULL, j->s, j->arg);
		job_free(j);
	}
	for (size_t i = 0; i < UNDER_WAY; i++)
		if (q->at[i] != NULL)
			q->at[i]->q = NULL;
	free(q->socket);
	free(q);
}

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
fetch(uv_work_t *work)
{
	struct job *j = work->data;
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

static void pump(struct series_queue *q);

static void
finish(struct job *j)
{
	struct http_request *r = j->r;

	if (r != NULL) {
		r->work = NULL;
		r->cancel = NULL;
	}
	if (r != NULL && j->failed) {
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, j->err.text);
		j->done(NULL, j->s, j->arg);
	} else
		j->done(r, j->s, j->arg);
	if (r != NULL)
		http_done(r);
	job_free(j);
}

static void
after(uv_work_t *work, int status)
{
	struct job *j = work->data;
	struct series_queue *q = j->q;

	if (status != 0 && !j->failed) {
		j->failed = true;
		err_set(&j->err, "The server is ending.");
	}
	for (size_t i = 0; q != NULL && i < UNDER_WAY; i++)
		if (q->at[i] == j) {
			q->at[i] = NULL;
			q->running--;
		}
	finish(j);
	if (q != NULL)
		pump(q);
}

static void
pump(struct series_queue *q)
{
	while (q->first != NULL && q->running < UNDER_WAY) {
		struct job *j = q->first;
		size_t i = q->at[0] == NULL ? 0 : 1;

		q->first = j->next;
		if (q->first == NULL)
			q->last = &q->first;
		q->waiting--;
		q->running++;
		q->at[i] = j;
		uv_queue_work(q->loop, &j->work, fetch, after);
	}
}

/* The request is gone: what is fetched for it is thrown away. */
static void
cancel(struct http_request *r)
{
	struct job *j = r->work;

	j->r = NULL;
}

static void
enqueue(struct http_request *r, struct series *s, series_fn *done, void *arg)
{
	struct series_queue *q = r->h->series;
	struct job *j;

	if (q->waiting >= SERIES_WAITING) {
		http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "Too many graphs are asked for at once.");
		done(NULL, s, arg);
		return;
	}
	j = xnew(struct job);
	*j = (struct job){.q = q, .r = r, .s = s, .done = done, .arg = arg};
	j->socket = xstrdup(q->socket);
	j->work.data = j;
	*q->last = j;
	q->last = &j->next;
	q->waiting++;
	r->work = j;
	r->cancel = cancel;
	pump(q);
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
