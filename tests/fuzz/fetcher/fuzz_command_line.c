/* SPDX-License-Identifier: Apache-2.0
 *
 * Any command line is split into words or left to a shell; words never hold
 * more bytes than the line.
 */
#include "fetcher/child.h"
#include "fetcher/command_line.h"

#include "common/log.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char **words = command_split((struct slice){(const char *)data, size});
	size_t n = 0;

	if (words == NULL)
		return 0;
	for (char **w = words; *w != NULL; w++)
		n += strlen(*w);
	must(n <= size);
	child_free_words(words);
	return 0;
}
