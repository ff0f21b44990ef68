/* SPDX-License-Identifier: Apache-2.0
 *
 * How a host's agent is asked: kind, port, command, and what workers must know
 * to open its output.
 */
#ifndef SITE_COMPILE_AGENTS_H
#define SITE_COMPILE_AGENTS_H

#include "site/compile/model.h"

void agents_set(struct model *m, struct snap_object *o, const struct host *h);

/* The host's key snmp with what rules say of it; "" without SNMP. */
snap_str agents_snmp(struct model *m, const struct host *h);

#endif
