/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of a mail: the course of the object's metrics, of what rrdcached
 * has, or the time series database that graphs are read from. It waits, so it
 * is for threads.
 */
#ifndef NOTIFYD_METHODS_MAIL_CHART_H
#define NOTIFYD_METHODS_MAIL_CHART_H

#include "notifyd/methods/method.h"

/* The time that is shown. */
#define MAIL_CHART_S (25 * 3600)
/* All of it may take so long; what has come by then is shown. */
#define MAIL_CHART_WAIT_MS 5000

/*
 * Appends a PNG with the metrics that the perfdata names, at most as many as
 * the parameter `graphs` says; of a bulk those of its first notifications.
 * `influx`: the setting metrics.influx, or NULL. False: there is nothing to be
 * shown, which is no failure of the mail; if nobody could be asked, the log
 * says why.
 */
bool mail_chart(const char *root, const json_t *influx,
    const struct delivery *d, int64_t now, struct str *png);

#endif
