/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette restart: stop, then start.
 */
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/verbs.h"

static int
run(const struct cmd_call *call)
{
	const char *daemon = call->argc > 0 ? call->argv[0] : NULL;
	int code = stop_site(call->site, daemon);

	return code != 0 ? code : start_site(call->site, daemon);
}

const struct cmd cmd_restart = {
    .name = "restart",
    .args = "[DAEMON]",
    .summary = "stop a site or daemon and start it again",
    .details = "All daemons are stopped before the first is started. The exit\n"
	       "codes are those of \"start\".",
    .scope = CMD_SITE_FIRST,
    .max_args = 1,
    .run = run,
};
