/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the file of a replay: items in order of time, or mistakes.
 */
#include "common/log.h"
#include "site/replay/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct mistakes m = {0};
	struct feed f;

	replay_feed_read(&f, "messages", text, &m);
	for (size_t i = 1; i < f.n; i++)
		must(f.items[i].at_us >= f.items[i - 1].at_us);
	replay_feed_free(&f);
	mistakes_free(&m);
	return 0;
}
