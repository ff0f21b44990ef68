/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette simulate: the site without a network or a clock.
 */
#include "common/mem.h"
#include "site/cmd.h"
#include "site/input.h"
#include "site/simulate/simulate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CANNOT_PLAY 2

static int
run(const struct cmd_call *call)
{
	struct sim_options options = {
	    .until_quiet = cmd_flag(call, "until-quiet"),
	    .table = cmd_flag(call, "table"),
	    .explain = cmd_flag(call, "explain"),
	    .plain = cmd_flag(call, "plain"),
	    .fd = STDOUT_FILENO};
	struct mistakes mistakes = {0};
	struct str text = {0}, why = {0};
	struct err err = {""};
	int rc;

	if (input_read(call->argv[0], &text, &err) == -1) {
		cmd_fail("simulate", "%s", err.text);
		return CANNOT_PLAY;
	}
	rc =
	    sim_run(call->argv[0], str_slice(&text), &options, NULL, &mistakes);
	if (mistakes.n_mistakes > 0) {
		mistakes_print(&mistakes, &why);
		fputs(str_get(&why), stderr);
		cmd_fail("simulate",
		    "%s cannot be played: %u mistake%s (correct what stands "
		    "above)",
		    call->argv[0], mistakes.n_mistakes,
		    mistakes.n_mistakes == 1 ? "" : "s");
	}
	mistakes_free(&mistakes);
	str_free(&text);
	str_free(&why);
	return rc == 0 ? 0 : CANNOT_PLAY;
}

static const struct cmd_option options[] = {
    {"until-quiet", 0, NULL, "play on until nothing waits any more"},
    {"table", 0, NULL, "lines for people instead of JSON"},
    {"explain", 0, NULL, "add to each event which rules decided"},
    {"plain", 0, NULL, "without the short cut for quiet checks"}, {0}};

const struct cmd cmd_simulate = {
    .name = "simulate",
    .args = "FILE",
    .summary = "play a scenario on a virtual clock",
    .details =
	"Loads the configuration of a scenario, plays its timeline through\n"
	"the real engine, notification rules and queries without a network\n"
	"or waiting, and prints what would happen: one JSON object a line.\n"
	"FILE is YAML (- for standard input); docs/simulate.md describes it.\n"
	"Exit code 2 if the file cannot be played.",
    .scope = CMD_ANYWHERE,
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .run = run,
};
