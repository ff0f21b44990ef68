/* SPDX-License-Identifier: Apache-2.0
 *
 * A record of the journal: refused, or written back as the same event.
 */
#include "eventd/store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r;
	struct event *copy;

	if (record_get((struct slice){(const char *)data, size}, &r) != 0)
		return 0;
	if (r.event != NULL) {
		copy = event_copy(r.event);
		event_free(&copy);
	}
	record_clear(&r);
	return 0;
}
