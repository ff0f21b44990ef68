/* SPDX-License-Identifier: Apache-2.0
 *
 * One try of one delivery, handed to a method. A method calls `done` exactly
 * once, on the loop, also after a time-out; it never blocks.
 */
#ifndef NOTIFYD_METHODS_METHOD_H
#define NOTIFYD_METHODS_METHOD_H

#include "notifyd/context.h"

#include <stdint.h>

struct bulk; /* notifyd/bulk.h */

enum method_code {
	METHOD_DONE,
	METHOD_AGAIN,
	METHOD_FAILED
};

struct delivery {
	char *id; /* NOTIFY_DELIVERY_ID, the same at every try */
	char *contact, *method;
	struct context ctx; /* with everything of the delivery */
	/* Many in one call, ctx tells of them all (bulk_summary()); or NULL. */
	const struct bulk *bulk;
	json_t *params; /* what is configured, and the defaults */
	int64_t timeout_ms;
	/* Set by the method: not before so long. */
	int64_t retry_after_ms;
	/* What a delivery of the same incident left, and what this one leaves
	 * (NULL: nothing); kept by the caller. */
	char *memory;
	/* `text`: what the method said, may have several lines. */
	void (*done)(
	    struct delivery *d, enum method_code code, const char *text);
	void *arg; /* of the caller */
};

#endif
