/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette check-config: what activate would say, without doing it.
 */
#include "site/cmd.h"
#include "site/verbs.h"

static int
run(const struct cmd_call *call)
{
	return activate_site(call->site,
	    &(struct activate_how){
		.json = cmd_flag(call, "json"),
		.check_only = true,
	    });
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL,
	"{ok, generation, mistakes, warnings, files, hosts, services,"
	" daemons}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_check_config = {
    .name = "check-config",
    .args = "",
    .summary = "look for mistakes in the configuration files",
    .details =
	"Prints what \"vedette activate\" would print and changes nothing.\n"
	"Exit code 1 if there are mistakes.",
    .scope = CMD_SITE_OPTION,
    .options = options,
    .run = run,
};
