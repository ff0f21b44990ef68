/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: from an agent output to the blocks for other hosts and back to
 * what is used of them. The first line is the host's key piggyback.
 */
#include "common/log.h"
#include "fetcher/piggyback.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice output = {(const char *)data, size};
	struct msg_job job = {.host = SLICE("web01"), .interval_ms = 60000};
	struct piggyback_sources sources = {0};
	struct msg_piggyback_block b;
	struct str blocks = {0}, kept = {0};
	struct slice list;

	slice_next(&output, '\n', &job.piggyback);
	piggyback_blocks(&job, output, 1760000000, &blocks);
	list = str_slice(&blocks);
	while (msg_piggyback_block_next(&list, &b)) {
		struct msg_piggyback_kept k = {
		    job.host, 1760000000, 1760000000, b.output};

		must(b.target.len > 0 && !slice_eq(b.target, job.host));
		msg_piggyback_kept_put(&kept, &k);
	}
	job.sources = str_slice(&kept);
	piggyback_sources_read(&sources, &job, 1760000060);
	piggyback_sources_free(&sources);
	str_free(&blocks);
	str_free(&kept);
	return 0;
}
