/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette: the command that makes, runs and asks sites.
 */
#include "site/cmd.h"

int
main(int argc, char **argv)
{
	return cmd_main(argc, argv);
}
