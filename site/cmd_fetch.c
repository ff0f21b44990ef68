/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette fetch: the agent's output as it comes.
 */
#include "fetcher/fetch_once.h"
#include "site/cmd.h"
#include "site/written.h"

#include <stdio.h>

static int
run(const struct cmd_call *call)
{
	struct written *w = written_open(call->site, "fetch");
	uint32_t host = SNAP_NONE, agent;
	struct msg_job job;
	struct str output = {0};
	struct err err;
	int code = CMD_FAILED;

	if (w != NULL)
		host = written_host(w, "fetch", call->argv[0]);
	if (host != SNAP_NONE) {
		agent = written_agent(w, host);
		fetch_once_root(call->site->root);
		if (agent == SNAP_NONE || !written_job(w, agent, &job)) {
			cmd_fail("fetch",
			    "%s has no agent that can be asked (its key "
			    "\"agent\" has no kind tcp or program)",
			    call->argv[0]);
		} else if (fetch_once(&job, &output, &err) == -1) {
			cmd_fail("fetch", "%s: %s", call->argv[0], err.text);
		} else {
			fwrite(output.s, 1, output.len, stdout);
			code = 0;
		}
	}
	str_free(&output);
	written_close(&w);
	return code;
}

const struct cmd cmd_fetch = {
    .name = "fetch",
    .args = "HOST",
    .summary = "print what a host's agent sends",
    .details =
	"Asks the agent of the host as the configuration files say, without\n"
	"an activation and without a running site, and prints its output.\n"
	"Exit code 1 if the host cannot be reached.",
    .scope = CMD_SITE_OPTION,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
