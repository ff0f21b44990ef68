/* SPDX-License-Identifier: Apache-2.0
 *
 * An activation: compile the files, show what changes, keep the files, ask
 * every running daemon whether it can work by them, make them the present
 * ones, tell the daemons. Whatever ends it before the link moves leaves the
 * site as it was.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/settings.h"
#include "common/str.h"
#include "site/audit.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/config_lock.h"
#include "site/diff.h"
#include "site/generations.h"
#include "site/reload.h"
#include "site/renamed.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 5 /* while somebody writes the files */

struct activation {
	const struct site *site;
	const struct activate_how *how;
	struct capture files;
	struct compile_report rep;
	struct reload reload;
	struct str text; /* mistakes and warnings */
	json_t *diff;    /* or NULL */
	uint64_t generation;
};

static const char *
verb_of(const struct activation *a)
{
	return a->how->check_only ? "check-config" : "activate";
}

/* var/log/activations.log: who made what work, when, and why. */
static void
note(const struct activation *a)
{
	char *path = site_path(a->site, "var/log/activations.log");
	char *when = audit_time(clock_wall() / NS_PER_S);
	const char *message = a->how->message;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd != -1)
		dprintf(fd, "%s generation %" PRIu64 " by %s%s%s\n", when,
		    a->generation, audit_who(), message != NULL ? ": " : "",
		    message != NULL ? message : "");
	if (fd != -1)
		close(fd);
	free(path);
	free(when);
}

static json_t *
counts_of(const struct activation *a)
{
	return json_pack("{s:I, s:I}", "hosts", (json_int_t)a->rep.hosts,
	    "services", (json_int_t)a->rep.services);
}

/* {hosts, services: {added, ...}} of the difference. */
static json_t *
changes_of(const struct activation *a)
{
	json_t *counts = counts_of(a);

	if (a->diff != NULL)
		json_object_set_new(counts, "changes",
		    json_pack("{s:O, s:O}", "hosts",
			json_object_get(a->diff, "hosts"), "services",
			json_object_get(a->diff, "services")));
	return counts;
}

/* --- what changes --------------------------------------------------------- */

static void
compare_settings(struct activation *a, uint64_t current)
{
	static const char file[] = "etc/vedette/site.yaml";
	const struct capture_file *now = capture_find(&a->files, file);
	struct str was = {0};
	bool known = current > 0 &&
	    generations_file(a->site->root, current, file, &was, NULL) == 0;

	if (known)
		diff_settings(a->diff, str_get(&was),
		    now != NULL ? str_get(&now->bytes) : NULL);
	str_free(&was);
}

static void
compare(struct activation *a, const struct snapshot *new)
{
	uint64_t current = snapshot_current(a->site->root);
	struct snapshot *old = NULL;

	term_progress("comparing with generation %" PRIu64, current);
	if (current > 0)
		old = snapshot_open_site(a->site->root, 0, NULL);
	a->diff = diff_snapshots(old, new);
	compare_settings(a, current);
	snapshot_close(&old);
	term_clear();
}

/* --- compiling ------------------------------------------------------------ */

/* The files, and a snapshot of exactly these. 0 or -1. */
static int
compile_files(struct activation *a, struct err *err_r)
{
	const char *root = a->site->root;

	for (int i = 0;; i++) {
		term_progress("reading %s/etc/vedette", root);
		if (capture_take(root, &a->files, err_r) == -1)
			return -1;
		term_progress("compiling %zu files", a->files.n);
		if (compile_prepare(root, &a->generation, &a->rep, err_r) == -1)
			return -1;
		if (i + 1 == TRIES || capture_still(root, &a->files))
			break;
		/* Somebody wrote meanwhile: what is kept must be what holds. */
		compile_abort(root, a->generation);
		compile_report_free(&a->rep);
		capture_free(&a->files);
	}
	return 0;
}

