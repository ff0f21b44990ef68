/* SPDX-License-Identifier: Apache-2.0
 *
 * Any performance data becomes names that lie within it and finite values, and
 * ends.
 */
#include "livestatusd/table/table.h"

#include "common/log.h"
#include "common/perfdata.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = {(const char *)data, size}, rest = all, name;
	size_t left = size;
	double value;

	while (perfdata_next(&rest, &name, &value)) {
		must(name.len > 0 && isfinite(value));
		must(name.s >= all.s && name.s + name.len <= all.s + all.len);
		must(rest.len < left);
		left = rest.len;
	}
	return 0;
}
