/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-core: states, schedule, the decision to notify.
 */
#include "core/core.h"

int
main(int argc, char **argv)
{
	return daemon_main(&core_def, argc, argv);
}
