/* SPDX-License-Identifier: Apache-2.0
 *
 * What the notifier adds to a raw context (notifications.md sections 3.2 and
 * 3.3). Pure; local times are of the process's zone.
 */
#ifndef NOTIFYD_ADDITIONS_H
#define NOTIFYD_ADDITIONS_H

#include "common/config/snapshot.h"
#include "notifyd/context.h"

#include <jansson.h>

/* The words for a second; kept, because many notices are of the same one. */
struct additions_times {
	int64_t at; /* seconds since 1970; {0} is empty */
	char day[40], brief[40], full[80];
};

struct additions {
	const char *site;    /* where the notice comes from */
	const char *root;    /* of this site */
	const char *machine; /* this machine's name */
	int64_t created_us;  /* used where MICROTIME is missing */
	bool foreign;        /* of another site: its words for times are kept */
	/* Of one zone; NULL: nothing is kept. */
	struct additions_times *times;
};

/* Dates, short states, ages, URLs and what the core left out. */
void additions_make(struct context *ctx, const struct additions *with);
/*
 * What the configuration knows of the object and the sender did not tell:
 * folder, tags, labels, groups, contacts. An unknown host gets CONTACTS "?".
 */
void additions_from_snapshot(struct context *ctx, const struct snapshot *snap);
/* CONTACT* and PARAMETER_* of one delivery. */
void additions_of_delivery(struct context *ctx, const char *contact,
    const json_t *who, const json_t *params, unsigned rule_number,
    const char *rule_text, const char *delivery_id);

#endif
