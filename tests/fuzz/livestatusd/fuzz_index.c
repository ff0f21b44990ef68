/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of the history: any bytes beside a day's file. The checksums are
 * put right, so that what they guard is reached; then the answers may be wrong,
 * but nothing is read outside.
 */
#include "common/journal.h"
#include "common/mem.h"
#include "livestatusd/history/past.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char lines[] = "[1700000000] HOST ALERT: a;UP;HARD;1;o\n"
			    "[1700000001] SERVICE ALERT: a;s;OK;HARD;1;o\n"
			    "no line\n"
			    "[1700000002] HOST RENAMED: a;b\n"
			    "[1700000003] EXTERNAL COMMAND: X\n";

struct bytes {
	char *s;
	size_t len;
};

static ssize_t
read_day(
    void *arg, const char *day, bool index, uint64_t at, void *buf, size_t n)
{
	const struct bytes *b = arg;
	const char *from = index ? b->s : lines;
	size_t len = index ? b->len : sizeof(lines) - 1;

	(void)day;
	if (at >= len)
		return 0;
	n = n < len - at ? n : len - (size_t)at;
	memcpy(buf, from + at, n);
	return (ssize_t)n;
}

static void
put_u32(char *to, uint32_t value)
{
	memcpy(to, &value, sizeof(value));
}

/* Heads that follow each other get right checksums. */
static void
put_right(struct bytes *b)
{
	size_t at = strlen(INDEX_MAGIC);

	while (at + sizeof(struct segment_head) <= b->len) {
		size_t skip = offsetof(struct segment_head, size);
		struct segment_head h;
		char *p = b->s + at;

		memcpy(&h, p, sizeof(h));
		if (h.size < sizeof(h) || h.size > b->len - at)
			return;
		h.crc = h.head_crc = 0;
		put_u32(p + offsetof(struct segment_head, head_crc),
		    crc32c(&h, sizeof(h)));
		put_u32(p + offsetof(struct segment_head, crc),
		    crc32c(p + skip, h.size - skip));
		at += h.size;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {xmalloc(size + 1), size};
	struct past_store store = {.arg = &b, .read = read_day};
	struct past *p = past_new(&store);
	struct past_name name = {.host = SLICE("a"), .any_service = true};
	struct past_batch batch = {0};

	if (size > 0)
		memcpy(b.s, data, size);
	put_right(&b);
	past_day(p, "2023-11-14", sizeof(lines) - 1);
	for (size_t n = 0; n < 2; n++) {
		struct past_want want = {.from = INT64_MIN,
		    .until = INT64_MAX,
		    .named = LINE_ALL,
		    .names = &name,
		    .n_names = n,
		    .newest_first = n == 0};
		struct past_cursor *c = past_open(p, &want);

		while (past_next(c, &batch, 2, 100000) != PAST_END)
			;
		past_close(&c);
	}
	past_batch_free(&batch);
	past_free(&p);
	free(b.s);
	return 0;
}
