/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: command lines of the network checks; words end with LF.
 */
#include "common/log.h"
#include "fetcher/child.h"
#include "fetcher/command_line.h"
#include "fetcher/net/net.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = {(const char *)data, size};
	char **argv = command_split(line);
	struct net_plan *plan = net_read(argv);

	must(plan == NULL || (argv != NULL && argv[0] != NULL));
	net_plan_free(&plan);
	child_free_words(argv);
	return 0;
}
