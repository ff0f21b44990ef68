/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the status socket of the site's event console.
 */
#ifndef SITE_EVENT_STATUS_H
#define SITE_EVENT_STATUS_H

#include "site/cmd.h"

#include <jansson.h>

/*
 * The rows of a GET as objects; keys are columns, those of events without
 * "event_". NULL with a reason.
 */
json_t *event_rows(
    const struct cmd_call *call, const char *question, struct err *err_r);

/* A COMMAND, as JSON; takes `request` over. An exit code. */
int event_send(const struct cmd_call *call, const char *what, json_t *request);

#endif
