/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of the built-in methods: typed tables with help.
 */
#ifndef NOTIFYD_METHODS_PARAMETERS_H
#define NOTIFYD_METHODS_PARAMETERS_H

#include "common/config/schema.h"

extern const struct schema parameters_jira, parameters_mail, parameters_matrix,
    parameters_opsgenie, parameters_pagerduty, parameters_slack, parameters_sms,
    parameters_teams, parameters_trap, parameters_telegram, parameters_webhook;

#endif
