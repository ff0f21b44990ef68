/* SPDX-License-Identifier: Apache-2.0
 *
 * Both sides of a ping by another program; see ping_by_fetcher.h.
 */
#include "fetcher/ping_by_fetcher.h"
#include "fetcher/fetch_once.h"

#include "common/mem.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BYTES (1u << 20)

/* The program beside this one. Freed by the caller. */
static char *
fetcher_path(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	return xasprintf("%s/vedette-fetcher", self);
}

static int
send_bytes(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.s, bytes.len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes.s += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

/* All up to the end, at most MAX_BYTES. */
static int
receive_bytes(int fd, struct str *to)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || to->len + (size_t)n > MAX_BYTES)
			return -1;
		str_addn(to, buf, (size_t)n);
	}
	return 0;
}

static pid_t
run_fetcher(const char *path, int fd)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (dup2(fd, STDIN_FILENO) != -1 && dup2(fd, STDOUT_FILENO) != -1)
		execl(path, path, PING_BY_FETCHER_OPTION, (char *)NULL);
	_exit(127);
}

int
ping_by_fetcher(
    const struct msg_job *job, struct str *results, struct err *err_r)
{
	struct msg m = {.id = MSG_JOB, .job = *job};
	struct str question = {0}, answer = {0};
	char *path = fetcher_path();
	int fds[2], status = -1, rc = -1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1) {
		err_set(err_r, "socketpair: %s", strerror(errno));
		free(path);
		return -1;
	}
	msg_put(&question, &m);
	pid = run_fetcher(path, fds[1]);
	close(fds[1]);
	if (pid > 0) {
		if (send_bytes(fds[0], str_slice(&question)) == 0 &&
		    shutdown(fds[0], SHUT_WR) == 0)
			rc = receive_bytes(fds[0], &answer);
		close(fds[0]);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			continue;
	} else {
		close(fds[0]);
	}
	if (rc != 0 || status != 0 || answer.len == 0) {
		err_set(err_r, "%s cannot ping either", path);
		rc = -1;
	} else {
		str_addslice(results, str_slice(&answer));
	}
	str_free(&question);
	str_free(&answer);
	free(path);
	return rc;
}

int
ping_for_others(void)
{
	struct str question = {0}, results = {0};
	const char *why = "not a ping job";
	struct err err = {""};
	struct wire wire;
	struct msg m;
	int rc = receive_bytes(STDIN_FILENO, &question);

	wire = wire_of(str_slice(&question));
	if (rc == 0 &&
	    (msg_get(&wire, &m, &why) != 1 || m.id != MSG_JOB ||
		m.job.kind != MSG_JOB_PING))
		rc = -1;
	if (rc == 0)
		rc = fetch_ping_once(&m.job, &results, &err);
	for (size_t done = 0; rc == 0 && done < results.len;) {
		ssize_t n =
		    write(STDOUT_FILENO, results.s + done, results.len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			rc = -1;
	}
	str_free(&question);
	str_free(&results);
	return rc == 0 ? 0 : 1;
}
