/* SPDX-License-Identifier: Apache-2.0
 *
 * Performance data for a time series database: lines of InfluxDB's line
 * protocol (docs.influxdata.com, "Line protocol"; VictoriaMetrics takes the
 * same), and the way back by Prometheus' query_range (prometheus.io, "HTTP
 * API"). Pure but for influx_conf_read(), which reads the files of secrets.
 *
 * A value is one line:
 *	MEASUREMENT,TAGS,host=H,metric=M,service=S value=1.5 SECONDS
 * without `service` for a host's own. The protocol has no sure way for a
 * backslash in a tag: '/' stands for it. Line breaks and other control
 * characters become spaces.
 */
#ifndef COMMON_INFLUX_H
#define COMMON_INFLUX_H

#include "common/err.h"
#include "common/rrd.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define INFLUX_ANSWER_MAX (32u << 20) /* bytes */

struct influx_conf {
	char *write_url, *query_url; /* whole, query_url without arguments */
	char *authorization;         /* NULL: none */
	char *ca;                    /* path, or NULL */
	char *measurement;
	char *tags;     /* ",name=value..." as in a line */
	char *matchers; /* ",name=\"value\"..." as in a query */
	int64_t timeout_ms;
	bool graphs; /* they are read back from it */
};

/* Is anything to be sent by the setting `metrics.influx`? */
bool influx_is_on(const json_t *setting);
/*
 * Takes the setting apart; relative paths are below `root`. Without a tag
 * `site` in it, that is `site`. NULL with a reason.
 */
struct influx_conf *influx_conf_read(const json_t *setting, const char *root,
    const char *site, struct err *err_r);
void influx_conf_free(struct influx_conf **conf);

/* Appends a line. service "": of the host itself; `time` in wall seconds. */
void influx_line(struct str *to, const struct influx_conf *conf,
    struct slice host, struct slice service, struct slice metric, double value,
    int64_t time);

/* What stands for a name in lines and in queries; the latter as ,name="value".
 */
void influx_plain(struct str *to, struct slice name);
void influx_match(struct str *to, const char *name, struct slice value);

/* Seconds between two points of a graph, so that it has about 1,000. */
int64_t influx_step(int64_t from, int64_t until);
/*
 * Appends the query for n metrics of an object, as a form's body: averages, or
 * greatest values with `max`, of each `step` in from..until (wall seconds).
 */
void influx_query(struct str *to, const struct influx_conf *conf,
    const char *host, const char *service, char *const *metrics, size_t n,
    bool max, int64_t from, int64_t until);
/*
 * Reads the answer: found[i] becomes the series of metrics[i]; n = 0 if there
 * is nothing of it. 0, or -1 with a reason.
 */
int influx_answer(struct slice answer, char *const *metrics, size_t n,
    int64_t from, int64_t until, struct rrd_series *found, struct err *err_r);

#endif
