/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-notifyd.
 */
#include "notifyd/notifyd.h"

int
main(int argc, char **argv)
{
	return daemon_main(&notifyd_def, argc, argv);
}
