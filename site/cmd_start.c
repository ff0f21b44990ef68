/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette start: the daemons under s6, and no return before they are ready.
 */
#include "common/file.h"
#include "common/mem.h"
#include "common/settings.h"
#include "common/str.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/generations.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
wish_of(const struct site *site, struct supervise_wish *wish_r)
{
	struct str mistakes = {0};
	struct settings *s = settings_load(site->root, &mistakes);

	*wish_r = supervise_wish_of(s);
	if (s == NULL) {
		cmd_fail(
		    "start", "%s: the settings have mistakes:", site->name);
		fprintf(stderr, "%s\n", str_get(&mistakes));
	}
	str_free(&mistakes);
	if (s == NULL)
		return false;
	settings_free(&s);
	return true;
}

/*
 * A site whose configuration was never activated has nothing to run by; one
 * whose snapshot is of another version, or damaged, compiles it anew.
 */
static int
need_snapshot(const struct site *site)
{
	struct snapshot *snap;
	struct err err;

	snap = snapshot_open_site(site->root, 0, &err);
	if (snap != NULL) {
		snapshot_close(&snap);
		return 0;
	}
	if (snapshot_current(site->root) != 0)
		fprintf(stderr,
		    "vedette: start: %s cannot be used (the files are compiled"
		    " anew)\n",
		    err.text);
	return activate_site(site, &(struct activate_how){.quiet = true});
}

/* The files of conf.d/ and discovered services, not those of site.yaml. */
static bool
is_as_activated(const struct site *site, uint64_t current)
{
	static const char settings[] = "etc/vedette/site.yaml";
	struct capture files = {0};
	struct generation g;
	struct capture_file *now, *was;
	bool same = true;

	if (generations_load(site->root, current, false, &g, NULL) == -1)
		return true;
	if (capture_take(site->root, &files, NULL) == 0) {
		now = capture_find(&files, settings);
		was = capture_find(&g.files, settings);
		if (now != NULL && was != NULL)
			memcpy(now->hash, was->hash, sizeof(now->hash));
		same = capture_equal(&files, &g.files);
	}
	capture_free(&files);
	generation_free(&g);
	return same;
}

/* What was typed and is not in use, or cannot be. */
static void
tell_of_files(const struct site *site)
{
	uint64_t current = snapshot_current(site->root);
	struct compile_report rep = {0};
	struct snapshot *snap;
	struct slice rest, line;
	struct str text = {0};

	if (is_as_activated(site, current))
		return;
	snap = compile_open(site->root, &rep, NULL);
	mistakes_print(&rep.mistakes, &text);
	rest = str_slice(&text);
	while (rep.mistakes.n_mistakes > 0 && slice_next(&rest, '\n', &line))
		if (line.len > 0)
			fprintf(stderr, "%s%.*s\n",
			    slice_starts(line, "warning:") ? "" : "warning: ",
			    (int)line.len, line.s);
	if (rep.mistakes.n_mistakes > 0)
		fprintf(stderr,
		    "vedette: start: %s: the files have %u mistake%s; it works"
		    " by its last good configuration, generation %" PRIu64
		    " (correct them, then \"vedette activate\")\n",
		    site->name, rep.mistakes.n_mistakes,
		    rep.mistakes.n_mistakes == 1 ? "" : "s", current);
	else
		fprintf(stderr,
		    "vedette: start: %s works by generation %" PRIu64
		    "; the files were changed since (\"vedette activate\")\n",
		    site->name, current);
	snapshot_close(&snap);
	compile_report_free(&rep);
	str_free(&text);
}

/* A daemon without a log ends at once, and nobody would see why. */
static bool
can_log(const struct site *site, const struct supervise_wish *wish,
    const char *daemon)
{
	char *folder = site_path(site, "var/log");
	struct supervise_list list;
	bool good = true;

	if (access(folder, W_OK | X_OK) == -1) {
		cmd_fail("start", "%s: %s (give it to the site's user)", folder,
		    strerror(errno));
		good = false;
	}
	supervise_wanted(site, wish, &list);
	for (size_t i = 0; i < list.n && good; i++) {
		char *log = xasprintf("%s/%s.log", folder, list.items[i].name);

		if (supervise_matches(&list.items[i], daemon) &&
		    access(log, W_OK) == -1 && errno != ENOENT) {
			cmd_fail("start",
			    "%s: its log %s cannot be written: %s (give it to"
			    " the site's user)",
			    list.items[i].name, log, strerror(errno));
			good = false;
		}
		free(log);
	}
	supervise_list_free(&list);
	free(folder);
	return good;
}

/* Starts what is down in a site that runs. */
static int
bring_up(const struct site *site, const char *name, struct err *err_r)
{
	struct supervise_list list;
	struct supervise_state st;
	int rc = 0;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		const char *one = list.items[i].name;

		if (!supervise_matches(&list.items[i], name))
			continue;
		supervise_state(site, one, &st);
		if (!st.up || !st.wanted_up)
			rc = supervise_control(site, one, "-u", err_r);
	}
	supervise_list_free(&list);
	return rc;
}

