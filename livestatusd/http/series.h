/* SPDX-License-Identifier: Apache-2.0
 *
 * The history of metrics for who may see their service, read from rrdcached, or
 * from a time series database, in threads.
 */
#ifndef LIVESTATUSD_HTTP_SERIES_H
#define LIVESTATUSD_HTTP_SERIES_H

#include "common/rrd.h"
#include "livestatusd/http/internal.h"

#define SERIES_METRICS 50 /* of a request */

struct series {
	char *host, *service; /* service "": of the host itself */
	/* With n = 0 when asked: all that the object has now. */
	char **metrics;
	size_t n;
	int64_t from, until;  /* wall seconds */
	const char *function; /* AVERAGE or MAX */
	/* What was found, of each metric; n = 0: nothing is kept of it. */
	struct rrd_series *found;
};

/* Can graphs be read as the setting metrics.influx says? */
int series_conf_check(
    const struct http *h, const json_t *setting, struct err *err_r);

/* `s` is the callee's to free; r NULL: the request is gone. */
typedef void series_fn(struct http_request *r, struct series *s, void *arg);

/*
 * Looks whether the person may see the object, fetches, and calls `done`, or
 * makes the answer a failure and calls done(NULL, s, arg). Takes `s`.
 */
void series_begin(
    struct http_request *r, struct series *s, series_fn *done, void *arg);
void series_free(struct series *s);
/* Appends the values as JSON: numbers and null. */
void series_put(struct str *out, const struct rrd_series *found);

#endif
