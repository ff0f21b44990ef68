/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading performance data (the plugins' contract: 'name'=value[unit];...):
 * names and numbers, without units and levels. Pure, forgiving: what is no
 * pair is skipped.
 */
#ifndef COMMON_PERFDATA_H
#define COMMON_PERFDATA_H

#include "common/str.h"

#include <stdbool.h>

/* Takes the next `name=value` off; false at the end. The name borrows. */
bool perfdata_next(struct slice *rest, struct slice *name_r, double *value_r);

#endif
