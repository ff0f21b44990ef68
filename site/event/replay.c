/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event replay: the event console without its daemon.
 */
#include "site/replay/replay.h"
#include "common/clock.h"
#include "common/mem.h"
#include "site/event/event.h"
#include "site/input.h"
#include "site/opened.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CANNOT_PLAY 2

/* A document with event_rules, hosts, ..., or the site's files as written. */
static int
open_config(const struct cmd_call *call, struct opened *c, struct mistakes *m,
    struct err *err_r)
{
	const char *path = cmd_value(call, "config");

	if (path != NULL)
		return opened_path(c, path, 1, m);
	if (call->site == NULL) {
		err_set(err_r,
		    "whose rules? (say --config FILE, or -s SITE for those of "
		    "a site)");
		return -1;
	}
	return opened_path(c, call->site->root, 1, m);
}

static int
play(const struct cmd_call *call, const char *file, struct mistakes *m,
    struct err *err_r)
{
	struct replay_options options = {.file = file,
	    .site = call->site != NULL ? call->site->name : "replay",
	    .root = call->site != NULL ? call->site->root : ".",
	    .explain = cmd_flag(call, "explain"),
	    .fd = STDOUT_FILENO,
	    .start = clock_wall() / NS_PER_S};
	struct opened c = {0};
	struct str text = {0};
	int rc = -1;

	if (input_read(file, &text, err_r) == 0 &&
	    open_config(call, &c, m, err_r) == 0) {
		options.zone = c.settings->timezone;
		rc = replay_run(
		    str_slice(&text), c.snap, c.settings, &options, NULL, m);
	}
	opened_close(&c);
	str_free(&text);
	return rc;
}

int
event_replay(const struct cmd_call *call, int argc, char **argv)
{
	struct mistakes m = {0};
	struct str why = {0};
	struct err err = {""};
	int code = 0;

	if (argc != 1)
		return cmd_fail("event replay", "one FILE is expected");
	if (play(call, argv[0], &m, &err) == -1) {
		code = CANNOT_PLAY;
		mistakes_print(&m, &why);
		fputs(str_get(&why), stderr);
		if (m.n_mistakes > 0)
			cmd_fail("event replay",
			    "%s was not played: %u mistakes", argv[0],
			    m.n_mistakes);
		else
			cmd_fail("event replay", "%s", err.text);
	}
	mistakes_free(&m);
	str_free(&why);
	return code;
}
