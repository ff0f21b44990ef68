/* SPDX-License-Identifier: Apache-2.0
 *
 * The picture of a mail: the course of the object's metrics, of what rrdcached
 * has. It waits, so it is for threads.
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
 * False: there is nothing to be shown, which is no failure of the mail.
 */
bool mail_chart(
    const char *root, const struct delivery *d, int64_t now, struct str *png);

#endif
