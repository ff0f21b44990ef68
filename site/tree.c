/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds and copies version trees.
 */
#include "site/tree.h"

#include "common/daemon.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/proc.h"
#include "site/user.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
tree_own(struct err *err_r)
{
	char path[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0) {
		err_set(err_r, "/proc/self/exe: %s", strerror(errno));
		return NULL;
	}
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) != NULL)
		*slash = '\0';
	if (slash == NULL || (slash = strrchr(path, '/')) == NULL ||
	    strcmp(slash, "/bin") != 0) {
		err_set(
		    err_r, "%s: a version has its programs in \"bin\"", path);
		return NULL;
	}
	*slash = '\0';
	return xstrdup(path);
}

static int
try_to_reach(const struct site *site, int fd, void *arg)
{
	const char *tree = arg;
	static const char *const needed[] = {
	    "bin/vedette", "bin/vedette-core", "lib", "share"};
	int good = 1;

	(void)site;
	(void)fd;
	for (size_t i = 0; i < ARRAY_LEN(needed) && good; i++) {
		char *path = xasprintf("%s/%s", tree, needed[i]);
		good = access(path, R_OK | X_OK) == 0;
		free(path);
	}
	return good ? 0 : 1;
}

bool
tree_is_reachable(const char *tree, const struct site *site)
{
	char *copy = xstrdup(tree);
	int code = user_do(site, try_to_reach, copy, NULL, NULL);

	free(copy);
	return code == 0;
}

/* Runs a tool whose words become the reason. */
static int
tool(const char *const *argv, struct err *err_r)
{
	struct str out = {0};
	int code = proc_run(argv, &out, err_r);

	if (code > 0) {
		struct slice said = slice_trim(str_slice(&out));
		err_set(err_r, "%.*s", (int)said.len, said.s ? said.s : "");
	}
	str_free(&out);
	return code == 0 ? 0 : -1;
}

static int
copy_parts(const char *tree, const char *to, struct err *err_r)
{
	char *bin = xasprintf("%s/bin", tree), *lib = xasprintf("%s/lib", tree);
	char *share = xasprintf("%s/share", tree);
	const char *const cp[] = {"cp", "-RL", "--preserve=mode,timestamps",
	    "--", bin, lib, share, to, NULL};
	const char *const chmod_[] = {
	    "chmod", "-R", "u+w,go-w,a+rX", "--", to, NULL};
	int rc = tool(cp, err_r);

	if (rc == 0)
		rc = tool(chmod_, err_r);
	free(bin);
	free(lib);
	free(share);
	return rc;
}

char *
tree_copy(const char *tree, const char *base, struct err *err_r)
{
	char *to = xasprintf("%s/versions/%s", base, vedette_version());
	char *new = xasprintf("%s.new", to), *old = xasprintf("%s.old", to);
	int rc = file_remove_tree(new, err_r);

	if (rc == 0)
		rc = file_remove_tree(old, err_r);
	if (rc == 0)
		rc = file_mkdirs(new, 0755, err_r);
	if (rc == 0)
		rc = copy_parts(tree, new, err_r);
	if (rc == 0 && file_exists(to) && (rc = rename(to, old)) == -1)
		err_set(err_r, "%s: %s", to, strerror(errno));
	if (rc == 0 && (rc = rename(new, to)) == -1)
		err_set(err_r, "%s: %s", to, strerror(errno));
	file_remove_tree(rc == 0 ? old : new, NULL);
	free(new);
	free(old);
	if (rc == 0)
		return to;
	free(to);
	return NULL;
}

void
tree_set_capabilities(const char *tree)
{
	char *script = xasprintf("%s/share/vedette/set-capabilities", tree);
	char *bin = xasprintf("%s/bin", tree);
	const char *const argv[] = {script, bin, NULL};

	if (geteuid() == 0 && file_exists(script))
		proc_run(argv, NULL, NULL);
	free(script);
	free(bin);
}
