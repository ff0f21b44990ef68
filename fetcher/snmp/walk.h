/* SPDX-License-Identifier: Apache-2.0
 *
 * For people: a device's tree from some OIDs on, or single values, as a
 * conversation (session.h). Pure.
 */
#ifndef FETCHER_SNMP_WALK_H
#define FETCHER_SNMP_WALK_H

#include "common/err.h"
#include "fetcher/snmp/wire.h"

#include <stdbool.h>

#define WALK_MAX_TREES 100

struct snmp_walk_settings {
	bool v1, no_bulk;    /* no GetBulk */
	unsigned bulk;       /* repetitions */
	bool exact;          /* the OIDs themselves, not what is below */
	const char *context; /* of version 3; NULL: the session's */
	/* What is not walked; NULL: nothing. */
	const struct oid *skip;
	/* Each value in turn; SNMP_NONE (exact): the device has none. */
	void (*put)(void *arg, const struct snmp_var *var);
	void *arg;
};

struct snmp_walk;

struct snmp_walk *snmp_walk_new(const struct snmp_walk_settings *settings,
    const struct oid *trees, size_t n);
void snmp_walk_free(struct snmp_walk **w);
bool snmp_walk_next(struct snmp_walk *w, const struct snmp_request **request_r);
/* -1: the walk ends here; "" after silence. */
int snmp_walk_answer(
    struct snmp_walk *w, const struct snmp_answer *answer, struct err *err_r);
size_t snmp_walk_values(const struct snmp_walk *w);
/* Trees that were left because the device went in circles. */
size_t snmp_walk_circles(const struct snmp_walk *w);

#endif
