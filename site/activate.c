/* SPDX-License-Identifier: Apache-2.0
 *
 * An activation: compile the files, ask every running daemon whether it can
 * work by them, make them the present ones, tell the daemons.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/settings.h"
#include "common/str.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/reload.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/user.h"
#include "site/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* One activation at a time; the descriptor to close, or -1. */
static int
lock(const struct site *site, struct err *err_r)
{
	char *path = site_path(site, "var/vedette/activate.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1)
		err_set(err_r, "%s: %s", path, strerror(errno));
	free(path);
	while (fd != -1 && flock(fd, LOCK_EX) == -1 && errno == EINTR)
		continue;
	return fd;
}

/* var/log/activations.log: who made what work, when, and why. */
static void
note(const struct site *site, uint64_t generation, const char *message)
{
	char *path = site_path(site, "var/log/activations.log");
	char *who = user_name(getuid()), when[32];
	time_t now = (time_t)(clock_wall() / NS_PER_S);
	struct tm tm;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd != -1 && localtime_r(&now, &tm) != NULL &&
	    strftime(when, sizeof(when), "%F %T", &tm) > 0)
		dprintf(fd, "%s generation %" PRIu64 " by %s%s%s\n", when,
		    generation, who, message != NULL ? ": " : "",
		    message != NULL ? message : "");
	if (fd != -1)
		close(fd);
	free(path);
	free(who);
}

/* What the daemons do with the new one. 0 or CMD_FAILED. */
static int
finish(const struct site *site, struct reload *r, const char *message)
{
	struct str mistakes = {0};
	struct settings *set;
	struct err err;
	int code = 0;

	if (compile_commit(site->root, r->generation, &err) == -1) {
		reload_abort(r);
		compile_abort(site->root, r->generation);
		return cmd_fail("activate", "%s", err.text);
	}
	note(site, r->generation, message);
	if (reload_commit(r, &err) == -1)
		code = cmd_fail("activate",
		    "%s (the others work by the new"
		    " configuration; \"vedette restart"
		    "\" brings it in line)",
		    err.text);
	if (!supervise_is_running(site))
		return code;
	set = settings_load(site->root, &mistakes);
	if (set != NULL && code == 0 &&
	    supervise_sync(site, set->fetcher_workers, &err) == -1)
		code = cmd_fail("activate", "%s", err.text);
	else if (set != NULL && code == 0 && supervise_wait(site, "fetcher"))
		code = CMD_FAILED;
	if (set != NULL)
		settings_free(&set);
	str_free(&mistakes);
	return code;
}

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
print_json(const struct compile_report *rep, const char *text, int code,
    uint64_t generation, const struct reload *r)
{
	json_t *daemons = json_array(), *doc;

	for (size_t i = 0; i < r->prepared.n; i++)
		json_array_append_new(
		    daemons, json_string(r->prepared.items[i].name));
	doc = json_pack("{s:b, s:o, s:o, s:o, s:i, s:i, s:i, s:o}", "ok",
	    code == 0, "generation",
	    generation > 0 ? json_integer((json_int_t)generation) : json_null(),
	    "mistakes", lines_of(text, false), "warnings", lines_of(text, true),
	    "files", (int)rep->files, "hosts", (int)rep->hosts, "services",
	    (int)rep->services, "daemons", daemons);
	term_json(doc);
	json_decref(doc);
}

static void
print_text(const struct compile_report *rep, const char *text, int code,
    const struct activate_how *how)
{
	fputs(text, stderr);
	if (rep->mistakes.n_mistakes > 0)
		fprintf(stderr,
		    "vedette: %s: %u mistake%s (the running"
		    " configuration stays as it was)\n",
		    how->check_only ? "check-config" : "activate",
		    rep->mistakes.n_mistakes,
		    rep->mistakes.n_mistakes == 1 ? "" : "s");
	else if (code == 0 && !how->quiet)
		printf("%s: %u file%s, %u host%s, %u service%s\n",
		    how->check_only ? "No mistakes" : "Activated", rep->files,
		    rep->files == 1 ? "" : "s", rep->hosts,
		    rep->hosts == 1 ? "" : "s", rep->services,
		    rep->services == 1 ? "" : "s");
}

/* After the files were compiled without mistakes. */
static int
bring_in(const struct site *site, uint64_t generation,
    const struct activate_how *how, struct reload *r)
{
	struct err err;

	if (reload_prepare(r, site, generation, &err) == -1) {
		compile_abort(site->root, generation);
		return cmd_fail(
		    "activate", "%s (nothing was changed)", err.text);
	}
	return finish(site, r, how->message);
}

static int
compile(const struct site *site, const struct activate_how *how,
    struct compile_report *rep, uint64_t *generation_r, struct err *err_r)
{
	struct snapshot *snap;

	term_progress("reading %s/etc/vedette", site->root);
	if (!how->check_only)
		return compile_prepare(site->root, generation_r, rep, err_r);
	snap = compile_open(site->root, rep, err_r);
	if (snap == NULL)
		return -1;
	snapshot_close(&snap);
	return 0;
}

int
activate_site(const struct site *site, const struct activate_how *how)
{
	const char *verb = how->check_only ? "check-config" : "activate";
	struct compile_report rep = {0};
	struct reload r = {0};
	struct str text = {0};
	struct err err = {""};
	uint64_t generation = 0;
	int fd = lock(site, &err), code = 0;

	if (fd == -1)
		return cmd_fail(verb, "%s", err.text);
	if (compile(site, how, &rep, &generation, &err) == -1)
		code = CMD_FAILED;
	term_clear();
	mistakes_print(&rep.mistakes, &text);
	if (code != 0 && rep.mistakes.n_mistakes == 0)
		cmd_fail(verb, "%s", err.text);
	if (code == 0 && !how->check_only)
		code = bring_in(site, generation, how, &r);
	if (how->json)
		print_json(&rep, str_get(&text), code, generation, &r);
	else
		print_text(&rep, str_get(&text), code, how);
	compile_report_free(&rep);
	supervise_list_free(&r.prepared);
	str_free(&text);
	close(fd);
	return code;
}
