/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of programs that run in the background. A lock on FILE.lock, held by
 * the background process, says that a run is under way; the result replaces
 * FILE as a whole, and only if the program ended with code 0.
 */
#include "agent/cache.h"

#include "agent/run.h"
#include "agent/text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* VARDIR/cache/KIND_INTERVAL_NAME */
static char *
file_of(
    const struct agent *agent, const char *kind, const char *path, int interval)
{
	char *file = text_format(
	    "%s/cache/%s_%d_%s", agent->vardir, kind, interval, path);
	for (char *p = file + strlen(agent->vardir) + 7; *p != '\0'; p++)
		if (*p == '/' || *p == ' ')
			*p = '_';
	return file;
}

static void
refresh(const char *file, const char *path, bool shell, int interval)
{
	struct run run = {.path = path, .shell = shell};
	char *fresh = text_format("%s.new", file);

	run_all(&run, 1, 2 * interval);
	if (run.code == 0) {
		FILE *to = fopen(fresh, "w");
		bool ok =
		    to != NULL && fwrite(run.output, 1, run.len, to) == run.len;
		if (to != NULL && fclose(to) == 0 && ok)
			rename(fresh, file);
	}
	free(run.output);
	free(fresh);
}

/* Two forks, so that nobody has to wait for the grandchild. */
static void
start(const char *file, const char *path, bool shell, int interval)
{
	char *lock = text_format("%s.lock", file);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	free(lock);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		if (fork() != 0)
			_exit(0);
		/* The client's connection ends when we do, not when this
		 * does. */
		setsid();
		signal(SIGALRM, SIG_IGN);
		alarm(0);
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		for (int other = 3; other < 256; other++)
			if (other != fd)
				close(other);
		refresh(file, path, shell, interval);
		_exit(0);
	}
	close(fd); /* the lock lives on in the grandchild */
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

char *
cache_get(const struct agent *agent, const char *kind, const char *path,
    bool shell, int interval, long long *at_r)
{
	char *dir = text_format("%s/cache", agent->vardir);
	char *file = file_of(agent, kind, path, interval);
	struct stat st;

	mkdir(agent->vardir, 0755);
	mkdir(dir, 0700);
	bool there = stat(file, &st) == 0;
	if (!there || time(NULL) - st.st_mtime >= interval)
		start(file, path, shell, interval);
	char *text = there ? text_read("/", file, NULL) : NULL;
	*at_r = there ? (long long)st.st_mtime : 0;
	free(file);
	free(dir);
	return text;
}
