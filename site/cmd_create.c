/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette create: a Unix user, a folder, a first configuration.
 */
#include "common/file.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/settings.h"
#include "site/cmd.h"
#include "site/ports.h"
#include "site/proc.h"
#include "site/skeleton.h"
#include "site/term.h"
#include "site/tree.h"
#include "site/user.h"
#include "site/verbs.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest path of a socket below the site, and sun_path with its NUL. */
#define LONGEST_SOCKET "tmp/run/bus/livestatusd.sock"
#define SOCKET_PATH    108

/* A site in the making, and what must be undone if it fails. */
struct making {
	const struct cmd_call *call;
	struct site site;
	char *tree, *password;
	uint16_t offset;
	bool made_user, made_folder;
};

static int
check_place(struct making *m, struct err *err_r)
{
	char *parent = xasprintf("%s/sites", m->site.base);
	size_t longest = strlen(m->site.root) + 1 + strlen(LONGEST_SOCKET);
	int rc;

	if (longest >= SOCKET_PATH) {
		err_set(err_r,
		    "%s is too long a path: sockets below it would"
		    " have %zu of at most %d characters (set"
		    " VEDETTE_ROOT to a shorter one)",
		    m->site.root, longest, SOCKET_PATH - 1);
		rc = -1;
	} else if (file_exists(m->site.root)) {
		err_set(err_r,
		    "%s is there already (choose another name, or"
		    " \"vedette rm %s --yes\")",
		    m->site.root, m->site.name);
		rc = -1;
	} else {
		struct err err;

		rc = file_mkdirs(parent, 0755, &err);
		if (rc == -1)
			err_set(err_r,
			    "%s (run it as root, or set VEDETTE_ROOT to a "
			    "folder that you may write)",
			    err.text);
	}
	free(parent);
	return rc;
}

/* --user NAME, or a new one; without root only the caller himself. */
static int
get_user(struct making *m, struct err *err_r)
{
	const char *name = cmd_value(m->call, "user");

	if (geteuid() == 0 && name == NULL) {
		term_progress("making user %s", m->site.name);
		if (user_make(m->site.name, m->site.root, err_r) == -1)
			return -1;
		m->made_user = true;
		name = m->site.name;
	}
	if (name == NULL) {
		char *self = user_name(geteuid());
		err_set(err_r,
		    "only root can make a user (run it as root, or"
		    " take yourself: --user %s)",
		    self);
		free(self);
		return -1;
	}
	if (user_find(name, &m->site.uid, &m->site.gid, err_r) == -1)
		return -1;
	if (geteuid() != 0 && m->site.uid != geteuid()) {
		err_set(err_r, "only root can give a site to user %s", name);
		return -1;
	}
	return 0;
}

static int
get_tree(struct making *m, struct err *err_r)
{
	char *own = tree_own(err_r);

	if (own == NULL)
		return -1;
	if (tree_is_reachable(own, &m->site)) {
		m->tree = own;
	} else if (geteuid() != 0) {
		err_set(err_r, "%s is not complete (run \"make\")", own);
		free(own);
		return -1;
	} else {
		term_progress("copying %s", own);
		m->tree = tree_copy(own, m->site.base, err_r);
		term_clear();
		if (m->tree != NULL)
			printf("The site's user cannot reach %s, so it was"
			       " copied to %s.\n",
			    own, m->tree);
		free(own);
	}
	if (m->tree != NULL)
		tree_set_capabilities(m->tree);
	return m->tree != NULL ? 0 : -1;
}

static int
get_offset(struct making *m, struct err *err_r)
{
	const char *given = cmd_value(m->call, "port-offset");
	struct str found = {0};
	struct slice rest, line;
	int64_t offset;

	if (given == NULL)
		return ports_choose(&m->site, &m->offset, err_r);
	if (!num_range(slice_of(given), 0, ports_max_offset(), &offset)) {
		err_set(err_r,
		    "--port-offset %s: a number from 0 to %d is"
		    " expected",
		    given, ports_max_offset());
		return -1;
	}
	m->offset = (uint16_t)offset;
	ports_conflicts(&m->site, m->offset, &found);
	rest = str_slice(&found);
	term_clear();
	while (slice_next(&rest, '\n', &line))
		if (line.len > 0)
			fprintf(stderr, "vedette: create: warning: %.*s\n",
			    (int)line.len, line.s);
	str_free(&found);
	return 0;
}

static int
get_password(struct making *m, struct err *err_r)
{
	const char *given = cmd_value(m->call, "admin-password");

	if (given != NULL && *given == '\0') {
		err_set(err_r, "--admin-password must not be empty");
		return -1;
	}
	m->password =
	    given != NULL ? xstrdup(given) : skeleton_random_password(err_r);
	return m->password != NULL ? 0 : -1;
}

