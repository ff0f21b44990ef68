/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette help: the verbs, or one of them.
 */
#include "site/cmd.h"

#include <stdio.h>

static int
run(const struct cmd_call *call)
{
	struct str text = {0};
	const struct cmd *cmd;

	if (call->argc == 0) {
		cmd_overview(&text);
	} else if ((cmd = cmd_find(call->argv[0])) != NULL) {
		cmd_usage(&text, cmd);
	} else {
		return cmd_fail("help",
		    "unknown verb \"%s\" (\"vedette help\""
		    " lists them)",
		    call->argv[0]);
	}
	fputs(str_get(&text), stdout);
	str_free(&text);
	return 0;
}

const struct cmd cmd_help = {
    .name = "help",
    .args = "[VERB]",
    .summary = "list the verbs, or explain one",
    .details = "Without an argument the verbs with a line each; with the name\n"
	       "of a verb the same as \"vedette VERB --help\".",
    .scope = CMD_ANYWHERE,
    .max_args = 1,
    .run = run,
};
