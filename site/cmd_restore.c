/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette restore: a site from a backup, under its name or another one.
 */
#include "common/daemon.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/audit.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/proc.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/user.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRESH "restoring"
#define DONE  "restored-old" /* all changed places; to be removed */

static const char *const swapped[] = {"etc", "local", "var"};

struct restore {
	const struct cmd_call *call;
	int fd;
};

/* --- in the site's user's name -------------------------------------------- */

static json_t *
read_description(const struct site *site, struct err *err_r)
{
	char *path = site_path(site, FRESH "/backup.json");
	struct str text = {0};
	json_t *about = NULL;

	if (file_read(path, 65536, &text, NULL) == 0)
		about = json_loadb(str_get(&text), text.len, 0, NULL);
	if (about == NULL || json_object_get(about, "site") == NULL)
		err_set(err_r, "the file is no backup of a site");
	str_free(&text);
	free(path);
	return about;
}

static int
unpack(const struct site *site, struct err *err_r)
{
	char *folder = site_path(site, FRESH);
	const char *const argv[] = {"tar", "-xz", "-f", "-",
	    "--strip-components=1", "--no-same-owner", "-C", folder, NULL};
	int rc = file_remove_tree(folder, err_r), code;

	if (rc == 0)
		rc = file_mkdirs(folder, 0700, err_r);
	if (rc == 0) {
		term_progress("unpacking into %s", folder);
		code = proc_run(argv, NULL, err_r);
		term_clear();
		if (code > 0)
			err_set(err_r,
			    "tar ended with code %d: the file is damaged, or"
			    " the disk is full",
			    code);
		rc = code == 0 ? 0 : -1;
	}
	free(folder);
	return rc;
}

/* The ports are the new site's: nobody else has them here. */
static int
keep_ports(const struct site *site, struct err *err_r)
{
	char *own = site_path(site, "var/vedette/port_offset");
	char *to = site_path(site, FRESH "/var/vedette/port_offset");
	struct str text = {0};
	int rc = 0;

	if (file_exists(own))
		rc = file_read(own, 64, &text, err_r);
	if (rc == 0 && text.len > 0)
		rc = file_write(to, str_slice(&text), 0640, err_r);
	str_free(&text);
	free(own);
	free(to);
	return rc;
}

/* What a restore that was cut short moved away comes back. */
static int
go_back(const struct site *site, struct err *err_r)
{
	char *done = site_path(site, DONE);
	int rc = file_remove_tree(done, err_r);

	for (size_t i = 0; i < ARRAY_LEN(swapped) && rc == 0; i++) {
		char *now = site_path(site, "%s", swapped[i]);
		char *old = site_path(site, FRESH "/%s.old", swapped[i]);
		bool moved = file_exists(old);

		if (moved)
			rc = file_remove_tree(now, err_r);
		if (rc == 0 && moved && rename(old, now) == -1) {
			err_set(err_r, "%s: %s", now, strerror(errno));
			rc = -1;
		}
		free(now);
		free(old);
	}
	free(done);
	return rc;
}

/* Another site is another peer: a key of its own is made when it starts. */
static void
drop_key(const struct site *site, const json_t *about)
{
	const char *name = json_string_value(json_object_get(about, "site"));
	char *key = site_path(site, FRESH "/var/vedette/notifyd/key");

	if (name != NULL && strcmp(name, site->name) != 0)
		unlink(key);
	free(key);
}

/* Whole folders change places; the old ones go last. */
static int
swap(const struct site *site, struct err *err_r)
{
	char *fresh = site_path(site, FRESH), *done = site_path(site, DONE);
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(swapped) && rc == 0; i++) {
		char *now = site_path(site, "%s", swapped[i]);
		char *old = site_path(site, FRESH "/%s.old", swapped[i]);
		char *new = site_path(site, FRESH "/%s", swapped[i]);

		if (!file_exists(new))
			rc = file_mkdirs(new, 0750, err_r);
		if (rc == 0 &&
		    ((rename(now, old) == -1 && errno != ENOENT) ||
			rename(new, now) == -1)) {
			err_set(err_r, "%s: %s", now, strerror(errno));
			rc = -1;
		}
		free(now);
		free(old);
		free(new);
	}
	if (rc == 0 && rename(fresh, done) == -1) {
		err_set(err_r, "%s: %s", done, strerror(errno));
		rc = -1;
	}
	if (rc == 0)
		file_remove_tree(done, NULL);
	free(fresh);
	free(done);
	return rc;
}

static int
fill(const struct site *site, int fd, void *arg)
{
	const struct restore *r = arg;
	json_t *about = NULL;
	const char *version;
	char *message, *logs;
	struct err err;
	int rc;

	(void)fd;
	if (supervise_is_running(site) || supervise_is_any_up(site))
		return cmd_fail("restore",
		    "%s runs (\"vedette stop %s\" first)", site->name,
		    site->name);
	if (dup2(r->fd, STDIN_FILENO) == -1 || chdir(site->root) == -1)
		return 1;
	rc = go_back(site, &err);
	if (rc == 0)
		rc = unpack(site, &err);
	if (rc == 0)
		rc = (about = read_description(site, &err)) == NULL ? -1 : 0;
	if (rc == 0)
		rc = keep_ports(site, &err);
	if (rc == 0)
		drop_key(site, about);
	if (rc == 0)
		rc = swap(site, &err);
	if (rc == -1) {
		char *folder = site_path(site, FRESH);

		if (go_back(site, NULL) == 0)
			file_remove_tree(folder, NULL);
		free(folder);
		json_decref(about);
		return cmd_fail("restore", "%s", err.text);
	}
	logs = site_path(site, "var/log");
	file_mkdirs(logs, 0750, NULL);
	version = json_string_value(json_object_get(about, "version"));
	if (version != NULL && strcmp(version, vedette_version()) != 0)
		fprintf(stderr,
		    "vedette: restore: the backup is of version %s, this is"
		    " %s (\"vedette start\" compiles the configuration anew"
		    " if need be)\n",
		    version, vedette_version());
	message = xasprintf("backup of %s, generation %lld",
	    json_string_value(json_object_get(about, "site")),
	    (long long)json_integer_value(
		json_object_get(about, "generation")));
	audit_write(
	    site, "restore", snapshot_current(site->root), message, NULL);
	free(message);
	free(logs);
	json_decref(about);
	return 0;
}

