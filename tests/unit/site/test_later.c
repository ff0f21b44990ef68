/* SPDX-License-Identifier: Apache-2.0
 *
 * What this version accepts and does not do is said, with its place.
 */
#include "common/file.h"
#include "common/mem.h"
#include "site/compile/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char root[] = "/tmp/test_later_XXXXXX";

static void
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

static void
is_said(void **state)
{
	struct compile_report report = {0};
	struct str text = {0};
	struct snapshot *snap;
	struct err err = {""};
	char *etc, *want;

	(void)state;
	assert_non_null(mkdtemp(root));
	etc = xasprintf("%s/etc/vedette", root);
	put("etc/vedette/site.yaml",
	    "listen:\n"
	    "  http: {enabled: true}\n"
	    "  receiver: {enabled: true}\n"
	    "  realtime: {enabled: false}\n");
	put("etc/vedette/conf.d/a.yaml",
	    "hosts:\n"
	    "  a:\n"
	    "    snmp: {version: 2c, community: public}\n"
	    "  b:\n"
	    "    agent: {kind: push}\n"
	    "  c:\n"
	    "    agent: {kind: tcp}\n");
	snap = compile_open(root, &report, &err);
	mistakes_print(&report.mistakes, &text);
	want = xasprintf(
	    "warning: %1$s/conf.d/a.yaml:5:19: hosts.b.agent.kind: push is "
	    "kept for a later version: this one receives nothing from agents "
	    "(use tcp or program)\n"
	    "warning: %1$s/site.yaml:3:23: listen.receiver.enabled: is kept "
	    "for a later version: this one does not listen there\n",
	    etc);
	assert_string_equal(str_get(&text), want);
	assert_string_equal(err.text, "");
	assert_non_null(snap);
	snapshot_close(&snap);
	compile_report_free(&report);
	str_free(&text);
	free(etc);
	free(want);
	assert_int_equal(file_remove_tree(root, &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
