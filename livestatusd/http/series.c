/* SPDX-License-Identifier: Apache-2.0
 *
 * See series.h.
 */
#include "livestatusd/http/series.h"

#include "common/influx.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/perfdata.h"
#include "common/web.h"
#include "livestatusd/http/chore.h"

#include <math.h>
#include <stdlib.h>

struct job {
	struct chore chore; /* first */
	struct series *s;
	series_fn *done;
	void *arg;
	char *socket;             /* rrdcached's */
	struct influx_conf *conf; /* instead of it, or NULL */
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
fetch_rrd(struct job *j)
{
	struct series *s = j->s;
	struct rrd *link = rrd_open(j->socket, &j->err);
	struct str path = {0};

	j->failed = link == NULL;
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

static void
fetch_influx(struct job *j)
{
	struct series *s = j->s;
	struct web *web = web_new();
	struct web_answer answer = {0};
	struct str body = {0};
	struct web_request q = {.url = j->conf->query_url,
	    .authorization = j->conf->authorization,
	    .type = "application/x-www-form-urlencoded",
	    .ca = j->conf->ca,
	    .timeout_ms = j->conf->timeout_ms,
	    .answer_max = INFLUX_ANSWER_MAX};

	influx_query(&body, j->conf, s->host, s->service, s->metrics, s->n,
	    strcmp(s->function, "MAX") == 0, s->from, s->until);
	q.body = str_slice(&body);
	j->failed = web_post(web, &q, &answer, &j->err) == -1 ||
	    influx_answer(str_slice(&answer.body), s->metrics, s->n, s->from,
		s->until, s->found, &j->err) == -1;
	if (j->failed)
		err_prefix(&j->err, "metrics.influx");
	str_free(&answer.body);
	str_free(&body);
	web_free(&web);
}

static void
fetch(struct chore *e)
{
	struct job *j = (struct job *)e;

	j->s->found = xcalloc(j->s->n + 1, sizeof(*j->s->found));
	if (j->conf != NULL)
		fetch_influx(j);
	else
		fetch_rrd(j);
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
	influx_conf_free(&j->conf);
	free(j);
}

int
series_conf_check(
    const struct http *h, const json_t *setting, struct err *err_r)
{
	struct influx_conf *conf;

	if (!influx_is_on(setting))
		return 0;
	conf = influx_conf_read(setting, h->d->root, h->d->site, err_r);
	if (conf == NULL)
		return -1;
	influx_conf_free(&conf);
	return 0;
}

static void
enqueue(struct http_request *r, struct series *s, series_fn *done, void *arg)
{
	const json_t *setting = r->h->d->settings->metrics_influx;
	struct job *j = xnew(struct job);
	struct err err;

	*j = (struct job){.chore = {.work = fetch, .done = fetched},
	    .s = s,
	    .done = done,
	    .arg = arg,
	    .socket = daemon_path(r->h->d, METRIC_SOCKET)};
	if (json_is_true(json_object_get(setting, "graphs"))) {
		j->conf = influx_conf_read(
		    setting, r->h->d->root, r->h->d->site, &err);
		if (j->conf == NULL) {
			http_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, err.text);
			fetched(NULL, &j->chore);
			return;
		}
	}
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
