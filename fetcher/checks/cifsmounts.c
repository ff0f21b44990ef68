/* SPDX-License-Identifier: Apache-2.0
 *
 * CIFS mounts.
 */
#include "fetcher/checks/network_mount.h"

const struct check check_cifsmounts = {
    .name = "cifsmounts",
    .title = "CIFS mounts",
    .manual =
	"Is the share mounted, does its server answer, and how full is it? "
	"CRIT if it hangs, is gone or cannot be read.",
    .ruleset = "cifs_mounts",
    .description = "CIFS mount %s",
    .sections = (const struct section_type *const[]){&section_cifsmounts, NULL},
    .params = network_mount_params,
    .metrics = network_mount_metrics,
    .discover = network_mount_discover,
    .judge = network_mount_judge,
};
