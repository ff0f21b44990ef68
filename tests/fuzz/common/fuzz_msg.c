/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a frame of the bus: decoded messages are printed and encoded
 * again, which must give something that decodes to the same.
 */
#include "common/log.h"
#include "common/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = wire_of((struct slice){(const char *)data, size});
	struct str out = {0}, first = {0}, second = {0};
	const char *why;
	struct msg m;

	while (msg_get(&w, &m, &why) == 1) {
		struct wire again;

		str_clear(&out);
		str_clear(&first);
		str_clear(&second);
		msg_print(&first, &m);
		msg_put(&out, &m);
		again = wire_of(str_slice(&out));
		must(msg_get(&again, &m, &why) == 1);
		msg_print(&second, &m);
		must(strcmp(first.s, second.s) == 0);
		if (m.id == MSG_JOB) {
			struct msg_job_item item;

			while (msg_job_item_next(&m.job.items, &item))
				must(item.check.len <= size);
		}
	}
	str_free(&out);
	str_free(&first);
	str_free(&second);
	return 0;
}
