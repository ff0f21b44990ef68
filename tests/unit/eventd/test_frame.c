/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream framing (event-console.md 2.2, EC-4, EC-5), whole and byte by byte.
 */

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/mem.h"
#include "eventd/parse/frame.h"

struct framing {
	const char *name, *in, *out; /* messages joined by | */
	uint64_t bad, truncated;
	bool breaks;
};

static const struct framing table[] = {
    {"a line", "abc\n", "abc", 0, 0, false},
    {"two lines and CR", "abc\r\nde\n", "abc|de", 0, 0, false},
    {"a rest at the end", "abc\nde", "abc|de", 0, 0, false},
    {"empty lines", "\n\nabc\n\r\n", "abc", 0, 0, false},
    {"counted", "5 <13>a7 @123456", "<13>a|@123456", 0, 0, false},
    {"mixed", "5 <13>a<14>b\n6 <15>c\n", "<13>a|<14>b|<15>c", 0, 0, false},
    {"LF inside of a counted one", "7 <13>a\nb", "<13>a\nb", 0, 0, false},
    {"digits that count nothing", "5 errors\n2026 Mar 5\n",
	"5 errors|2026 Mar 5", 0, 0, false},
    {"eight digits", "12345678 <1>a\n", "12345678 <1>a", 0, 0, false},
    {"a leading zero", "05 <1>a\n", "05 <1>a", 0, 0, false},
    {"cut in the length", "abc\n123", "abc", 1, 0, false},
    {"cut in a counted one", "9 <13>a", "", 1, 0, false},
    {"above the bound", "abc\n99999 <13>x\nde\n", "abc", 1, 0, true},
    {"a long line", "0123456789abcdefghijXYZ\nnext\n",
	"0123456789abcdefghij|next", 0, 1, false},
};

static void
collect(struct slice m, void *arg)
{
	struct str *out = arg;

	if (out->len > 0)
		str_addc(out, '|');
	str_addslice(out, m);
}

static void
play(const struct framing *f, size_t step)
{
	struct frame_counters c = {0};
	struct frame_reader fr;
	struct str out = {0};
	struct err err;
	size_t n = strlen(f->in);
	bool broke = false;

	frame_init(&fr, 20);
	for (size_t i = 0; i < n && !broke; i += step) {
		size_t len = n - i < step ? n - i : step;

		broke = frame_feed(&fr, (struct slice){f->in + i, len}, &c,
			    collect, &out, &err) != 0;
	}
	frame_end(&fr, &c, collect, &out);
	print_message("%s, %zu bytes at once\n", f->name, step);
	assert_string_equal(str_get(&out), f->out);
	assert_int_equal(c.bad, f->bad);
	assert_int_equal(c.truncated, f->truncated);
	assert_int_equal(broke, f->breaks);
	frame_free(&fr);
	str_free(&out);
}

static void
frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		play(&table[i], 1000);
		play(&table[i], 1);
		play(&table[i], 3);
	}
}

static void
buffer_is_bounded(void **state)
{
	char block[4096];
	struct frame_counters c = {0};
	struct frame_reader fr;
	struct str out = {0};
	struct err err;

	(void)state;
	memset(block, 'x', sizeof(block));
	frame_init(&fr, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
		    frame_feed(&fr, (struct slice){block, sizeof(block)}, &c,
			collect, &out, &err),
		    0);
	assert_int_equal(c.truncated, 1);
	assert_int_equal(out.len, 1000);
	assert_true(fr.buf.cap <= 16384);
	frame_free(&fr);
	str_free(&out);
}

static void
nul_at_the_end(void **state)
{
	struct slice s = frame_strip((struct slice){"ab\0c\0\r\n", 7});

	(void)state;
	assert_int_equal(s.len, 4);
	assert_int_equal(frame_strip(SLICE("\n\n")).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(frames),
	    cmocka_unit_test(nul_at_the_end),
	    cmocka_unit_test(buffer_is_bounded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
