/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of the history (notifications.md section 12.1), without "[time] ".
 * Pure.
 */
#ifndef NOTIFYD_HISTORY_H
#define NOTIFYD_HISTORY_H

#include "common/str.h"
#include "notifyd/context.h"

enum history_result {
	HISTORY_OK,
	HISTORY_WARNING,
	HISTORY_CRITICAL
};

/* "SERVICE NOTIFICATION: contact;host;service;STATE;method;output" */
void history_notification(struct str *line, const struct context *ctx,
    const char *contact, const char *method);
/* `output` is all of the method's output; its last line stands apart. */
void history_result(struct str *line, const struct context *ctx,
    const char *contact, const char *method, enum history_result result,
    const char *output);
/* The same for each of several contacts (commas between), LF between (NT-3). */
void history_results(struct str *lines, const struct context *ctx,
    const char *contacts, const char *method, enum history_result result,
    const char *output);
/* The same of a notice that is known by these fields alone; service "": host */
struct history_fields {
	const char *host, *service, *contact, *method;
};
void history_result_of(struct str *line, const struct history_fields *of,
    enum history_result result, const char *output);
/*
 * "SERVICE NOTIFICATION PROGRESS: contact;host;service;STATE;method;text", of
 * a notice that goes to another site.
 */
void history_progress(struct str *line, const struct history_fields *of,
    enum history_result result, const char *text);
/* The last line that is not blank; borrows. */
struct slice history_last_line(const char *output);

#endif
