/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-eventd: the event console. DESIGN tells what it does.
 */
#include "eventd/daemon.h"

int
main(int argc, char **argv)
{
	return daemon_main(&eventd_daemon, argc, argv);
}
