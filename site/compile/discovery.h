/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules say about the discovery of hosts, and the plan of each host that
 * `vedette discover` and the service Check_MK Discovery work by
 * (fetcher/discover_plan.h).
 */
#ifndef SITE_COMPILE_DISCOVERY_H
#define SITE_COMPILE_DISCOVERY_H

#include "site/compile/rules.h"

#define DISCOVERY_SERVICE "Check_MK Discovery"

extern const struct schema discovery_periodic; /* of the rules' values */

/* Names in a rule's value that must be there. */
void discovery_check_value(
    struct model *m, const json_t *value, struct place at);

/* Name of the service that runs `vedette discover --auto`. */
#define DISCOVERY_AUTO "Automatic discovery"
/* Its entry, if `host` is named like the site and a rule says update; NULL:
 * there is none. */
json_t *discovery_auto_service(struct model *m, uint32_t host);
/* Does the host get the service Check_MK Discovery? */
bool discovery_is_periodic(struct model *m, uint32_t host);
/* The host's plan, interned in the snapshot. Services must be known. */
snap_str discovery_plan(struct model *m, uint32_t host);

#endif