/* --- the caller ----------------------------------------------------------- */

/* The site's name as the archive has it. */
static char *
name_in(const char *file)
{
	const char *const argv[] = {"tar", "-xzO", "-f", file, "--occurrence=1",
	    "--wildcards", "*/backup.json", NULL};
	struct str out = {0};
	json_t *about = NULL;
	const char *name = NULL;
	char *copy = NULL;

	if (proc_run(argv, &out, NULL) == 0)
		about = json_loadb(str_get(&out), out.len, 0, NULL);
	if (about != NULL)
		name = json_string_value(json_object_get(about, "site"));
	if (name != NULL)
		copy = xstrdup(name);
	json_decref(about);
	str_free(&out);
	return copy;
}

static int
create(const struct cmd_call *call, const char *name, struct err *err_r)
{
	const char *user = cmd_value(call, "user");
	const char *offset = cmd_value(call, "port-offset");
	const char *argv[10];
	struct str out = {0};
	size_t n = 0;
	int code;

	argv[n++] = "/proc/self/exe";
	argv[n++] = "create";
	argv[n++] = name;
	if (user != NULL) {
		argv[n++] = "--user";
		argv[n++] = user;
	}
	if (offset != NULL) {
		argv[n++] = "--port-offset";
		argv[n++] = offset;
	}
	argv[n] = NULL;
	term_progress("creating %s", name);
	code = proc_run(argv, &out, err_r);
	term_clear();
	if (code > 0) {
		struct slice said = slice_trim(str_slice(&out));

		err_set(err_r, "%.*s", (int)said.len, said.s);
	}
	str_free(&out);
	return code == 0 ? 0 : -1;
}

static int
restore_into(struct restore *r, const char *name)
{
	struct err err = {"it could not be filled"};
	struct site *site = site_open(name, NULL);
	bool made = site == NULL;
	int rc;

	if (!made && !cmd_flag(r->call, "yes"))
		rc = cmd_fail("restore",
		    "%s is there already: all of it would be replaced (say"
		    " --yes)",
		    name);
	else if (made && create(r->call, name, &err) == -1)
		rc = cmd_fail("restore", "%s", err.text);
	else if (made && (site = site_open(name, &err)) == NULL)
		rc = cmd_fail("restore", "%s", err.text);
	else
		rc = user_do(site, fill, r, NULL, &err);
	if (rc == -1)
		rc = cmd_fail("restore", "%s: %s", name, err.text);
	if (rc != 0 && made && site != NULL) {
		const char *const argv[] = {
		    "/proc/self/exe", "rm", name, "--yes", NULL};
		struct str out = {0};

		proc_run(argv, &out, NULL);
		str_free(&out);
	}
	if (rc == 0 && cmd_flag(r->call, "json")) {
		json_t *doc =
		    json_pack("{s:s, s:b, s:I}", "site", name, "created", made,
			"generation", (json_int_t)snapshot_current(site->root));

		term_json(doc);
		json_decref(doc);
	} else if (rc == 0) {
		printf("%s is restored (\"vedette start %s\")\n", name, name);
	}
	site_free(&site);
	return rc;
}

static int
run(const struct cmd_call *call)
{
	const char *file = call->argv[call->argc - 1];
	bool in = strcmp(file, "-") == 0;
	struct restore r = {call, STDIN_FILENO};
	struct err err;
	char *name = NULL;
	int rc;

	if (call->argc == 2)
		name = xstrdup(call->argv[0]);
	else if (!in)
		name = name_in(file);
	if (name == NULL)
		return cmd_fail("restore",
		    in ? "which site? (\"vedette restore SITE -\")"
		       : "%s cannot be read as a backup",
		    file);
	if (!in)
		r.fd = open(file, O_RDONLY | O_CLOEXEC);
	if (r.fd == -1)
		rc = cmd_fail("restore", "%s: %s", file, strerror(errno));
	else if (site_name_check(name, &err) == -1)
		rc = cmd_fail("restore", "%s", err.text);
	else
		rc = restore_into(&r, name);
	if (!in && r.fd != -1)
		close(r.fd);
	free(name);
	return rc == 0 ? 0 : CMD_FAILED;
}

static const struct cmd_option options[] = {
    {"yes", 'y', NULL, "replace a site that is there"},
    {"user", 'u', "USER", "of a site that is made: as of create"},
    {"port-offset", 'o', "N", "of a site that is made: as of create"},
    {"json", 'j', NULL, "{site, created, generation}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_restore = {
    .name = "restore",
    .args = "FILE|-",
    .summary = "make a site from a backup",
    .details =
	"Without a name the site is called as in the backup. A site that is\n"
	"not there is made as by \"create\", with ports of its own; one that "
	"is\n"
	"there must be stopped and is replaced only with --yes. Everything is\n"
	"unpacked beside the site first: a damaged file changes nothing. "
	"\"-\"\n"
	"reads the standard input. The site is not started.",
    .scope = CMD_NEW_SITE,
    .min_args = 1,
    .max_args = 2,
    .options = options,
    .run = run,
};
