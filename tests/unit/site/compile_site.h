/* SPDX-License-Identifier: Apache-2.0
 *
 * A small site in a folder of its own, for the compiler's tests.
 */
#ifndef TESTS_UNIT_SITE_COMPILE_SITE_H
#define TESTS_UNIT_SITE_COMPILE_SITE_H

#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static struct compile_report report;

static inline void
put(const char *path, const char *text)
{
	char *full = xasprintf("%s/%s", root, path);
	char *folder = xstrdup(full);
	struct err err;

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_mkdirs(folder, 0750, &err), 0);
	assert_int_equal(file_write(full, slice_of(text), 0640, &err), 0);
	free(full);
	free(folder);
}

static inline int
set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_compile_XXXXXX");
	assert_non_null(mkdtemp(root));
	return 0;
}

static inline int
tear_down(void **state)
{
	struct err err;

	(void)state;
	compile_report_free(&report);
	return file_remove_tree(root, &err);
}

/* Line by line, so that a failure shows the line; "@" in `expected` is the
 * folder conf.d. */
static inline void
compare_lines(const struct str *text, const char *expected)
{
	struct str full = {0};

	for (const char *p = expected; *p != '\0'; p++) {
		if (*p == '@')
			str_addf(&full, "%s/etc/vedette/conf.d", root);
		else
			str_addc(&full, *p);
	}
	for (struct slice a = str_slice(text), b = str_slice(&full), x, y;
	     a.len > 0 || b.len > 0;) {
		char *have, *want;

		x = y = SLICE("");
		slice_next(&a, '\n', &x);
		slice_next(&b, '\n', &y);
		have = slice_dup(x);
		want = slice_dup(y);
		assert_string_equal(have, want);
		free(have);
		free(want);
	}
	str_free(&full);
}

/* The site compiles; warnings are as expected. */
static inline struct snapshot *
good(const char *warnings)
{
	struct str text = {0};
	struct snapshot *snap;
	struct err err = {""};

	compile_report_free(&report);
	snap = compile_open(root, &report, &err);
	mistakes_print(&report.mistakes, &text);
	compare_lines(&text, warnings);
	assert_string_equal(err.text, "");
	assert_non_null(snap);
	str_free(&text);
	return snap;
}

/* The site does not compile. */
static inline void
bad(const char *expected)
{
	struct str text = {0};
	struct err err = {""};

	compile_report_free(&report);
	assert_null(compile_open(root, &report, &err));
	mistakes_print(&report.mistakes, &text);
	compare_lines(&text, expected);
	str_free(&text);
}

static inline const struct snap_object *
host(const struct snapshot *snap, const char *name)
{
	uint32_t index = snap_find_host(snap, slice_of(name));

	assert_int_not_equal(index, SNAP_NONE);
	return &snap->objects[index];
}

static inline const struct snap_object *
service(const struct snapshot *snap, const char *host_name, const char *name)
{
	uint32_t index = snap_find_service(
	    snap, host(snap, host_name)->host, slice_of(name));

	assert_int_not_equal(index, SNAP_NONE);
	return &snap->objects[index];
}

#define STR(off)   snap_s(snap, off)

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
