/* SPDX-License-Identifier: Apache-2.0
 *
 * What the checks of NFS and CIFS mounts have in common.
 */
#ifndef FETCHER_CHECKS_NETWORK_MOUNT_H
#define FETCHER_CHECKS_NETWORK_MOUNT_H

#include "fetcher/checks/check.h"
#include "fetcher/sections/network_mounts.h"

extern const struct check_param network_mount_params[];
extern const struct check_metric network_mount_metrics[];

void network_mount_discover(
    const struct check_context *c, struct check_found *found);
void network_mount_judge(const struct check_context *c, struct check_out *out);

#endif
