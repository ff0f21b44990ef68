/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: what a check kept between two runs.
 */
#include "common/log.h"
#include "fetcher/checks/store.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct check_store store;
	struct str blob = {0};
	double rate;

	check_store_load(&store, (struct slice){(const char *)data, size});
	check_store_rate(&store, "a", 10, 10, true, &rate);
	check_store_average(&store, "b", 10, 10, 15);
	check_store_save(&store, &blob);
	must(blob.len > 0 && blob.len <= STORE_MAX_BYTES);
	str_free(&blob);
	return 0;
}
