/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitored hosts as messages name them: by name, else alias, else address,
 * case ignored (event-console.md section 5). Pure.
 */
#ifndef EVENTD_HOSTS_H
#define EVENTD_HOSTS_H

#include "common/config/snapshot.h"
#include "eventd/rule/rule.h"

struct host_names;

/* Borrows the snapshot. */
struct host_names *host_names_new(const struct snapshot *snap);
void host_names_free(struct host_names **h);
/* Index of the host that is meant; SNAP_NONE. */
uint32_t host_names_find(const struct host_names *h, const char *text);
/*
 * The host's own limit of events, from its custom variable EC_EVENT_LIMIT,
 * "LIMIT:ACTION". False: it has none.
 */
bool host_event_limit(
    const struct snapshot *snap, uint32_t host, struct limit *limit_r);

#endif
