/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette rename-host: another name for a host, in the files and in all that
 * is known of it.
 */
#include "common/mem.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/config_lock.h"
#include "site/generations.h"
#include "site/rename.h"
#include "site/rename_metrics.h"
#include "site/renamed.h"
#include "site/term.h"
#include "site/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERB         "rename-host"
#define NAME_MAX_LEN 253

struct renaming {
	const struct cmd_call *call;
	const char *root, *old, *new;
	struct capture files;
	json_t *places, *notes;
};

static bool
is_name(const char *name)
{
	size_t n = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-_.");

	return n > 0 && n <= NAME_MAX_LEN && name[n] == '\0' && *name != '.';
}

static const char *
address_of(const struct snapshot *snap, const char *host)
{
	uint32_t at = snap_find_host(snap, slice_of(host));

	return snap_s(snap, snap->objects[at].address);
}

/* The files as they are must be right, or nobody can say what is meant. */
static int
check_names(const struct renaming *r)
{
	struct compile_report rep = {0};
	struct str text = {0};
	struct err err = {""};
	struct snapshot *snap = compile_open(r->root, &rep, &err);
	int code = 0;

	if (snap == NULL) {
		mistakes_print(&rep.mistakes, &text);
		fputs(str_get(&text), stderr);
		code = cmd_fail(VERB, "%s",
		    rep.mistakes.n_mistakes > 0
			? "the configuration has mistakes (correct them first)"
			: err.text);
	} else if (snap_find_host(snap, slice_of(r->old)) == SNAP_NONE) {
		code = cmd_fail(VERB, "%s: there is no such host", r->old);
	} else if (strcmp(address_of(snap, r->old), r->old) == 0) {
		json_array_append_new(r->notes,
		    json_sprintf("hosts.%s: it has no address of its own, so it"
				 " is looked for as %s from now on; \"address:"
				 " %s\" keeps the old one",
			r->new, r->new, r->old));
	}
	if (snap != NULL &&
	    snap_find_host(snap, slice_of(r->new)) != SNAP_NONE) {
		code = cmd_fail(
		    VERB, "%s: there is a host of that name already", r->new);
	}
	snapshot_close(&snap);
	compile_report_free(&rep);
	str_free(&text);
	return code;
}

static void
print_notes(const struct renaming *r)
{
	const json_t *note;
	size_t i;

	json_array_foreach(r->notes, i, note) fprintf(stderr,
	    "warning: %s (look whether that is what you want)\n",
	    json_string_value(note));
}

static void
print_places(const struct renaming *r)
{
	static const char *const columns[] = {"file", "line", "path"};

	if (cmd_flag(r->call, "json")) {
		json_t *doc = json_pack("{s:s, s:s, s:O, s:O}", "old", r->old,
		    "new", r->new, "places", r->places, "notes", r->notes);

		term_json(doc);
		json_decref(doc);
	} else {
		term_table(r->places, columns, ARRAY_LEN(columns), false);
	}
}

/* Everything back as it was. */
static int
take_back(const struct renaming *r, uint64_t before)
{
	struct err err;
	size_t changed;

	if (renamed_drop(r->root, snapshot_current(r->root), &err) == -1 ||
	    generations_restore(r->root, before, &changed, &err) == -1)
		return cmd_fail(VERB, "%s", err.text);
	return cmd_fail(VERB, "the files are again as they were");
}

static int
activate(const struct renaming *r, uint64_t before)
{
	uint64_t current = snapshot_current(r->root);
	char *message = xasprintf("rename %s to %s", r->old, r->new);
	int code = activate_site(r->call->site,
	    &(struct activate_how){
		.json = cmd_flag(r->call, "json"),
		.locked = true,
		.message = message,
		.action = VERB,
	    });

	free(message);
	if (code != 0 && snapshot_current(r->root) == current)
		return take_back(r, before);
	return code;
}

/*
 * First the state that is left, then the state that is wanted are kept; from
 * then on it is a restore of the latter, which cannot be left half done.
 */
