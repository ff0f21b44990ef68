/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette activate: the configuration files become what the site works by;
 * and the way back.
 */
#include "common/mem.h"
#include "common/num.h"
#include "site/audit.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/config_lock.h"
#include "site/generations.h"
#include "site/renamed.h"
#include "site/term.h"
#include "site/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- --list --------------------------------------------------------------- */

/* The state for people: running, kept, saved. */
static void
add_state(json_t *row, uint64_t current)
{
	json_int_t n = json_integer_value(json_object_get(row, "generation"));
	const char *kind = json_string_value(json_object_get(row, "kind"));
	bool running = (uint64_t)n == current;
	char *when =
	    audit_time(json_integer_value(json_object_get(row, "time")));

	json_object_set_new(row, "running", json_boolean(running));
	json_object_set_new(row, "state",
	    json_string(running    ? "running"
		    : kind != NULL ? kind
				   : "?"));
	json_object_set_new(row, "when", json_string(when));
	free(when);
}

static int
list(const struct cmd_call *call)
{
	static const char *const columns[] = {"generation", "state", "when",
	    "who", "hosts", "services", "files", "message"};
	json_t *rows = generations_list(call->site->root), *row;
	uint64_t current = snapshot_current(call->site->root);
	bool json = cmd_flag(call, "json");
	size_t i;

	for (i = 0; i < json_array_size(rows); i++) {
		json_int_t n;

		row = json_array_get(rows, i);
		add_state(row, current);
		n = json_integer_value(json_object_get(row, "generation"));
		/* Of an activation that was cut short. */
		if ((uint64_t)n > current &&
		    strcmp(json_string_value(json_object_get(row, "state")),
			"activated") == 0)
			json_array_remove(rows, i--);
	}
	if (json || json_array_size(rows) > 0)
		term_table(rows, columns, ARRAY_LEN(columns), json);
	else
		puts("Nothing was activated yet.");
	json_decref(rows);
	return 0;
}

/* --- --revert ------------------------------------------------------------- */

/* The state of the files that the way back leads to; 0 with a reason. */
static uint64_t
keep_files(const struct site *site, uint64_t target, struct err *err_r)
{
	char *why = xasprintf("before the revert to %" PRIu64, target);
	bool saved;
	uint64_t number =
	    generations_keep(site->root, snapshot_current(site->root),
		compile_next(site->root), why, &saved, err_r);

	if (saved)
		fprintf(stderr,
		    "vedette: activate: what was not activated yet is kept as"
		    " %" PRIu64 " (\"vedette activate --revert %" PRIu64
		    "\" brings it back)\n",
		    number, number);
	free(why);
	return number;
}

static int
restore_and_activate(const struct cmd_call *call, uint64_t target,
    uint64_t before, struct err *err_r)
{
	const char *why = cmd_value(call, "message");
	const char *root = call->site->root;
	uint64_t current = snapshot_current(root);
	size_t changed;
	char *message;
	int code;

	if (generations_restore(root, target, &changed, err_r) == -1)
		return cmd_fail("activate", "%s", err_r->text);
	message = xasprintf("revert to %" PRIu64 "%s%s", target,
	    why != NULL ? ": " : "", why != NULL ? why : "");
	code = activate_site(call->site,
	    &(struct activate_how){
		.json = cmd_flag(call, "json"),
		.quiet = cmd_flag(call, "quiet"),
		.locked = true,
		.message = message,
		.action = "revert",
	    });
	free(message);
	if (code == 0 || snapshot_current(root) != current)
		return code;
	if (renamed_drop(root, current, err_r) == -1 ||
	    generations_restore(root, before, &changed, err_r) == -1)
		return cmd_fail("activate", "%s", err_r->text);
	return cmd_fail(
	    "activate", "the files are again as they were before the revert");
}

static int
revert(const struct cmd_call *call, const char *text)
{
	uint64_t target, before;
	struct generation g;
	struct err err;
	int fd, code;

	if (!num_u64(slice_of(text), &target) || target == 0)
		return cmd_fail("activate",
		    "%s: not the number of a generation (\"vedette activate"
		    " --list\" lists them)",
		    text);
	if ((fd = config_lock(call->site, "activate --revert", &err)) == -1)
		return cmd_fail("activate", "%s", err.text);
	/* Whole and readable, before anything is touched. */
	if (generations_load(call->site->root, target, true, &g, &err) == -1) {
		close(fd);
		return cmd_fail("activate", "%s", err.text);
	}
	generation_free(&g);
	before = keep_files(call->site, target, &err);
	if (before == 0)
		code =
		    cmd_fail("activate", "%s (nothing was changed)", err.text);
	else
		code = restore_and_activate(call, target, before, &err);
	close(fd);
	return code;
}

static int
run(const struct cmd_call *call)
{
	const char *target = cmd_value(call, "revert");

	if (cmd_flag(call, "list"))
		return list(call);
	if (target != NULL && cmd_flag(call, "dry-run"))
		return cmd_fail("activate",
		    "--revert has no --dry-run (what it replaces is kept, and"
		    " \"--revert\" brings that back too)");
	if (target != NULL)
		return revert(call, target);
	return activate_site(call->site,
	    &(struct activate_how){
		.json = cmd_flag(call, "json"),
		.quiet = cmd_flag(call, "quiet"),
		.dry_run = cmd_flag(call, "dry-run"),
		.message = cmd_value(call, "message"),
	    });
}

static const struct cmd_option options[] = {
    {"dry-run", 'n', NULL, "show what would change, and change nothing"},
    {"message", 'm', "WHY", "a remark for --list and var/log/audit.log"},
    {"list", 'l', NULL, "the generations that can be brought back"},
    {"revert", 'r', "N", "make the files those of generation N again"},
    {"quiet", 'q', NULL, "print mistakes and warnings only"},
    {"json", 'j', NULL,
	"{ok, generation, mistakes, warnings, files, hosts, services,"
	" daemons, changes}; --list: an array of {generation, state, running,"
	" time, who, from, message, hosts, services, files}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_activate = {
    .name = "activate",
    .args = "",
    .summary = "make the configuration files take effect",
    .details =
	"Checks site.yaml, conf.d/ and the discovered services and shows what\n"
	"will change. Every mistake is printed as FILE:LINE:COLUMN: path: "
	"text;\n"
	"with one of them, or if a daemon refuses, nothing is changed and the\n"
	"exit code is 1. Warnings do not block. Returns when every running\n"
	"daemon works by the new configuration; a stopped site works by it "
	"from\n"
	"its next start.\n"
	"\n"
	"The files of the last 50 generations are kept. --revert N puts those "
	"of\n"
	"generation N back into etc/vedette and var/vedette/discovered and\n"
	"activates them as a new generation. Files that were edited and not\n"
	"activated are kept before that under a number of their own, which\n"
	"--list shows as \"saved\". One activation runs at a time. Who did "
	"what\n"
	"and why is in var/log/audit.log, one JSON object a line.",
    .scope = CMD_SITE_OPTION,
    .options = options,
    .run = run,
};
