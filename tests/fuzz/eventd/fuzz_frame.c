/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream framing, cut into pieces as the first byte says: whatever the cuts,
 * the messages are the same.
 */
#include "common/log.h"
#include "eventd/parse/frame.h"

#include <stdint.h>

#define MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
collect(struct slice m, void *arg)
{
	must(m.len > 0 && m.len <= MAX);
	str_addslice(arg, m);
	str_addc(arg, '\n');
}

static void
play(struct slice in, size_t step, struct str *out)
{
	struct frame_counters c = {0};
	struct frame_reader fr;
	struct err err;

	frame_init(&fr, MAX);
	while (in.len > 0) {
		size_t n = in.len < step ? in.len : step;

		if (frame_feed(&fr, (struct slice){in.s, n}, &c, collect, out,
			&err) != 0)
			break;
		must(fr.buf.len <= MAX + 16);
		in.s += n;
		in.len -= n;
	}
	frame_end(&fr, &c, collect, out);
	frame_free(&fr);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str whole = {0}, pieces = {0};
	struct slice in;

	if (size == 0)
		return 0;
	in = (struct slice){(const char *)data + 1, size - 1};
	play(in, SIZE_MAX, &whole);
	play(in, data[0] % 16 + 1, &pieces);
	must(slice_eq(str_slice(&whole), str_slice(&pieces)));
	str_free(&whole);
	str_free(&pieces);
	return 0;
}
