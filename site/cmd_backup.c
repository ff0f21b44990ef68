/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette backup: everything of a site in one compressed tar file.
 */
#include "common/clock.h"
#include "common/daemon.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/metric_path.h"
#include "site/audit.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/proc.h"
#include "site/stage.h"
#include "site/term.h"
#include "site/user.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ARGS 32

struct backup {
	const struct cmd_call *call;
	int fd;
};

static json_t *
describe(const struct site *site)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:I}", "site", site->name,
	    "version", vedette_version(), "time",
	    (json_int_t)(clock_wall() / NS_PER_S), "who", audit_who(),
	    "generation", (json_int_t)snapshot_current(site->root));
}

static int
write_description(
    const struct site *site, const char *folder, struct err *err_r)
{
	char *path = xasprintf("%s/backup.json", folder);
	json_t *about = describe(site);
	char *text = json_dumps(about, JSON_INDENT(1));
	int rc = file_write(path, slice_of(text), 0640, err_r);

	free(text);
	json_decref(about);
	free(path);
	return rc;
}

/* The description first, then what was staged, then the rest. */
static int
run_tar(const struct backup *b, const struct site *site, const char *folder,
    struct err *err_r)
{
	char *transform =
	    xasprintf("s,^\\(\\./\\)\\{0\\,1\\},%s/,rSH", site->name);
	char *excludes[8];
	const char *argv[MAX_ARGS];
	size_t n = 0, n_excludes = 0;
	int code;

	for (size_t i = 0; stage_folders[i] != NULL; i++)
		excludes[n_excludes++] =
		    xasprintf("--exclude=%s", stage_folders[i]);
	argv[n++] = "tar";
	argv[n++] = "-cz";
	argv[n++] = "-f";
	argv[n++] = "-";
	argv[n++] = "--anchored";
	argv[n++] = "--warning=no-file-changed";
	argv[n++] = "--warning=no-file-removed";
	argv[n++] = "--warning=no-file-ignored";
	argv[n++] = "--transform";
	argv[n++] = transform;
	for (size_t i = 0; i < n_excludes; i++)
		argv[n++] = excludes[i];
	argv[n++] = "--exclude=var/vedette/*.lock";
	if (!cmd_flag(b->call, "logs"))
		argv[n++] = "--exclude=var/log/*";
	if (cmd_flag(b->call, "no-history"))
		argv[n++] = "--exclude=var/history/*";
	if (cmd_flag(b->call, "no-metrics"))
		argv[n++] = "--exclude=" METRIC_FOLDER "/*";
	if (isatty(STDERR_FILENO)) {
		argv[n++] = "--checkpoint=500";
		argv[n++] = "--checkpoint-action=ttyout=\r\033[K%T";
	}
	argv[n++] = "-C";
	argv[n++] = folder;
	argv[n++] = "./backup.json";
	argv[n++] = "./var";
	argv[n++] = "-C";
	argv[n++] = site->root;
	argv[n++] = "etc";
	argv[n++] = "local";
	argv[n++] = "var";
	argv[n] = NULL;
	code = proc_run(argv, NULL, err_r);
	for (size_t i = 0; i < n_excludes; i++)
		free(excludes[i]);
	free(transform);
	/* 1: a file grew while it was read, as logs do. */
	if (code > 1)
		err_set(err_r, "tar ended with code %d", code);
	return code == 0 || code == 1 ? 0 : -1;
}

/* In the site's user's name. */
static int
work(const struct site *site, int fd, void *arg)
{
	const struct backup *b = arg;
	char *folder = site_path(site, "tmp/backup.%d", (int)getpid());
	struct err err;
	int rc;

	(void)fd;
	if (dup2(b->fd, STDOUT_FILENO) == -1 || chdir(site->root) == -1)
		return 1;
	rc = file_mkdirs(folder, 0700, &err);
	if (rc == 0)
		rc = stage_make(site, folder, &err);
	if (rc == 0)
		rc = write_description(site, folder, &err);
	if (rc == 0)
		rc = run_tar(b, site, folder, &err);
	file_remove_tree(folder, NULL);
	free(folder);
	if (rc == -1)
		return cmd_fail("backup", "%s", err.text);
	return 0;
}

