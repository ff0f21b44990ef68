/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules say of services that discovery found: monitored, ignored, or a
 * cluster's. Discovery asks the same question as the compiler.
 */
#ifndef SITE_COMPILE_FOUND_H
#define SITE_COMPILE_FOUND_H

#include "site/compile/model.h"

/* `check` as in var/vedette/discovered: {check, item, ...}; `labels` may be
 * NULL. FOUND_CLUSTERED: *cluster_r is the cluster's index among hosts. */
enum found_fate found_fate(struct model *m, uint32_t host,
    const char *description, const json_t *check, const json_t *labels,
    uint32_t *cluster_r);

#endif
