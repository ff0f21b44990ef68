/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette stop: orderly ends for the daemons, and an end for the rest.
 */
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/verbs.h"

#include <unistd.h>

static int
stop_one(const struct site *site, const char *daemon, struct err *err_r)
{
	struct supervise_list list;
	size_t found = 0;
	int rc = 0;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n && rc == 0; i++)
		if (supervise_matches(&list.items[i], daemon)) {
			found++;
			rc = supervise_control(
			    site, list.items[i].name, "-d", err_r);
		}
	supervise_list_free(&list);
	if (rc == -1)
		return cmd_fail("stop", "%s: %s", daemon, err_r->text);
	if (found == 0) {
		cmd_fail("stop",
		    "%s: there is no daemon of that name"
		    " (\"vedette status\" lists them)",
		    daemon);
		return CMD_NO_SUCH_DAEMON;
	}
	if (supervise_wait_down(site, daemon) > 0)
		return cmd_fail("stop", "%s does not end", daemon);
	return 0;
}

int
stop_site(const struct site *site, const char *daemon)
{
	struct err err;
	int lock, code = 0;

	if ((lock = supervise_lock(site, &err)) == -1)
		return cmd_fail("stop", "%s: %s", site->name, err.text);
	if (daemon != NULL && supervise_is_running(site))
		code = stop_one(site, daemon, &err);
	else if (daemon == NULL && supervise_end(site, &err) == -1)
		code = cmd_fail("stop", "%s: %s", site->name, err.text);
	close(lock);
	return code;
}

static int
run(const struct cmd_call *call)
{
	return stop_site(call->site, call->argc > 0 ? call->argv[0] : NULL);
}

const struct cmd cmd_stop = {
    .name = "stop",
    .args = "[DAEMON]",
    .summary = "stop a site, or one of its daemons",
    .details =
	"The daemons end in order; what does not end within 12 seconds is\n"
	"killed, and so is everything else that runs for the site. Stopping a\n"
	"stopped site is no failure.",
    .scope = CMD_SITE_FIRST,
    .max_args = 1,
    .run = run,
};
