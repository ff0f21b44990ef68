/* SPDX-License-Identifier: Apache-2.0
 *
 * The port offset of a new site: no port of it may belong to another site,
 * and what it listens on by default must be free now.
 */
#ifndef SITE_PORTS_H
#define SITE_PORTS_H

#include "common/err.h"
#include "common/str.h"
#include "site/site.h"

#include <stdint.h>

/* The highest offset: the highest port must stay below 65536. */
int ports_max_offset(void);
/* The smallest offset without a conflict. 0 or -1. */
int ports_choose(
    const struct site *site, uint16_t *offset_r, struct err *err_r);
/* Appends a line for each conflict of that offset. */
void ports_conflicts(const struct site *site, uint16_t offset, struct str *to);

#endif
