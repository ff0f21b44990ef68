/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette su: a shell as the site's user.
 */
#include "common/mem.h"
#include "site/cmd.h"
#include "site/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
run(const struct cmd_call *call)
{
	const char *shell =
	    access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
	char **args = xcalloc((size_t)call->argc + 3, sizeof(*args));
	size_t n = 0;
	char *command = NULL;
	struct err err;

	if (geteuid() == 0 && user_become(call->site, &err) == -1) {
		free(args);
		return cmd_fail("su", "%s", err.text);
	}
	user_environment(call->site, true);
	if (chdir(call->site->root) == -1) {
		free(args);
		return cmd_fail(
		    "su", "%s: %s", call->site->root, strerror(errno));
	}
	args[n++] = xstrdup(shell);
	if (call->argc > 0) {
		args[n++] = xstrdup("-c");
		args[n++] = command = xstrdup(call->argv[0]);
	}
	execv(shell, args);
	cmd_fail("su", "%s: %s", shell, strerror(errno));
	for (size_t i = 0; i < n; i++)
		free(args[i]);
	free(args);
	(void)command;
	return CMD_FAILED;
}

const struct cmd cmd_su = {
    .name = "su",
    .args = "[COMMAND]",
    .summary = "work in a shell as the site's user",
    .details =
	"A shell in the site's folder with HOME, PATH, VEDETTE_SITE and\n"
	"VEDETTE_ROOT set; \"exit\" leaves it. With COMMAND the shell runs "
	"that\n"
	"alone.",
    .scope = CMD_SITE_FIRST,
    .flags = CMD_ROOT_STAYS,
    .max_args = 1,
    .run = run,
};
