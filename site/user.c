/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes, removes and becomes the Unix user of a site.
 */
#include "site/user.h"

#include "common/mem.h"
#include "site/audit.h"
#include "site/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The comment of accounts that are ours to remove. */
#define MADE_FOR   "Vedette site "
#define OUTPUT_MAX (1u << 20)
#define SYSTEM_PATH                                                            \
	"/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

/* Runs a program of the package passwd; its words become the reason. */
static int
account_tool(const char *const *argv, struct err *err_r)
{
	struct str out = {0};
	int code;

	setenv("PATH", SYSTEM_PATH, 1);
	code = proc_run(argv, &out, err_r);
	if (code > 0) {
		struct slice said = slice_trim(str_slice(&out));
		err_set(err_r, "%.*s", (int)said.len, said.s ? said.s : "");
		if (said.len == 0)
			err_set(err_r, "%s failed with code %d", argv[0], code);
	}
	str_free(&out);
	return code == 0 ? 0 : -1;
}

int
user_make(const char *name, const char *home, struct err *err_r)
{
	char comment[64];
	const char *const argv[] = {"useradd", "--system", "--user-group",
	    "--no-create-home", "--home-dir", home, "--shell", "/bin/bash",
	    "--comment", comment, name, NULL};

	snprintf(comment, sizeof(comment), MADE_FOR "%s", name);
	if (getpwnam(name) != NULL) {
		err_set(err_r,
		    "the user %s exists already (take it with"
		    " \"--user %s\", or choose another name)",
		    name, name);
		return -1;
	}
	if (getgrnam(name) != NULL) {
		err_set(err_r,
		    "the group %s exists already (choose another"
		    " name, or an existing user with --user)",
		    name);
		return -1;
	}
	return account_tool(argv, err_r);
}

bool
user_is_made_for(const struct site *site)
{
	const struct passwd *pw = getpwuid(site->uid);

	return pw != NULL && strcmp(pw->pw_name, site->name) == 0 &&
	    strncmp(pw->pw_gecos, MADE_FOR, strlen(MADE_FOR)) == 0 &&
	    strcmp(pw->pw_dir, site->root) == 0;
}

static bool
is_of_user(pid_t pid, uid_t uid, void *arg)
{
	struct str text = {0};
	bool yes;

	if (uid != *(const uid_t *)arg)
		return false;
	/* Those that have ended and wait for their parent have none. */
	yes = proc_read(pid, "cmdline", &text) && text.len > 0;
	str_free(&text);
	return yes;
}

int
user_remove(const struct site *site, struct err *err_r)
{
	const char *const argv[] = {"userdel", site->name, NULL};
	uid_t uid = site->uid;

	proc_end(is_of_user, &uid, 5000);
	return account_tool(argv, err_r);
}

int
user_find(const char *name, uid_t *uid_r, gid_t *gid_r, struct err *err_r)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL) {
		err_set(err_r,
		    "there is no user %s (leave --user out to have"
		    " one made)",
		    name);
		return -1;
	}
	if (pw->pw_uid == 0) {
		err_set(err_r,
		    "no daemon of a site runs as root (name"
		    " another user)");
		return -1;
	}
	*uid_r = pw->pw_uid;
	*gid_r = pw->pw_gid;
	return 0;
}

char *
user_name(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL ? xstrdup(pw->pw_name)
			  : xasprintf("%u", (unsigned)uid);
}

int
user_become(const struct site *site, struct err *err_r)
{
	char *name;
	int rc;

	if (site->uid == 0) {
		err_set(err_r,
		    "%s belongs to root, but no daemon of a site"
		    " runs as root (chown it to the site's user)",
		    site->root);
		return -1;
	}
	name = user_name(site->uid);
	rc = initgroups(name, site->gid) == -1 ||
	    setresgid(site->gid, site->gid, site->gid) == -1 ||
	    setresuid(site->uid, site->uid, site->uid) == -1;
	if (rc != 0)
		err_set(
		    err_r, "cannot become user %s: %s", name, strerror(errno));
	else if (setuid(0) == 0)
		rc = 1, err_set(err_r, "root's rights came back");
	free(name);
	if (rc != 0)
		return -1;
	umask(027);
	if (chdir(site->root) == -1 && chdir("/") == -1) {
		err_set(err_r, "%s: %s", site->root, strerror(errno));
		return -1;
	}
	return 0;
}

/* Of root's environment only what shapes words, and sanitizers' options. */
static void
clean_environment(void)
{
	static const char *const kept[] = {"TERM", "LANG", "LC_ALL", "LC_CTYPE",
	    "LC_MESSAGES", "COLUMNS", "LINES", "NO_COLOR", "VEDETTE_ROOT",
	    "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
	    "VEDETTE_WHO", "VEDETTE_FROM"};
	char *values[ARRAY_LEN(kept)];

	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		values[i] = getenv(kept[i]);
		if (values[i] != NULL)
			values[i] = xstrdup(values[i]);
	}
	clearenv();
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		if (values[i] != NULL)
			setenv(kept[i], values[i], 1);
		free(values[i]);
	}
}

void
user_environment(const struct site *site, bool anew)
{
	char *path, *name;

	if (anew) {
		clean_environment();
		path = xasprintf("%s/local/bin:%s/bin:%s", site->root,
		    site->root, SYSTEM_PATH);
		name = user_name(site->uid);
		setenv("PATH", path, 1);
		setenv("HOME", site->root, 1);
		setenv("USER", name, 1);
		setenv("LOGNAME", name, 1);
		setenv("SHELL", "/bin/bash", 1);
		if (getenv("LANG") == NULL)
			setenv("LANG", "C.UTF-8", 1);
		free(path);
		free(name);
	}
	setenv("VEDETTE_ROOT", site->base, 1);
	setenv("VEDETTE_SITE", site->name, 1);
}

static void
collect(int fd, struct str *out)
{
	char buf[4096];
	ssize_t n;

	while (
	    (n = read(fd, buf, sizeof(buf))) > 0 || (n == -1 && errno == EINTR))
		if (n > 0 && out->len + (size_t)n <= OUTPUT_MAX)
			str_addn(out, buf, (size_t)n);
}

static void __attribute__((noreturn))
be_child(const struct site *site, user_work_fn *work, void *arg, int fd)
{
	struct err err;
	int code;

	if (geteuid() == 0) {
		audit_remember();
		if (user_become(site, &err) == -1) {
			fprintf(
			    stderr, "vedette: %s: %s\n", site->name, err.text);
			_exit(1);
		}
		user_environment(site, true);
	}
	code = work(site, fd, arg);
	fflush(stdout);
	fflush(stderr);
	_exit(code == -1 ? 255 : code);
}

int
user_do(const struct site *site, user_work_fn *work, void *arg, struct str *out,
    struct err *err_r)
{
	int fds[2] = {-1, 1}, status;
	pid_t pid;

	if (out != NULL && pipe2(fds, O_CLOEXEC) == -1) {
		err_set(err_r, "pipe: %s", strerror(errno));
		return -1;
	}
	fflush(stdout);
	if ((pid = fork()) == 0)
		be_child(site, work, arg, fds[1]);
	if (out != NULL)
		close(fds[1]);
	if (pid != -1 && out != NULL)
		collect(fds[0], out);
	if (out != NULL)
		close(fds[0]);
	if (pid == -1) {
		err_set(err_r, "fork: %s", strerror(errno));
		return -1;
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (!WIFEXITED(status)) {
		err_set(err_r, "a child ended by signal %d", WTERMSIG(status));
		return -1;
	}
	return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}
