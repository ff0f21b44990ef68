/* SPDX-License-Identifier: Apache-2.0
 *
 * Notification rules, the site's and contacts' own.
 */
#ifndef SITE_COMPILE_NOTIFY_H
#define SITE_COMPILE_NOTIFY_H

#include "site/compile/model.h"

/* Names in a list of rules at `at`; `own`: a contact's. Adds mistakes. */
/* `table` has a period at whose end something is sent, or not. */
void notify_check_gathering(
    struct model *m, const json_t *table, struct place at);
void notify_check_rules(
    struct model *m, const json_t *rules, struct place at, bool own);

/* The mapping at `at` has what the method takes. */
void notify_check_parameters(
    struct model *m, const char *method, struct place at);

#endif
