/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Podman.
 */
#include "tests/unit/fetcher/check_table.h"

#define ONE(state, code)                                                       \
	"{\"Names\": [\"a\"], \"State\": \"" state "\", \"ExitCode\": " code "}"
#define LIST(text) "<<<podman_containers:sep(0)>>>\n[" text "]\n"

static void
test_containers(void **state)
{
	static const struct row rows[] = {
	    {"podman_containers", "", NULL, 1,
		LIST(ONE("running", "0") "," ONE("Exited", "0")), 0,
		"Total: 2, Running: 1, Created: 0, Paused: 0, Stopped: 0, "
		"Exited: 1",
		NULL, NULL},
	    {"podman_containers", "", NULL, 1, LIST(ONE("exited", "7")), 2,
		"Total: 1, Running: 0, Created: 0, Paused: 0, Stopped: 0, "
		"Exited: 1, Exited as non zero: 1 (warn/crit at 1/1)(!!)",
		NULL, NULL},
	    {"podman_containers", "", NULL, 1, LIST(ONE("dead", "0")), 2, NULL,
		NULL, NULL},
	    {"podman_containers", "", "{\"dead\": null}", 1,
		LIST(ONE("dead", "0")), 0, NULL, NULL, NULL},
	    {"podman_containers", "", "{\"running_lower\": [2, 1]}", 1,
		LIST(ONE("running", "0")), 1, NULL, NULL, NULL},
	    {"podman_containers", "", NULL, 1, LIST(""), 0,
		"No containers found", NULL, ""},
	    {"podman_containers", "", NULL, 1,
		"<<<podman_containers:sep(0)>>>\n{}\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(LIST(""), NULL, "podman_containers/\n");
}

#define INSPECT(state, code)                                                   \
	"<<<podman_container_inspect:sep(0)>>>\n{\"State\": {\"Status\": "     \
	"\"" state "\", \"ExitCode\": " code                                   \
	"}, \"RestartCount\": 2, \"Pod\": \"p\"}\n"

static void
test_status(void **state)
{
	static const struct row rows[] = {
	    {"podman_container_status", "", NULL, 1, INSPECT("running", "0"), 0,
		"Running, Pod: p", "Restarts: 2", NULL},
	    {"podman_container_status", "", NULL, 1, INSPECT("exited", "0"), 0,
		"Exited with zero, Pod: p", NULL, NULL},
	    {"podman_container_status", "", NULL, 1, INSPECT("exited", "137"),
		2, "Exited with non zero(!!), Exit code: 137, Pod: p", NULL,
		NULL},
	    {"podman_container_status", "", "{\"paused\": \"WARN\"}", 1,
		INSPECT("paused", "0"), 1, NULL, NULL, NULL},
	    {"podman_container_status", "", NULL, 1, INSPECT("odd", "0"), 3,
		NULL, NULL, NULL},
	    {"podman_container_status", "", NULL, 1,
		"<<<podman_container_inspect:sep(0)>>>\n{}\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    INSPECT("running", "0"), NULL, "podman_container_status/\n");
}

#define STATS(text) "<<<podman_container_stats:sep(0)>>>\n{" text "}\n"
#define USED        "\"CPU\": 42.2, \"MemUsage\": 850, \"MemLimit\": 1000"

static void
test_stats(void **state)
{
	static const struct row rows[] = {
	    {"podman_container_cpu", "", NULL, 1, STATS(USED), 0,
		"Total CPU: 42.20%", NULL, "util=42.2;70;80"},
	    {"podman_container_cpu", "", NULL, 1, STATS("\"CPU\": 75"), 1, NULL,
		NULL, NULL},
	    {"podman_container_cpu", "", NULL, 1, STATS("\"Error\": 1"), 3,
		NULL, NULL, NULL},
	    {"podman_container_memory", "", NULL, 1, STATS(USED), 1, NULL, NULL,
		"mem_used=850;800;900;;1000 mem_used_percent=85"},
	    {"podman_container_memory", "", "{\"levels\": null}", 1,
		STATS(USED), 0, "Used: 850 B, Of its limit: 85.00%", NULL,
		NULL},
	    {"podman_container_memory", "", NULL, 1,
		STATS("\"CPU\": 1, \"MemUsage\": 1"), 0, "Used: 1 B", NULL,
		"mem_used=1"},
	    {"podman_container_memory", "", NULL, 1, STATS("\"CPU\": 1"), 3,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(STATS(USED), NULL,
	    "podman_container_cpu/\npodman_container_memory/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_containers),
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_stats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
