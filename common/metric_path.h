/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a metric's values are kept: a file below var/vedette/rrd for each,
 * HOST/SERVICE/METRIC.rrd. Names may hold any byte, so bytes that are no
 * letters, digits, '-', '.' or '_' are written as %XX, as is a '.' in front.
 */
#ifndef COMMON_METRIC_PATH_H
#define COMMON_METRIC_PATH_H

#include "common/str.h"

#define METRIC_FOLDER "var/vedette/rrd"
#define METRIC_SOCKET "tmp/run/rrdcached.sock"

/* Appends the path below METRIC_FOLDER. service "": of the host itself. */
void metric_path(struct str *to, struct slice host, struct slice service,
    struct slice metric);
/* Appends the folder of a host. */
void metric_folder(struct str *to, struct slice host);

#endif
