/* SPDX-License-Identifier: Apache-2.0
 *
 * A single socket of systemd.
 */
#include "fetcher/checks/systemd_unit.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	systemd_unit_discover(c, SYSTEMD_SOCKET, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	systemd_unit_judge(c, SYSTEMD_SOCKET, out);
}

const struct check check_systemd_socket = {
    .name = "systemd_socket",
    .title = "systemd: a single socket",
    .manual =
	"The state of one socket of systemd; CRIT if it failed or is gone. "
	"Nothing is discovered without `discover`; services may also be "
	"written by hand, with the unit's name without `.socket` as item.",
    .ruleset = "systemd_sockets",
    .description = "Systemd Socket %s",
    .sections =
	(const struct section_type *const[]){&section_systemd_units, NULL},
    .params = systemd_unit_params,
    .discover = discover,
    .judge = judge,
};
