/* SPDX-License-Identifier: Apache-2.0
 *
 * NFS mounts.
 */
#include "fetcher/checks/network_mount.h"

const struct check check_nfsmounts = {
    .name = "nfsmounts",
    .title = "NFS mounts",
    .manual =
	"Is the share mounted, does its server answer, and how full is it? "
	"CRIT if it hangs, is gone or cannot be read.",
    .ruleset = "nfs_mounts",
    .description = "NFS mount %s",
    .sections = (const struct section_type *const[]){&section_nfsmounts, NULL},
    .params = network_mount_params,
    .metrics = network_mount_metrics,
    .discover = network_mount_discover,
    .judge = network_mount_judge,
};
