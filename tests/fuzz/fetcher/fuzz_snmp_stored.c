/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: stored walks of any tool, read as a device by all sections.
 */
#include "common/log.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/stored.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct collect_settings set = {.bare = true};
	struct str output = {0};
	struct err why;

	if (stored_collect((struct slice){(const char *)data, size},
		(struct slice){NULL, 0}, &set, &output, &why) == -1)
		must(why.text[0] != '\0');
	str_free(&output);
	return 0;
}
