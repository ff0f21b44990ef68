/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette start: the daemons under s6, and no return before they are ready.
 */
#include "common/file.h"
#include "common/settings.h"
#include "common/str.h"
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
workers_of(const struct site *site, int64_t *workers_r)
{
	struct str mistakes = {0};
	struct settings *s = settings_load(site->root, &mistakes);

	*workers_r = s != NULL ? s->fetcher_workers : 0;
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

/* A site whose configuration was never activated has nothing to run by. */
static int
need_snapshot(const struct site *site)
{
	char *path = site_path(site, "var/vedette/snapshots/current");
	bool there = file_exists(path);

	free(path);
	if (there)
		return 0;
	return activate_site(site, &(struct activate_how){.quiet = true});
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
is_known(const struct site *site, int64_t workers, const char *name)
{
	struct supervise_list list;
	bool known = name == NULL;

	supervise_wanted(site, workers, &list);
	for (size_t i = 0; i < list.n && !known; i++)
		known = supervise_matches(&list.items[i], name);
	supervise_list_free(&list);
	return known;
}

/* 0 or -1. */
static int
begin(const struct site *site, int64_t workers, const char *daemon,
    struct err *err_r)
{
	if (supervise_is_running(site)) {
		if (supervise_sync(site, workers, err_r) == -1)
			return -1;
		return bring_up(site, daemon, err_r);
	}
	/* What an s6-svscan that was killed left behind. */
	if (supervise_end(site, err_r) == -1 ||
	    supervise_prepare(site, workers, err_r) == -1 ||
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
	int64_t workers;
	int lock, rc;
	size_t bad;

	if (!workers_of(site, &workers) || need_snapshot(site) != 0)
		return CMD_FAILED;
	if (!is_known(site, workers, daemon)) {
		cmd_fail("start",
		    "%s: there is no daemon of that name"
		    " (\"vedette status\" lists them)",
		    daemon);
		return CMD_NO_SUCH_DAEMON;
	}
	if ((lock = supervise_lock(site, &err)) == -1)
		return cmd_fail("start", "%s: %s", site->name, err.text);
	rc = begin(site, workers, daemon, &err);
	if (rc == -1) {
		close(lock);
		return cmd_fail("start", "%s: %s", site->name, err.text);
	}
	bad = supervise_wait(site, daemon);
	forget_down(site);
	close(lock);
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
	int64_t workers;

	if (!workers_of(site, &workers) || need_snapshot(site) != 0)
		return CMD_FAILED;
	if (supervise_is_running(site))
		return cmd_fail(
		    "start", "%s runs already (\"vedette stop\")", site->name);
	if (supervise_end(site, &err) == 0 &&
	    supervise_prepare(site, workers, &err) == 0)
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
