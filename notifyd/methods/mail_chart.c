/* SPDX-License-Identifier: Apache-2.0
 *
 * From values to a picture; see mail_chart.h.
 */
#include "notifyd/methods/mail_chart.h"

#include "common/influx.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "common/perfdata.h"
#include "common/rrd.h"
#include "common/web.h"
#include "notifyd/bulk.h"
#include "notifyd/methods/chart.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

struct found {
	struct chart_panel panels[CHART_PANELS];
	struct rrd_series series[CHART_PANELS];
	char *titles[CHART_PANELS], *units[CHART_PANELS];
	size_t n, max;
	struct rrd *link;         /* NULL: not opened yet */
	struct influx_conf *conf; /* instead of rrdcached, or NULL */
	struct web *web;
	const char *root, *id; /* id: of the delivery */
	int64_t now;
	struct timespec begun;
	bool over; /* rrdcached is not there, or the time is over */
};

/* By the real clock, whatever the time of the mail. */
static int64_t
time_left_ms(const struct found *f)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return MAIL_CHART_WAIT_MS - (now.tv_sec - f->begun.tv_sec) * 1000 -
	    (now.tv_nsec - f->begun.tv_nsec) / 1000000;
}

/* A plain number, or NAN: none, or a range. */
static double
level_of(struct slice text)
{
	char *copy = slice_dup(text), *end;
	double v = strtod(copy, &end);

	if (end == copy || *end != '\0' || !isfinite(v))
		v = NAN;
	free(copy);
	return v;
}

/* What stands behind the '=' of a pair: "0.5s;1;2;0;10". */
static void
read_pair(struct slice pair, struct chart_panel *p, char **unit_r)
{
	struct slice field = {"", 0};
	size_t n = 0;

	slice_next(&pair, ';', &field);
	while (n < field.len && strchr("0123456789.+-eE", field.s[n]) != NULL)
		n++;
	*unit_r = xasprintf(
	    "%.*s", (int)(field.len - n > 8 ? 8 : field.len - n), field.s + n);
	p->warn = slice_next(&pair, ';', &field) ? level_of(field) : NAN;
	p->crit = slice_next(&pair, ';', &field) ? level_of(field) : NAN;
}

static bool
open_link(struct found *f)
{
	char *socket;
	struct err err;

	if (f->link != NULL)
		return true;
	socket = xasprintf("%s/" METRIC_SOCKET, f->root);
	f->link = rrd_open(socket, &err);
	free(socket);
	return f->link != NULL;
}

/* 1: there is something, 0: there is nothing of it, -1: nobody answers. */
static int
fetch_rrd(struct found *f, const char *host, const char *service,
    struct slice name, struct rrd_series *s)
{
	struct str path = {0};
	struct err err;
	int rc;

	if (!open_link(f))
		return -1; /* no metrics are kept here */
	metric_path(&path, slice_of(host), slice_of(service), name);
	rc = rrd_fetch(f->link, str_get(&path), "AVERAGE",
	    f->now - MAIL_CHART_S, f->now, s, &err);
	str_free(&path);
	return rc == -1 ? -1 : rc == 0 && s->n > 0;
}

static int
fetch_influx(struct found *f, const char *host, const char *service,
    struct slice name, struct rrd_series *s)
{
	char *metric = slice_dup(name);
	struct web_answer answer = {0};
	struct str body = {0};
	struct web_request q = {.url = f->conf->query_url,
	    .authorization = f->conf->authorization,
	    .type = "application/x-www-form-urlencoded",
	    .ca = f->conf->ca,
	    .timeout_ms = time_left_ms(f),
	    .answer_max = INFLUX_ANSWER_MAX};
	struct err err;
	int rc;

	if (f->web == NULL)
		f->web = web_new();
	influx_query(&body, f->conf, host, service, &metric, 1, false,
	    f->now - MAIL_CHART_S, f->now);
	q.body = str_slice(&body);
	rc = web_post(f->web, &q, &answer, &err) == -1 ||
		influx_answer(str_slice(&answer.body), &metric, 1,
		    f->now - MAIL_CHART_S, f->now, s, &err) == -1
	    ? -1
	    : s->n > 0;
	if (rc == -1)
		log_warn("delivery %s: the mail goes without a picture: "
			 "metrics.influx: %s",
		    f->id, err.text);
	str_free(&answer.body);
	str_free(&body);
	free(metric);
	return rc;
}

