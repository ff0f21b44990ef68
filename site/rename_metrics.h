/* SPDX-License-Identifier: Apache-2.0
 *
 * The history of a renamed host's metrics goes along.
 */
#ifndef SITE_RENAME_METRICS_H
#define SITE_RENAME_METRICS_H

#include "common/err.h"

/*
 * Moves the folder of the host; what rrdcached has in memory is written before.
 * Without such a folder, 0. -1 with a reason: everything is where it was.
 */
int rename_metrics(
    const char *root, const char *from, const char *to, struct err *err_r);

#endif