static int
make_folder(struct making *m, struct err *err_r)
{
	if (mkdir(m->site.root, 0755) == -1) {
		err_set(err_r, "%s: %s%s", m->site.root, strerror(errno),
		    errno == EACCES && geteuid() != 0
			? " (run it as root, or set VEDETTE_ROOT to a folder"
			  " of yours)"
			: "");
		return -1;
	}
	m->made_folder = true;
	if (chmod(m->site.root, 0755) == -1 ||
	    (geteuid() == 0 &&
		chown(m->site.root, m->site.uid, m->site.gid) == -1)) {
		err_set(err_r, "%s: %s", m->site.root, strerror(errno));
		return -1;
	}
	return 0;
}

/* In the site's user's name. */
static int
fill(const struct site *site, int fd, void *arg)
{
	const struct making *m = arg;
	struct err err;
	char *hash = skeleton_hash(m->password, &err);
	struct skeleton what = {m->tree, m->offset, hash};
	int rc;

	(void)fd;
	rc = hash == NULL ? -1 : skeleton_make(site, &what, &err);
	free(hash);
	if (rc == -1)
		return cmd_fail("create", "%s", err.text);
	return 0;
}

/* So that the daemons have something to work by. */
static int
activate(const struct site *site, int fd, void *arg)
{
	char *program = site_path(site, "bin/vedette");
	const char *const argv[] = {program, "activate", "--quiet", NULL};
	struct err err;
	int code;

	(void)fd;
	(void)arg;
	if (chdir(site->root) == -1)
		return 1;
	user_environment(site, false);
	code = proc_run(argv, NULL, &err);
	if (code == -1)
		cmd_fail("create", "%s", err.text);
	free(program);
	return code == 0 ? 0 : 1;
}

static int
make(struct making *m, struct err *err_r)
{
	int rc;

	if (check_place(m, err_r) == -1 || get_password(m, err_r) == -1 ||
	    get_user(m, err_r) == -1 || get_tree(m, err_r) == -1 ||
	    get_offset(m, err_r) == -1 || make_folder(m, err_r) == -1)
		return -1;
	term_progress("filling %s", m->site.root);
	err_set(err_r, "the site could not be filled");
	if ((rc = user_do(&m->site, fill, m, NULL, err_r)) != 0)
		return -1;
	err_set(err_r, "the first configuration could not be activated");
	rc = user_do(&m->site, activate, NULL, NULL, err_r);
	term_clear();
	return rc == 0 ? 0 : -1;
}

static void
undo(struct making *m)
{
	if (m->made_folder)
		rm_tree(m->site.root, NULL);
	if (m->made_user)
		user_remove(&m->site, NULL);
}

static void
print_result(const struct making *m)
{
	const char *say = geteuid() == 0 ? m->site.name : "";
	int http = 0;

#define PORT(name, enabled, port, open, help)                                  \
	if (strcmp(#name, "http") == 0)                                        \
		http = port + m->offset;
	SETTINGS_LISTENERS(PORT)
#undef PORT
	printf("Site %s is there: %s\n", m->site.name, m->site.root);
	printf("  start it       vedette start %s\n", say);
	printf("  console        http://127.0.0.1:%d/\n", http);
	printf("  log in as      admin\n");
	if (cmd_value(m->call, "admin-password") == NULL)
		printf(
		    "  password       %s   (shown this once)\n", m->password);
	printf("  configuration  %s/etc/vedette/\n", m->site.root);
	if (m->offset != 0)
		printf("  port offset    %d\n", m->offset);
	if (geteuid() == 0)
		printf("  work there     vedette su %s\n", m->site.name);
}

static int
run(const struct cmd_call *call)
{
	struct making m = {.call = call};
	struct err err = {""};
	int rc;

	if (site_name_check(call->argv[0], &err) == -1)
		return cmd_fail("create", "%s", err.text);
	m.site.name = xstrdup(call->argv[0]);
	m.site.base = site_base();
	m.site.root = xasprintf("%s/sites/%s", m.site.base, m.site.name);
	umask(022);
	rc = make(&m, &err);
	term_clear();
	if (rc == -1) {
		undo(&m);
		cmd_fail("create", "%s: %s", m.site.name, err.text);
	} else {
		print_result(&m);
	}
	free(m.site.name);
	free(m.site.base);
	free(m.site.root);
	free(m.tree);
	free(m.password);
	return rc == 0 ? 0 : CMD_FAILED;
}

static const struct cmd_option options[] = {
    {"user", 'u', "USER", "take this existing user instead of making one"},
    {"port-offset", 'o', "N",
	"added to each listening port; without it the smallest free one"},
    {"admin-password", 'p', "PASSWORD",
	"of the console's user admin; without it a random one, shown once"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_create = {
    .name = "create",
    .args = "",
    .summary = "make a new site",
    .details =
	"Makes a Unix user and group of the site's name, the site's folder\n"
	"below VEDETTE_ROOT/sites with links to the version that this program\n"
	"belongs to, a first configuration with the console's user admin, and\n"
	"activates it. A build whose folder the new user cannot reach is\n"
	"copied to VEDETTE_ROOT/versions first. The site is not started.\n"
	"\n"
	"A name begins with a letter and has at most 16 letters, digits and\n"
	"underscores. A user other than root can make a site for himself with\n"
	"--user and his own name, where VEDETTE_ROOT lets him write.",
    .scope = CMD_NEW_SITE,
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .run = run,
};
