/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette version: of this program.
 */
#include "common/daemon.h"
#include "site/cmd.h"

#include <stdio.h>

static int
run(const struct cmd_call *call)
{
	(void)call;
	printf("%s\n", vedette_version());
	return 0;
}

const struct cmd cmd_version = {
    .name = "version",
    .args = "",
    .summary = "print the version of this program",
    .details = "The same word names the folder below VEDETTE_ROOT/versions.\n"
	       "\"vedette sites\" shows the version of each site.",
    .scope = CMD_ANYWHERE,
    .run = run,
};
