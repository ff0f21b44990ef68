/* SPDX-License-Identifier: Apache-2.0
 *
 * See metrics.h.
 */
#include "livestatusd/server/metrics.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/metric_path.h"

#include <stdlib.h>

struct metrics {
	struct metric_source source; /* first */
	char *socket;
	struct rrd *link;
	struct str path;
	int64_t waited; /* ns */
	bool given_up;
};

static void
give_up(struct metrics *m, const char *why)
{
	m->given_up = true;
	rrd_close(&m->link);
	log_warn("rrddata: %s: the rest of the query has no values", why);
}

static bool
ask(struct metrics *m, const char *function, int64_t from, int64_t until,
    struct rrd_series *s_r)
{
	struct err err;
	int rc;

	if (m->link == NULL && (m->link = rrd_open(m->socket, &err)) == NULL) {
		give_up(m, err.text);
		return false;
	}
	rc = rrd_fetch(
	    m->link, str_get(&m->path), function, from, until, s_r, &err);
	if (rc == -1)
		give_up(m, err.text);
	return rc == 0;
}

static bool
fetch(struct metric_source *src, struct slice host, struct slice service,
    struct slice metric, const char *function, int64_t from, int64_t until,
    struct rrd_series *s_r)
{
	struct metrics *m = (struct metrics *)src;
	int64_t begun = clock_mono();
	bool good;

	if (m->given_up)
		return false;
	str_clear(&m->path);
	metric_path(&m->path, host, service, metric);
	good = ask(m, function, from, until, s_r);
	m->waited += clock_mono() - begun;
	if (!m->given_up && m->waited > METRICS_WAIT_NS)
		give_up(m, "rrdcached is too slow");
	return good;
}

struct metric_source *
metric_link_new(const char *socket_path)
{
	struct metrics *m = xnew(struct metrics);

	m->source.fetch = fetch;
	m->socket = xstrdup(socket_path);
	return &m->source;
}

void
metric_link_free(struct metric_source **src)
{
	struct metrics *m = (struct metrics *)*src;

	*src = NULL;
	if (m == NULL)
		return;
	rrd_close(&m->link);
	str_free(&m->path);
	free(m->socket);
	free(m);
}
