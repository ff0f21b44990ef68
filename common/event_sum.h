/* SPDX-License-Identifier: Apache-2.0
 *
 * The open events of a host as one state (event-console.md 17), the same for
 * the plugin check_mkevents and for what the event console tells core. Pure.
 */
#ifndef COMMON_EVENT_SUM_H
#define COMMON_EVENT_SUM_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The plugin, and the check of a service that shows events. */
#define EVENT_CHECK "check_mkevents"

/* Begins as {0}. */
struct event_sum {
	size_t n, open; /* all; those that nobody acknowledged */
	unsigned worst; /* 0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN */
	uint64_t worst_id;
	const char *text; /* of the last worst event, borrowed; NULL: none */
};

/*
 * One more event of phase open or ack (`open` false). With `ack_less` an
 * acknowledged one counts for the number alone. `id`: the highest of the worst
 * ones gives the text.
 */
void event_sum_add(struct event_sum *s, uint64_t id, bool open, unsigned state,
    const char *text, bool ack_less);
/* A line without its end, fit to be a plugin's. `application` may be NULL. */
void event_sum_print(const struct event_sum *s, const char *host,
    const char *application, struct str *out);

#endif
