/* SPDX-License-Identifier: Apache-2.0
 *
 * Of what runs in a site's folder the scripts of a killed notifier end, and
 * nothing else.
 */
#include "notifyd/methods/orphans.h"

#include "common/file.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[] = "/tmp/test-orphans-XXXXXX";

enum own {
	OWN_NOTHING,
	OWN_GROUP,
	OWN_SESSION
};

/* A process that waits to be killed; it has begun when this returns. */
static pid_t
run(enum own own, const char *folder, const char *variable)
{
	static char shell[] = "sh", with[] = "-c";
	static char text[] = "echo >&3; exec 3>&-; exec sleep 600";
	char *argv[] = {shell, with, text, NULL};
	char *env[] = {(char *)(uintptr_t)variable, NULL};
	int begun[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(begun), 0);
	pid = fork();
	if (pid == 0) {
		if (own == OWN_GROUP)
			setpgid(0, 0);
		else if (own == OWN_SESSION)
			setsid();
		if (chdir(folder) != 0 || dup2(begun[1], 3) != 3)
			_exit(1);
		execve("/bin/sh", argv, env);
		_exit(1);
	}
	close(begun[1]);
	assert_int_equal(read(begun[0], &byte, 1), 1);
	close(begun[0]);
	return pid;
}

static void
orphans_alone_end(void **state)
{
	const char *mark = "NOTIFY_DELIVERY_ID=demo-1-1";
	pid_t orphan = run(OWN_GROUP, root, mark);
	pid_t others[] = {run(OWN_NOTHING, root, mark),
	    run(OWN_SESSION, root, mark), run(OWN_GROUP, "/tmp", mark),
	    run(OWN_GROUP, root, "NOTIFY_HOSTNAME=web01")};
	int status;

	(void)state;
	assert_int_equal(orphans_kill(root), 1);
	assert_int_equal(waitpid(orphan, &status, 0), orphan);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(orphans_kill(root), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(waitpid(others[i], &status, WNOHANG), 0);
		kill(others[i], SIGKILL);
		assert_int_equal(waitpid(others[i], &status, 0), others[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(orphans_alone_end)};
	struct err err;
	int bad;

	if (mkdtemp(root) == NULL)
		return 1;
	bad = cmocka_run_group_tests(tests, NULL, NULL);
	file_remove_tree(root, &err);
	return bad;
}
