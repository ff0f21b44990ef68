/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugin output taken apart: the table of core-semantics CR-4, and bytes that
 * are not text.
 */
#include "fetcher/plugin_output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define check(raw, is_cut, text, more, perf)                                   \
	do {                                                                   \
		struct plugin_output o = {0};                                  \
		plugin_output_parse(SLICE(raw), is_cut, &o);                   \
		assert_string_equal(str_get(&o.output), text);                 \
		assert_string_equal(str_get(&o.long_output), more);            \
		assert_string_equal(str_get(&o.perfdata), perf);               \
		plugin_output_free(&o);                                        \
	} while (0)

static void
splits_by_contract(void **state)
{
	(void)state;
	check("T OK", false, "T OK", "", "");
	check("T OK\n", false, "T OK", "", "");
	check("T and | a=1;", false, "T and", "", "a=1;");
	check("T\nmore", false, "T", "more", "");
	check("T | a=1;\nL1\nL2 x | b=2;\nc=3", false, "T", "L1\nL2 x ",
	    "a=1; b=2; c=3");
	check("T\n| a=1", false, "T", "", "a=1");
	check("| a=1;\n|b=2;", false, "", "", "a=1; b=2;");
	check("\n", false, "", "", "");
	check("", false, "", "", "");
	check("T\n\nafter a blank line\n", false, "T", "\nafter a blank line",
	    "");
	check("T|a=1\nL|\n|b=2\n", false, "T", "L", "a=1 b=2");
}

static void
real_check_icmp(void **state)
{
	(void)state;
	check("OK - 127.0.0.1: rta 0.168ms, lost 0%|rta=0.168ms;200.000;500."
	      "000;0; pl=0%;40;80;; rtmin=0.002ms;;;; \n",
	    false, "OK - 127.0.0.1: rta 0.168ms, lost 0%", "",
	    "rta=0.168ms;200.000;500.000;0; pl=0%;40;80;; rtmin=0.002ms;;;;");
}

static void
bytes_become_text(void **state)
{
	(void)state;
	check("gr\xfc\xdf", false, "gr\xef\xbf\xbd\xef\xbf\xbd", "", "");
	check("gr\xc3\xbc\xc3\x9f", false, "gr\xc3\xbc\xc3\x9f", "", "");
	check("a\0b\r\nc\r\n", false,
	    "a\xef\xbf\xbd"
	    "b",
	    "c", "");
	/* too long, surrogate, beyond Unicode */
	check("\xc0\xaf", false, "\xef\xbf\xbd\xef\xbf\xbd", "", "");
	check("\xed\xa0\x80", false, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "",
	    "");
	check("\xf4\x90\x80\x80", false,
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "", "");
	/* half a character at the end: cut there, or never complete */
	check("x\xe2\x82", true, "x", "", "");
	check("x\xe2\x82", false, "x\xef\xbf\xbd\xef\xbf\xbd", "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(splits_by_contract),
	    cmocka_unit_test(real_check_icmp),
	    cmocka_unit_test(bytes_become_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
