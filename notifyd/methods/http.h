/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine of all methods that speak HTTP. 2xx is done; no connection, 429
 * and 5xx are temporary (Retry-After holds); everything else is final.
 * Certificates are always verified. Neither logs nor results have a secret.
 */
#ifndef NOTIFYD_METHODS_HTTP_H
#define NOTIFYD_METHODS_HTTP_H

#include "notifyd/methods/curl_loop.h"
#include "notifyd/methods/method.h"
#include "notifyd/methods/table.h"

/* Of an answer; what is beyond it is read and dropped. */
#define HTTP_MAX_ANSWER (256u << 10)

struct http;

/* The loop must outlive it; `root`, of the site, is borrowed for ever: paths
 * of files are relative to it. */
struct http *http_new(struct curl_loop *curl, const char *root);
/* Ends what is under way without a callback. */
void http_free(struct http **http);
void http_start(
    struct http *http, const struct method_def *def, struct delivery *d);

#endif
