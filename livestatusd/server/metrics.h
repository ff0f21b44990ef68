/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a query's column rrddata comes from: rrdcached, asked in a thread that
 * may wait for it. One answer that does not come, or too much waiting in all,
 * and the rest of the query's rows have no values.
 */
#ifndef LIVESTATUSD_SERVER_METRICS_H
#define LIVESTATUSD_SERVER_METRICS_H

#include "livestatusd/lql/env.h"

#define METRICS_WAIT_NS (10 * NS_PER_S) /* of one query, all rows together */

/* For one query; opens nothing until it is asked. The path is copied. */
struct metric_source *metric_link_new(const char *socket_path);
void metric_link_free(struct metric_source **src);

#endif
