/* SPDX-License-Identifier: Apache-2.0
 *
 * What `vedette notify` prints and asks beside the notifier.
 */
#ifndef SITE_NOTIFY_H
#define SITE_NOTIFY_H

#include "common/err.h"
#include "site/site.h"

#include <jansson.h>
#include <stdbool.h>

/* A host or service as the status daemon shows it. */
struct notify_object {
	const char *state; /* a problem: CRIT or DOWN stand in for a good one */
	bool good, hard;
	char *output;
	int number; /* of the next notification */
};
/* `service` may be NULL. -1 with a reason. */
int notify_object_read(const struct site *site, const char *host,
    const char *service, struct notify_object *o_r, struct err *err_r);
void notify_object_clear(struct notify_object *o);
/*
 * Everything for which core would hold back what `args` (of the notifier's
 * question: time, state) says of the object: an array of words. NULL with a
 * reason.
 */
json_t *notify_held_by(const struct site *site, const char *host,
    const char *service, const json_t *args, struct err *err_r);

/* Rows {number, id, method, what, when, description}; NULL after a message. */
json_t *notify_rules(const struct site *site);

void notify_print_status(const json_t *status);
void notify_print_list(const json_t *list);
void notify_print_one(const json_t *notice);
void notify_print_object(
    const struct notify_object *o, const char *host, const char *service);
void notify_print_explained(const json_t *list, bool as_json);
void notify_print_sent(const json_t *ids, bool as_json);

/* Of one notice as from `list`: each delivery's state and its method's words.
 * The exit code: 0 if all are done. */
int notify_print_outcome(const json_t *notice);

#endif
