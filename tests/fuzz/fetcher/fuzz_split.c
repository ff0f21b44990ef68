/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: the grammar of agent output.
 */
#include "common/log.h"
#include "fetcher/sections/split.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice output = {(const char *)data, size};
	struct split split = {0};
	size_t bytes = 0;

	split_output(output, SLICE("web01"), 1760000000, &split);
	for (size_t i = 0; i < split.n_parts; i++) {
		const struct split_part *p = &split.parts[i];
		must(p->body.len == 0 ||
		    (p->body.s >= output.s &&
			p->body.s + p->body.len <= output.s + size));
		must(p->sep >= SPLIT_WHITE && p->sep <= 255);
		bytes += p->body.len;
	}
	for (size_t i = 0; i < split.n_piggyback; i++)
		bytes += split.piggyback[i].body.len;
	must(bytes <= size);
	split_free(&split);
	return 0;
}