static int
carry_out(const struct renaming *r)
{
	json_t *about =
	    json_pack("{s:{s:s, s:s}}", "rename", "old", r->old, "new", r->new);
	uint64_t current = snapshot_current(r->root), before, after;
	char *why = xasprintf("before %s was renamed", r->old);
	size_t changed;
	struct err err;
	bool saved;
	int code;

	before = generations_keep(
	    r->root, current, compile_next(r->root), why, &saved, &err);
	after = compile_next(r->root);
	free(why);
	why = xasprintf("%s renamed to %s", r->old, r->new);
	if (before == 0 ||
	    generations_save(
		r->root, after, "saved", why, &r->files, about, &err) == -1)
		code = cmd_fail(VERB, "%s (nothing was changed)", err.text);
	else if (generations_restore(r->root, after, &changed, &err) == -1)
		code = cmd_fail(VERB,
		    "%s (the next \"vedette activate\" finishes it)", err.text);
	else
		code = activate(r, before);
	if (code == 0)
		generations_forget(r->root, after);
	if (code == 0 && rename_metrics(r->root, r->old, r->new, &err) == -1)
		code = cmd_fail(VERB,
		    "%s is renamed, but its metrics are kept as those of %s: "
		    "%s",
		    r->new, r->old, err.text);
	free(why);
	json_decref(about);
	return code;
}

static int
work(struct renaming *r)
{
	struct err err;
	int code = check_names(r);

	if (code != 0)
		return code;
	if (capture_take(r->root, &r->files, &err) == -1)
		return cmd_fail(VERB, "%s", err.text);
	term_progress("looking through %zu files", r->files.n);
	if (rename_host(&r->files, r->old, r->new, r->places, r->notes, &err) ==
	    -1)
		return cmd_fail(VERB, "%s (nothing was changed)", err.text);
	term_clear();
	print_notes(r);
	if (cmd_flag(r->call, "dry-run")) {
		print_places(r);
		return 0;
	}
	if (!cmd_flag(r->call, "json"))
		printf("%zu places of the files say %s now.\n",
		    json_array_size(r->places), r->new);
	return carry_out(r);
}

static int
run(const struct cmd_call *call)
{
	struct renaming r = {.call = call,
	    .root = call->site->root,
	    .old = call->argv[0],
	    .new = call->argv[1]};
	struct err err;
	int fd, code;

	if (!is_name(r.new))
		return cmd_fail(VERB,
		    "%s: not a name for a host (letters, digits, \"-\", \"_\""
		    " and \".\", at most %d)",
		    r.new, NAME_MAX_LEN);
	if ((fd = config_lock(call->site, VERB, &err)) == -1)
		return cmd_fail(VERB, "%s", err.text);
	r.places = json_array();
	r.notes = json_array();
	code = work(&r);
	json_decref(r.places);
	json_decref(r.notes);
	capture_free(&r.files);
	close(fd);
	return code;
}

static const struct cmd_option options[] = {
    {"dry-run", 'n', NULL, "show the places, and change nothing"},
    {"json", 'j', NULL,
	"as of activate; with --dry-run {old, new, places: [{file, line,"
	" column, path}], notes}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_rename_host = {
    .name = VERB,
    .args = "OLD NEW",
    .summary = "give a host another name and keep all that is known of it",
    .details =
	"Changes the name wherever the files of conf.d/ say it (hosts, "
	"parents,\n"
	"clusters, services, rules, notification and event rules) and nothing\n"
	"else in them: comments and order stay. The file of discovered "
	"services\n"
	"is moved, and the result is activated. The host and its services "
	"keep\n"
	"states, attempts, downtimes, comments, acknowledgements and the time "
	"of\n"
	"the next check; their history and metrics are found under the new\n"
	"name. Regular\n"
	"expressions that match only one of the names are listed as warnings.\n"
	"Events and notifications that were made before keep the old name.",
    .scope = CMD_SITE_OPTION,
    .min_args = 2,
    .max_args = 2,
    .options = options,
    .run = run,
};
