/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: files that are watched.
 */
#include "tests/unit/fetcher/check_table.h"

#define WATCH(more)                                                            \
	"<<<inotify:sep(9)>>>\nmonitored\tfolder\t/n\nmonitored\tfile\t/n/"    \
	"a\n" more

static void
test_inotify(void **state)
{
	static const struct row rows[] = {
	    {"inotify", "File /n/a", NULL, 100, WATCH(""), 0,
		"No operation seen yet", NULL, ""},
	    {"inotify", "File /n/a", "{\"age_last_operation\": [60, 90]}", 100,
		WATCH("90\tmodify\t/n/a\t5\t90\n80\topen\t/n/a\n"), 0,
		"Last operation: modify, Time since last operation: 10 seconds",
		NULL, NULL},
	    /* the plugin says each once */
	    {"inotify", "File /n/a", "{\"age_last_operation\": [60, 90]}", 160,
		WATCH("155\topen\t/n/b\n"), 1, NULL, NULL, NULL},
	    {"inotify", "File /n/a", "{\"age_last_operation\": [60, 90]}", 190,
		WATCH(""), 2, NULL, NULL, NULL},
	    {"inotify", "Folder /n", NULL, 100,
		WATCH("95\topen\t/n/b\n99\topen\t/n/b/c\n99\topen\t/nn/b\n"), 0,
		"Last operation: open, Time since last operation: 5 seconds",
		NULL, NULL},
	    {"inotify", "File /n/a",
		"{\"age_last_operation\": [60, 90], \"operation\": "
		"\"modify\"}",
		100, WATCH("99\topen\t/n/a\n"), 3, "No operation seen yet(?)",
		NULL, NULL},
	    {"inotify", "File /n/a", NULL, 100, WATCH("warning\tlimit\n"), 1,
		NULL, NULL, NULL},
	    {"inotify", "File /x", NULL, 100, WATCH("odd\n"), 3, NULL, NULL,
		NULL},
	    {"inotify", "F", NULL, 100, WATCH("9\topen\t/n/a\n"), 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(WATCH(""), NULL, "inotify/Folder /n\ninotify/File /n/a\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inotify),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
