/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette rm: stops a site and removes it with its user.
 */
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/user.h"
#include "site/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
stop(const struct site *site, int fd, void *arg)
{
	struct err err;

	(void)fd;
	(void)arg;
	if (supervise_end(site, &err) == -1)
		return cmd_fail("rm", "%s: %s", site->name, err.text);
	return 0;
}

/* On a terminal a person may answer; the default is no. */
static bool
is_meant(const struct site *site)
{
	char line[32];

	if (!isatty(STDIN_FILENO)) {
		cmd_fail("rm",
		    "%s and all its data would be removed (say"
		    " --yes)",
		    site->root);
		return false;
	}
	printf("Remove %s with all its data? [y/N] ", site->root);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) != NULL &&
	    (line[0] == 'y' || line[0] == 'Y');
}

static int
run(const struct cmd_call *call)
{
	const struct site *site = call->site;
	bool own_user = geteuid() == 0 && user_is_made_for(site);
	struct err err = {"it does not stop"};

	if (geteuid() != 0 && site->uid != geteuid())
		return cmd_fail(
		    "rm", "%s is not yours (run it as root)", site->name);
	if (!cmd_flag(call, "yes") && !is_meant(site))
		return CMD_FAILED;
	if (site->uid != 0 && user_do(site, stop, NULL, NULL, &err) != 0)
		return cmd_fail("rm", "%s: %s", site->name, err.text);
	if (chdir("/") == -1)
		return cmd_fail("rm", "/ cannot be entered");
	term_progress("removing %s", site->root);
	if (own_user && user_remove(site, &err) == -1)
		return cmd_fail("rm", "user %s: %s", site->name, err.text);
	if (rm_tree(site->root, &err) == -1)
		return cmd_fail("rm", "%s: %s", site->root, err.text);
	term_clear();
	return 0;
}

static const struct cmd_option options[] = {
    {"yes", 'y', NULL, "do not ask"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_rm = {
    .name = "rm",
    .args = "",
    .summary = "stop a site and remove it with all its data",
    .details =
	"Ends everything that runs in the site, then removes its folder, and\n"
	"its Unix user and group if \"create\" made them.",
    .scope = CMD_SITE_FIRST,
    .flags = CMD_ROOT_STAYS,
    .max_args = 0,
    .options = options,
    .run = run,
};
