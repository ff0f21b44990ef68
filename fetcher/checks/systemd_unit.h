/* SPDX-License-Identifier: Apache-2.0
 *
 * What the checks of a single service and of a single socket have in common.
 */
#ifndef FETCHER_CHECKS_SYSTEMD_UNIT_H
#define FETCHER_CHECKS_SYSTEMD_UNIT_H

#include "fetcher/checks/check.h"
#include "fetcher/sections/systemd_units.h"

extern const struct check_param systemd_unit_params[];

void systemd_unit_discover(const struct check_context *c,
    enum systemd_kind kind, struct check_found *found);
void systemd_unit_judge(const struct check_context *c, enum systemd_kind kind,
    struct check_out *out);

#endif
