/* SPDX-License-Identifier: Apache-2.0
 *
 * The descriptions of the HTTP methods.
 */
#ifndef NOTIFYD_METHODS_HTTP_METHODS_H
#define NOTIFYD_METHODS_HTTP_METHODS_H

#include "notifyd/methods/http_method.h"

extern const struct http_method http_jira, http_matrix, http_opsgenie,
    http_pagerduty, http_slack, http_teams, http_telegram, http_webhook;

#endif
