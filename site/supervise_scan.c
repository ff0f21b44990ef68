/* SPDX-License-Identifier: Apache-2.0
 *
 * The s6-svscan of a site: its start in the background or in this process,
 * and its end with everything that it left behind.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "site/environment.h"
#include "site/proc.h"
#include "site/supervise.h"
#include "site/term.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the environment of everything that runs below s6-svscan. */
#define MARK      "VEDETTE_SUPERVISED"
#define FILES_MAX 65536

int
supervise_lock(const struct site *site, struct err *err_r)
{
	char *path = site_path(site, "var/vedette/supervise.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	free(path);
	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		term_progress("waiting for another start or stop ...");
		while (flock(fd, LOCK_EX) == -1 && errno == EINTR)
			continue;
		term_clear();
	}
	return fd;
}

static int
empty_folder(const char *path, struct err *err_r)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	char *below;
	int rc = 0;

	if (dir == NULL)
		return file_mkdirs(path, 0755, err_r);
	while (rc == 0 && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		below = xasprintf("%s/%s", path, d->d_name);
		rc = file_remove_tree(below, err_r);
		free(below);
	}
	closedir(dir);
	return rc;
}

int
supervise_prepare(const struct site *site, const struct supervise_wish *wish,
    struct err *err_r)
{
	static const char *const folders[] = {
	    "tmp/run/bus", "tmp/run/eventd", "tmp/run/s6", "var/log"};
	char *path = site_path(site, "tmp");
	struct supervise_list list;
	int rc = environment_load(site, err_r);

	if (rc == 0)
		rc = empty_folder(path, err_r);
	free(path);
	for (size_t i = 0; i < ARRAY_LEN(folders) && rc == 0; i++) {
		path = site_path(site, "%s", folders[i]);
		rc = file_mkdirs(path, 0750, err_r);
		free(path);
	}
	supervise_wanted(site, wish, &list);
	for (size_t i = 0; i < list.n && rc == 0; i++)
		rc = supervise_write(site, &list.items[i], err_r);
	supervise_list_free(&list);
	return rc;
}

static void
own_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
}

/* Fetchers hold thousands of connections; the usual soft limit is 1,024. */
static void
raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur =
		    files.rlim_max > FILES_MAX ? FILES_MAX : files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

int
supervise_become(const struct site *site, struct err *err_r)
{
	char *dir = site_path(site, "tmp/run/s6");

	setenv(MARK, site->root, 1);
	umask(027);
	own_signals();
	raise_limits();
	if (chdir(dir) == 0)
		execlp("s6-svscan", "s6-svscan", "-t", "0", "-c", "200", dir,
		    (char *)NULL);
	err_set(err_r, "s6-svscan: %s%s", strerror(errno),
	    errno == ENOENT ? " (install the package s6)" : "");
	free(dir);
	return -1;
}

/* The grandchild: no terminal, no descriptor but the log. */
static void __attribute__((noreturn))
be_scanner(const struct site *site, int report)
{
	char *path = site_path(site, "var/log/supervisor.log");
	int log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
	int null = open("/dev/null", O_RDWR);
	struct err err;

	if (log == -1 || null == -1) {
		err_set(&err, "%s: %s", path, strerror(errno));
	} else {
		dup2(null, STDIN_FILENO);
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		close_range(3, (unsigned)report - 1, 0);
		close_range((unsigned)report + 1, ~0u, 0);
		supervise_become(site, &err);
	}
	if (write(report, err.text, strlen(err.text)) == -1)
		_exit(2);
	_exit(1);
}

/* Two forks: nothing of us is its parent, nothing its terminal. */
static int
launch(const struct site *site, int report[2], struct err *err_r)
{
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) == -1) {
		err_set(err_r, "pipe: %s", strerror(errno));
		return -1;
	}
	fflush(stdout);
	if ((pid = fork()) == -1) {
		err_set(err_r, "fork: %s", strerror(errno));
		return -1;
	}
	if (pid == 0) {
		setsid();
		if (fork() == 0)
			be_scanner(site, report[1]);
		_exit(0);
	}
	close(report[1]);
	waitpid(pid, NULL, 0);
	return 0;
}

int
supervise_begin(const struct site *site, struct err *err_r)
{
	int64_t until = clock_mono() + 5 * NS_PER_S;
	char why[sizeof(err_r->text)];
	int report[2];
	ssize_t n;

	if (launch(site, report, err_r) == -1)
		return -1;
	n = read(report[0], why, sizeof(why) - 1);
	close(report[0]);
	if (n > 0) {
		err_set(err_r, "%.*s", (int)n, why);
		return -1;
	}
	while (!supervise_is_running(site)) {
		if (clock_mono() > until) {
			err_set(err_r,
			    "s6-svscan does not listen (see"
			    " %s/var/log/supervisor.log)",
			    site->root);
			return -1;
		}
		proc_sleep_ms(5);
	}
	return 0;
}

/* Is `entry` one of the NUL-separated texts? */
static bool
has_entry(const struct str *list, const char *entry)
{
	struct slice rest = str_slice(list), one;

	while (slice_next(&rest, '\0', &one))
		if (slice_eqs(one, entry))
			return true;
	return false;
}

/*
 * By the mark in its environment; programs with capabilities hide theirs, so
 * our own are known by their arguments.
 */
static bool
is_of_site(pid_t pid, uid_t uid, void *arg)
{
	const struct site *site = arg;
	struct str text = {0};
	char *mark;
	bool yes;

	if (uid != site->uid && uid != 0)
		return false;
	mark = xasprintf(MARK "=%s", site->root);
	yes = uid == site->uid && proc_read(pid, "environ", &text) &&
	    has_entry(&text, mark);
	free(mark);
	str_clear(&text);
	if (!yes && proc_read(pid, "cmdline", &text))
		yes = strstr(str_get(&text), "/bin/vedette-") != NULL &&
		    has_entry(&text, "--root") && has_entry(&text, site->root);
	str_free(&text);
	return yes;
}

int
supervise_end(const struct site *site, struct err *err_r)
{
	char *dir = site_path(site, "tmp/run/s6");
	const char *const argv[] = {"s6-svscanctl", "-t", dir, NULL};
	int64_t until = clock_mono() + SUPERVISE_END_MS * NS_PER_MS;
	struct str out = {0};
	union {
		const struct site *in;
		void *out;
	} arg = {site};
	int rc = 0;

	if (supervise_is_running(site)) {
		term_progress("stopping %s ...", site->name);
		if (proc_run(argv, &out, err_r) == -1)
			rc = -1;
		while (rc == 0 && supervise_is_running(site) &&
		    clock_mono() < until)
			proc_sleep_ms(10);
		term_clear();
	}
	str_free(&out);
	free(dir);
	if (rc == 0)
		proc_end(is_of_site, arg.out, 2000);
	if (rc == 0 && supervise_is_running(site)) {
		err_set(err_r, "s6-svscan does not end");
		rc = -1;
	}
	return rc;
}