/* For verbs that change nothing. */
static int
compile_only(struct activation *a, struct err *err_r)
{
	struct snapshot *snap;

	term_progress("compiling %s/etc/vedette", a->site->root);
	if (a->how->dry_run &&
	    capture_take(a->site->root, &a->files, err_r) == -1)
		return -1;
	snap = compile_open(a->site->root, &a->rep, err_r);
	if (snap == NULL)
		return -1;
	if (a->how->dry_run)
		compare(a, snap);
	snapshot_close(&snap);
	return 0;
}

/* --- taking effect -------------------------------------------------------- */

/* Workers come and go with the settings. */
static int
sync_workers(const struct site *site)
{
	struct str mistakes = {0};
	struct supervise_wish wish;
	struct settings *set;
	struct err err;
	int code = 0;

	if (!supervise_is_running(site))
		return 0;
	set = settings_load(site->root, &mistakes);
	wish = supervise_wish_of(set);
	if (set != NULL && supervise_sync(site, &wish, &err) == -1)
		code = cmd_fail("activate", "%s", err.text);
	else if (set != NULL && supervise_wait(site, "fetcher"))
		code = CMD_FAILED;
	if (set != NULL)
		settings_free(&set);
	str_free(&mistakes);
	return code;
}

static void
undo(struct activation *a)
{
	compile_abort(a->site->root, a->generation);
	generations_forget(a->site->root, a->generation);
}

/* What the daemons do with the new one. 0 or CMD_FAILED. */
static int
finish(struct activation *a)
{
	const struct site *site = a->site;
	struct err err;
	int code = 0;

	if (compile_commit(site->root, a->generation, &err) == -1) {
		reload_abort(&a->reload);
		undo(a);
		return cmd_fail("activate", "%s", err.text);
	}
	note(a);
	audit_write(site, a->how->action != NULL ? a->how->action : "activate",
	    a->generation, a->how->message, changes_of(a));
	if (reload_commit(&a->reload, &err) == -1)
		code = cmd_fail("activate",
		    "%s (the others work by the new"
		    " configuration; \"vedette restart"
		    "\" brings it in line)",
		    err.text);
	if (code == 0)
		code = sync_workers(site);
	generations_sweep(site->root, a->generation);
	return code;
}

/* After the files were compiled without mistakes. */
static int
bring_in(struct activation *a)
{
	struct snapshot *snap;
	json_t *counts = counts_of(a);
	struct err err;
	int rc = -1;

	snap = snapshot_open_site(a->site->root, a->generation, &err);
	if (snap != NULL) {
		compare(a, snap);
		snapshot_close(&snap);
		rc = generations_save(a->site->root, a->generation, "activated",
		    a->how->message, &a->files, counts, &err);
	}
	json_decref(counts);
	if (rc == -1) {
		undo(a);
		return cmd_fail(
		    "activate", "%s (nothing was changed)", err.text);
	}
	if (!a->how->json && !a->how->quiet)
		diff_print(a->diff);
	fflush(stdout);
	if (reload_prepare(&a->reload, a->site, a->generation, &err) == -1) {
		undo(a);
		audit_write(a->site, "refused", a->generation, err.text, NULL);
		return cmd_fail("activate",
		    "%s (nothing was changed: all daemons go on with"
		    " generation %" PRIu64 ")",
		    err.text, snapshot_current(a->site->root));
	}
	return finish(a);
}

/* --- saying it ------------------------------------------------------------ */

/* The lines that begin with "warning:" or those that do not. */
static json_t *
lines_of(const char *text, bool warnings)
{
	struct slice rest = slice_of(text), line;
	json_t *list = json_array();

	while (slice_next(&rest, '\n', &line))
		if (line.len > 0 && slice_starts(line, "warning:") == warnings)
			json_array_append_new(
			    list, json_stringn(line.s, line.len));
	return list;
}

