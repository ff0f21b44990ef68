/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of verbs, in the order of "vedette help".
 */
#include "site/cmd.h"

/* clang-format off */
#define VERBS(V)                                                               \
	V(create) V(rm) V(backup) V(restore) V(start) V(stop) V(restart)       \
	V(reload) V(status) V(sites) V(config) V(su)                           \
	V(check_config) V(activate) V(rename_host)                             \
	V(discover) V(fetch) V(ping) V(snmp) V(fetcher) V(check) V(checks) V(query) V(availability) V(simulate) V(event)  \
	V(notify) V(complete) V(reference) V(version) V(help)
/* clang-format on */

#define DECLARE(name) extern const struct cmd cmd_##name;
#define ENTRY(name)   &cmd_##name,
VERBS(DECLARE)
const struct cmd *const cmd_table[] = {VERBS(ENTRY) NULL};
