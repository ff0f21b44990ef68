/* SPDX-License-Identifier: Apache-2.0
 *
 * The request REPLICATE of the status port (event-console.md 19.3 and 20): the
 * whole state at once, for programs that follow an event console by its status
 * port. Our own fallback goes another way (replica/). Pure.
 */
#ifndef EVENTD_STATUS_REPLICATE_H
#define EVENTD_STATUS_REPLICATE_H

#include "common/err.h"
#include "eventd/event/engine.h"

struct replicate_config {
	int64_t loaded_us;           /* wall time */
	struct slice rules, actions; /* JSON */
};

/*
 * "REPLICATE EPOCH", and OutputFormat: python or json. Appends one object with
 * a line end:
 *
 *   status: {next_event_id, events: [{id, count, text, ...}],
 *            rule_stats: {RULE: hits}, interval_starts: {RULE: seconds}}
 *   rules, actions: only if they were read after EPOCH (seconds)
 *
 * 0, or -1 with a reason.
 */
int status_replicate(struct slice request, const struct engine *e,
    const struct replicate_config *c, struct str *out, struct err *err_r);

#endif