/* A start of one daemon in a stopped site: the others stay down. */
static int
keep_down(const struct site *site, const char *name, struct err *err_r)
{
	struct supervise_list list;
	int rc = 0;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct str none = {0};
		char *path =
		    site_path(site, "tmp/run/s6/%s/down", list.items[i].name);

		if (!supervise_matches(&list.items[i], name))
			rc = file_write(path, str_slice(&none), 0600, err_r);
		free(path);
	}
	supervise_list_free(&list);
	return rc;
}

/* `down` keeps a service down over deaths of its supervisor only. */
static void
forget_down(const struct site *site)
{
	struct supervise_list list;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n; i++) {
		char *path =
		    site_path(site, "tmp/run/s6/%s/down", list.items[i].name);
		unlink(path);
		free(path);
	}
	supervise_list_free(&list);
}

static bool
is_known(const struct site *site, const struct supervise_wish *wish,
    const char *name)
{
	struct supervise_list list;
	bool known = name == NULL;

	supervise_wanted(site, wish, &list);
	for (size_t i = 0; i < list.n && !known; i++)
		known = supervise_matches(&list.items[i], name);
	supervise_list_free(&list);
	return known;
}

/* 0 or -1. */
static int
begin(const struct site *site, const struct supervise_wish *wish,
    const char *daemon, struct err *err_r)
{
	if (supervise_is_running(site)) {
		if (supervise_sync(site, wish, err_r) == -1)
			return -1;
		return bring_up(site, daemon, err_r);
	}
	/* What an s6-svscan that was killed left behind. */
	if (supervise_end(site, err_r) == -1 ||
	    supervise_prepare(site, wish, err_r) == -1 ||
	    (daemon != NULL && keep_down(site, daemon, err_r) == -1) ||
	    supervise_begin(site, err_r) == -1)
		return -1;
	return 0;
}

static bool
is_any_ready(const struct site *site)
{
	struct supervise_list list;
	struct supervise_state st;
	bool any = false;

	supervise_present(site, &list);
	for (size_t i = 0; i < list.n && !any; i++)
		any = supervise_state(site, list.items[i].name, &st) == 0 &&
		    st.ready;
	supervise_list_free(&list);
	return any;
}

int
start_site(const struct site *site, const char *daemon)
{
	struct err err;
	struct supervise_wish wish;
	int lock, rc;
	size_t bad;

	if (!wish_of(site, &wish) || need_snapshot(site) != 0)
		return CMD_FAILED;
	if (!is_known(site, &wish, daemon)) {
		cmd_fail("start",
		    "%s: there is no daemon of that name"
		    " (\"vedette status\" lists them)",
		    daemon);
		return CMD_NO_SUCH_DAEMON;
	}
	if (!can_log(site, &wish, daemon))
		return CMD_FAILED;
	if ((lock = supervise_lock(site, &err)) == -1)
		return cmd_fail("start", "%s: %s", site->name, err.text);
	rc = begin(site, &wish, daemon, &err);
	if (rc == -1) {
		close(lock);
		return cmd_fail("start", "%s: %s", site->name, err.text);
	}
	bad = supervise_wait(site, daemon);
	forget_down(site);
	close(lock);
	if (bad == 0 && daemon == NULL)
		tell_of_files(site);
	if (bad == 0)
		return 0;
	cmd_fail("start",
	    "%s: %zu of its daemons %s not come up (s6 goes on"
	    " trying; \"vedette stop\" ends that)",
	    site->name, bad, bad == 1 ? "has" : "have");
	return is_any_ready(site) ? CMD_PARTLY : CMD_FAILED;
}

/* For systemd and containers: this process becomes the supervisor. */
static int
start_here(const struct site *site)
{
	struct err err;
	struct supervise_wish wish;

	if (!wish_of(site, &wish) || need_snapshot(site) != 0 ||
	    !can_log(site, &wish, NULL))
		return CMD_FAILED;
	if (supervise_is_running(site))
		return cmd_fail(
		    "start", "%s runs already (\"vedette stop\")", site->name);
	if (supervise_end(site, &err) == 0 &&
	    supervise_prepare(site, &wish, &err) == 0)
		supervise_become(site, &err);
	return cmd_fail("start", "%s: %s", site->name, err.text);
}

static int
run(const struct cmd_call *call)
{
	int code;

	if (cmd_flag(call, "foreground"))
		return start_here(call->site);
	code = start_site(call->site, call->argc > 0 ? call->argv[0] : NULL);
	if (code == 0 && term_has_colour())
		printf("%s%s runs%s\n", term_green(),
		    call->argc > 0 ? call->argv[0] : call->site->name,
		    term_plain());
	return code;
}

static const struct cmd_option options[] = {
    {"foreground", 'F', NULL,
	"become the site's supervisor instead of starting it (systemd)"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_start = {
    .name = "start",
    .args = "[DAEMON]",
    .summary = "start a site, or one of its daemons",
    .details =
	"Returns when every daemon is ready and the sockets for clients\n"
	"answer, after 30 seconds at most. Exit code 0: all run; 1: nothing\n"
	"was started; 2: some run, some do not, with the last lines of their\n"
	"logs; 3: there is no such daemon. The folder tmp/ is emptied first.\n"
	"\n"
	"Executable files local/services/NAME/run of the site are supervised\n"
	"with it: an agent on loopback, a tunnel, an exporter.",
    .scope = CMD_SITE_FIRST,
    .max_args = 1,
    .options = options,
    .run = run,
};