/* A backup in the site would hold the ones before it. */
static bool
is_inside(const struct site *site, const char *file)
{
	char *copy = xstrdup(file), *slash = strrchr(copy, '/');
	char folder[PATH_MAX], root[PATH_MAX];
	bool inside;
	size_t n;

	if (slash != NULL)
		*(slash == copy ? slash + 1 : slash) = '\0';
	inside = realpath(slash != NULL ? copy : ".", folder) != NULL &&
	    realpath(site->root, root) != NULL &&
	    strncmp(folder, root, n = strlen(root)) == 0 &&
	    (folder[n] == '\0' || folder[n] == '/');
	free(copy);
	return inside;
}

static void
print_result(const struct cmd_call *call, const char *file, int fd)
{
	json_t *about = describe(call->site);
	struct stat st;

	if (fstat(fd, &st) == -1)
		st.st_size = 0;
	json_object_set_new(about, "file", json_string(file));
	json_object_set_new(
	    about, "bytes", json_integer((json_int_t)st.st_size));
	if (cmd_flag(call, "json"))
		term_json(about);
	else
		printf("%s: %.1f MB, site %s, version %s\n", file,
		    (double)st.st_size / 1e6, call->site->name,
		    vedette_version());
	json_decref(about);
}

static int
run(const struct cmd_call *call)
{
	const char *file = call->argv[0];
	bool out = strcmp(file, "-") == 0;
	struct backup b = {call, STDOUT_FILENO};
	struct err err = {"it could not be written"};
	char *part = NULL;
	int rc;

	if (geteuid() != 0 && call->site->uid != geteuid())
		return cmd_fail("backup", "%s is not yours", call->site->name);
	if (!out && is_inside(call->site, file))
		return cmd_fail("backup",
		    "%s lies within the site (choose a place outside)", file);
	if (!out) {
		part = xasprintf("%s.part", file);
		b.fd = open(part,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	}
	if (b.fd == -1) {
		rc = cmd_fail("backup", "%s: %s", part, strerror(errno));
		free(part);
		return rc;
	}
	term_progress("copying what daemons write");
	rc = user_do(call->site, work, &b, NULL, &err);
	term_clear();
	if (rc == 0 && !out && (fsync(b.fd) == -1 || rename(part, file) == -1))
		rc = cmd_fail("backup", "%s: %s", file, strerror(errno));
	if (rc == 0 && !out)
		print_result(call, file, b.fd);
	if (rc != 0 && !out)
		unlink(part);
	if (!out)
		close(b.fd);
	free(part);
	return rc == 0 ? 0 : CMD_FAILED;
}

static const struct cmd_option options[] = {
    {"logs", 'l', NULL, "with the daemons' logs"},
    {"no-history", 0, NULL, "without var/history"},
    {"no-metrics", 0, NULL, "without the history of metrics"},
    {"json", 'j', NULL, "{site, version, time, who, generation, file, bytes}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_backup = {
    .name = "backup",
    .args = "FILE|-",
    .summary = "write everything of a site into one file",
    .details =
	"A tar file compressed by gzip, on the standard output for \"-\":\n"
	"configuration with all generations, states, history, events, the\n"
	"notifications that wait, local/. Not tmp/, and no logs unless "
	"--logs.\n"
	"The site may run: what daemons write is copied as it was at one\n"
	"moment. The file is readable by its owner alone, for it has the\n"
	"site's secrets; it must lie outside the site.",
    .scope = CMD_SITE_FIRST,
    .flags = CMD_ROOT_STAYS,
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .run = run,
};