static void
print_json(const struct activation *a, int code)
{
	const char *text = str_get(&a->text);
	json_t *daemons = json_array(), *doc;

	for (size_t i = 0; i < a->reload.prepared.n; i++)
		json_array_append_new(
		    daemons, json_string(a->reload.prepared.items[i].name));
	doc = json_pack("{s:b, s:o, s:o, s:o, s:i, s:i, s:i, s:o}", "ok",
	    code == 0, "generation",
	    a->generation > 0 ? json_integer((json_int_t)a->generation)
			      : json_null(),
	    "mistakes", lines_of(text, false), "warnings", lines_of(text, true),
	    "files", (int)a->rep.files, "hosts", (int)a->rep.hosts, "services",
	    (int)a->rep.services, "daemons", daemons);
	if (a->diff != NULL)
		json_object_set(doc, "changes", a->diff);
	term_json(doc);
	json_decref(doc);
}

static const char *
plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void
print_text(const struct activation *a, int code)
{
	const struct compile_report *rep = &a->rep;

	fputs(str_get(&a->text), stderr);
	if (rep->mistakes.n_mistakes > 0)
		fprintf(stderr,
		    "vedette: %s: %u mistake%s (the running"
		    " configuration stays as it was)\n",
		    verb_of(a), rep->mistakes.n_mistakes,
		    plural(rep->mistakes.n_mistakes));
	if (rep->mistakes.n_mistakes > 0 || code != 0 || a->how->quiet)
		return;
	if (a->how->dry_run)
		diff_print(a->diff);
	printf("%s", a->generation > 0 ? "Activated" : "No mistakes");
	if (a->generation > 0)
		printf(" as generation %" PRIu64, a->generation);
	printf(": %u file%s, %u host%s, %u service%s%s\n", rep->files,
	    plural(rep->files), rep->hosts, plural(rep->hosts), rep->services,
	    plural(rep->services),
	    a->how->dry_run ? " (nothing was changed)" : "");
}

/* A revert that was cut short; what is there now is kept first. */
static int
finish_restore(const struct site *site)
{
	char *path = site_path(site, "var/vedette/generations/restoring");
	bool there = access(path, F_OK) == 0;
	struct capture files;
	uint64_t number;
	struct err err;
	int rc = 0;

	free(path);
	if (!there)
		return 0;
	rc = capture_take(site->root, &files, &err);
	if (rc == 0) {
		rc = generations_save(site->root, compile_next(site->root),
		    "saved", "before an interrupted revert was finished",
		    &files, NULL, &err);
		capture_free(&files);
	}
	if (rc == 0 && generations_finish(site->root, &number, &err) == -1)
		rc = -1;
	if (rc == -1)
		return cmd_fail("activate", "%s", err.text);
	fprintf(stderr,
	    "vedette: activate: the files are those of generation %" PRIu64
	    " again: an interrupted revert was finished\n",
	    number);
	return 0;
}

int
activate_site(const struct site *site, const struct activate_how *how)
{
	struct activation a = {.site = site, .how = how};
	bool tries = how->check_only || how->dry_run;
	struct err err = {""};
	int fd = -1, code = 0;

	if (!tries && !how->locked &&
	    (fd = config_lock(site, "activate", &err)) == -1)
		return cmd_fail("activate", "%s", err.text);
	if (!tries)
		code = finish_restore(site);
	if (code == 0 &&
	    (tries ? compile_only(&a, &err) : compile_files(&a, &err)) == -1)
		code = CMD_FAILED;
	term_clear();
	mistakes_print(&a.rep.mistakes, &a.text);
	if (code != 0 && a.rep.mistakes.n_mistakes == 0 && err.text[0] != '\0')
		cmd_fail(verb_of(&a), "%s", err.text);
	if (code == 0 && !tries)
		code = bring_in(&a);
	if (how->json)
		print_json(&a, code);
	else
		print_text(&a, code);
	compile_report_free(&a.rep);
	supervise_list_free(&a.reload.prepared);
	capture_free(&a.files);
	json_decref(a.diff);
	str_free(&a.text);
	if (fd != -1)
		close(fd);
	return code;
}
