/* SPDX-License-Identifier: Apache-2.0
 *
 * A file system without room, for journal and archive: nothing is promised
 * that is not durable, the reason is told in words, and with room again all of
 * it is written, also what is found after a SIGKILL.
 */
#include "tests/unit/eventd/stored_site.h"

#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS    200
#define SKIPPED   77
#define FILE_SIZE "size=4m"

static char why_not[256]; /* of the last answer; "": durable */

static void
answer(const char *why, void *arg)
{
	struct site *s = arg;

	snprintf(why_not, sizeof(why_not), "%s", why == NULL ? "" : why);
	s->answered = true;
}

/* NULL: durable. */
static const char *
sync_now(struct site *s)
{
	s->answered = false;
	ec_store_sync(s->store, answer, s);
	while (!s->answered)
		uv_run(&s->loop, UV_RUN_ONCE);
	return why_not[0] == '\0' ? NULL : why_not;
}

static void
got_lines(const struct str *rows, const char *why, void *arg)
{
	struct site *s = arg;

	assert_null(why);
	str_clear(&s->lines);
	str_addslice(&s->lines, str_slice(rows));
	s->answered = true;
}

/* Lines of the archive. */
static size_t
count_lines(struct site *s)
{
	struct err err;
	struct query *q = query_parse(
	    SLICE("GET history\nColumns: history_line\nOutputFormat: plain"),
	    &err);
	size_t n = 0;

	assert_non_null(q);
	s->answered = false;
	archive_query(ec_store_archive(s->store), q, got_lines, s);
	while (!s->answered)
		uv_run(&s->loop, UV_RUN_ONCE);
	for (size_t i = 0; i < s->lines.len; i++)
		n += s->lines.s[i] == '\n';
	return n - 1;
}

static void
fill(const char *path)
{
	static const char block[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void
hear_some(struct site *s)
{
	static const char text[] =
	    "a message that is long enough to need room of its own on a disk, "
	    "for the journal writes it once and the archive once more than "
	    "that, and what fits into the last page of a file fits anyhow";

	for (int i = 0; i < EVENTS; i++)
		hear(s->h, i, "err", "gw2", "x", text);
}

/* Killed once all of it is promised. */
static void
until_killed(const char *folder, const char *filler)
{
	struct site s;

	start(&s, folder);
	hear(s.h, 0, "err", "gw2", "x", "before");
	assert_null(sync_now(&s));
	fill(filler);
	hear_some(&s);
	assert_non_null(sync_now(&s));
	assert_non_null(strstr(why_not, "No space left"));
	assert_int_equal(unlink(filler), 0);
	while (sync_now(&s) != NULL)
		assert_non_null(strstr(why_not, "No space left"));
	raise(SIGKILL);
}

static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* Where one may mount; who is not root becomes it in there. */
static int
own_namespace(void)
{
	char users[32], groups[32];

	if (geteuid() == 0)
		return unshare(CLONE_NEWNS);
	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
	    write_text("/proc/self/setgroups", "deny") != 0 ||
	    write_text("/proc/self/uid_map", users) != 0)
		return -1;
	return write_text("/proc/self/gid_map", groups);
}

static int
in_namespace(const char *folder)
{
	char *filler = xasprintf("%s/filler", folder);
	struct site s;
	int status;
	pid_t pid;

	if (own_namespace() != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", folder, "tmpfs", 0, FILE_SIZE) != 0)
		return SKIPPED;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		until_killed(folder, filler);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	start(&s, folder);
	assert_int_equal(s.h->e->index.n, EVENTS + 1);
	assert_int_equal(s.h->e->next_id, EVENTS + 2);
	assert_int_equal(count_lines(&s), EVENTS + 1);
	stop(&s);
	free(filler);
	return 0;
}

static void
disk_is_full(void **state)
{
	char folder[] = "/tmp/test_store_full_XXXXXX";
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(folder));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(in_namespace(folder));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rmdir(folder);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		print_message("skipped: no mount namespace here\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(disk_is_full)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