static void
add_metric(struct found *f, const struct context *ctx, struct slice name,
    struct slice pair, bool with_object)
{
	const char *host = context_text(ctx, "HOSTNAME");
	const char *service = context_text(ctx, "SERVICEDESC");
	struct rrd_series *s = &f->series[f->n];
	struct chart_panel *p = &f->panels[f->n];
	int rc = -1;

	if (time_left_ms(f) > 0)
		rc = f->conf != NULL ? fetch_influx(f, host, service, name, s)
				     : fetch_rrd(f, host, service, name, s);
	f->over = rc == -1;
	if (rc <= 0) {
		free(s->values);
		*s = (struct rrd_series){0};
		return;
	}
	f->titles[f->n] = with_object
	    ? xasprintf("%s%s%s %.*s", host, service[0] == '\0' ? "" : "/",
		  service, (int)name.len, name.s)
	    : slice_dup(name);
	read_pair(pair, p, &f->units[f->n]);
	p->title = f->titles[f->n];
	p->unit = f->units[f->n];
	p->values = s->values;
	p->n = s->n;
	p->from = s->start;
	p->until = s->start + s->step * (int64_t)s->n;
	f->n++;
}

static void
add_object(struct found *f, const struct context *ctx, bool with_object)
{
	struct slice rest = slice_of(context_of_object(ctx, "", "PERFDATA"));
	struct slice name;
	double value;

	while (
	    f->n < f->max && !f->over && perfdata_next(&rest, &name, &value)) {
		const char *equal = memchr(name.s + name.len, '=',
		    (size_t)(rest.s - (name.s + name.len)));
		struct slice pair;

		if (equal == NULL)
			continue;
		pair =
		    (struct slice){equal + 1, (size_t)(rest.s - (equal + 1))};
		add_metric(f, ctx, name, slice_trim(pair), with_object);
	}
}

/* The metrics of another site's objects lie there. */
static bool
is_ours(const struct context *ctx, const char *root)
{
	return strcmp(context_text(ctx, "OMD_ROOT"), root) == 0 &&
	    context_text(ctx, "EC_ID")[0] == '\0';
}

/* Where the values are. False: that cannot be told. */
static bool
find_source(struct found *f, const json_t *influx)
{
	const char *slash = strrchr(f->root, '/');
	struct err err;

	if (f->max == 0 || !json_is_true(json_object_get(influx, "graphs")))
		return true;
	f->conf = influx_conf_read(
	    influx, f->root, slash == NULL ? f->root : slash + 1, &err);
	if (f->conf == NULL)
		log_warn("delivery %s: the mail goes without a picture: %s",
		    f->id, err.text);
	return f->conf != NULL;
}

bool
mail_chart(const char *root, const json_t *influx, const struct delivery *d,
    int64_t now, struct str *png)
{
	json_int_t max =
	    json_integer_value(json_object_get(d->params, "graphs"));
	struct found f = {
	    .root = root, .id = d->id == NULL ? "" : d->id, .now = now};
	const struct context *ctx;
	bool drawn = false;

	f.max = max < 0 ? 0 : max > CHART_PANELS ? CHART_PANELS : (size_t)max;
	clock_gettime(CLOCK_MONOTONIC, &f.begun);
	if (!find_source(&f, influx))
		return false;
	if (d->bulk == NULL && is_ours(&d->ctx, root))
		add_object(&f, &d->ctx, false);
	for (size_t i = 0; d->bulk != NULL && i < CHART_PANELS &&
	     (ctx = bulk_at(d->bulk, i)) != NULL;
	     i++) {
		if (is_ours(ctx, root))
			add_object(&f, ctx, true);
	}
	rrd_close(&f.link);
	web_free(&f.web);
	influx_conf_free(&f.conf);
	if (f.n > 0)
		drawn = chart_draw(f.panels, f.n, png);
	for (size_t i = 0; i < f.n; i++) {
		free(f.series[i].values);
		free(f.titles[i]);
		free(f.units[i]);
	}
	return drawn;
}
