/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette-livestatusd: the status of everything, for whoever asks. See DESIGN.
 */
#include "livestatusd/livestatusd.h"

int
main(int argc, char **argv)
{
	return daemon_main(&livestatusd_def, argc, argv);
}
