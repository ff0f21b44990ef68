/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette activate: the configuration files become what the site works by.
 */
#include "site/cmd.h"
#include "site/verbs.h"

static int
run(const struct cmd_call *call)
{
	return activate_site(call->site,
	    &(struct activate_how){
		.json = cmd_flag(call, "json"),
		.quiet = cmd_flag(call, "quiet"),
		.message = cmd_value(call, "message"),
	    });
}

static const struct cmd_option options[] = {
    {"message", 'm', "TEXT", "a remark for var/log/activations.log"},
    {"quiet", 'q', NULL, "print mistakes and warnings only"},
    {"json", 'j', NULL,
	"{ok, generation, mistakes, warnings, files, hosts, services,"
	" daemons}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_activate = {
    .name = "activate",
    .args = "",
    .summary = "make the configuration files take effect",
    .details =
	"Checks site.yaml, conf.d/ and the discovered services. Every mistake\n"
	"is printed as FILE:LINE:COLUMN: path: text; with one of them, or if "
	"a\n"
	"daemon refuses, nothing is changed and the exit code is 1. Warnings\n"
	"do not block. Returns when every running daemon works by the new\n"
	"configuration; a stopped site works by it from its next start.",
    .scope = CMD_SITE_OPTION,
    .options = options,
    .run = run,
};
