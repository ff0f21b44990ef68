/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette event: the event console without its daemon, and its archive.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/cmd.h"
#include "site/event_search.h"
#include "site/opened.h"
#include "site/replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX    (512u << 20)
#define CANNOT_PLAY 2

static int
read_messages(const char *path, struct str *to, struct err *err_r)
{
	char buf[65536];
	size_t n;

	if (strcmp(path, "-") != 0)
		return file_read(path, FILE_MAX, to, err_r);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		str_addn(to, buf, n);
	return 0;
}

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
	    .explain = cmd_flag(call, "explain"),
	    .fd = STDOUT_FILENO,
	    .start = clock_wall() / NS_PER_S};
	struct opened c = {0};
	struct str text = {0};
	int rc = -1;

	if (read_messages(file, &text, err_r) == 0 &&
	    open_config(call, &c, m, err_r) == 0) {
		options.zone = c.settings->timezone;
		rc = replay_run(
		    str_slice(&text), c.snap, c.settings, &options, NULL, m);
	}
	opened_close(&c);
	str_free(&text);
	return rc;
}

static int
run(const struct cmd_call *call)
{
	struct mistakes m = {0};
	struct str why = {0};
	struct err err = {""};
	int code = 0;

	if (strcmp(call->argv[0], "search") == 0)
		return event_search(call);
	if (strcmp(call->argv[0], "replay") == 0 && call->argc != 2)
		return cmd_fail("event replay", "one FILE is needed");
	if (strcmp(call->argv[0], "replay") != 0)
		return cmd_fail("event",
		    "\"%s\" is unknown (\"vedette event --help\")",
		    call->argv[0]);
	if (play(call, call->argv[1], &m, &err) == -1) {
		code = CANNOT_PLAY;
		mistakes_print(&m, &why);
		fputs(str_get(&why), stderr);
		if (m.n_mistakes > 0)
			cmd_fail("event replay",
			    "%s was not played: %u mistakes", call->argv[1],
			    m.n_mistakes);
		else
			cmd_fail("event replay", "%s", err.text);
	}
	mistakes_free(&m);
	str_free(&why);
	return code;
}

static const struct cmd_option options[] = {
    {"config", 0, "FILE",
	"rules, hosts and settings of this document, not of a site"},
    {"explain", 0, NULL,
	"each rule that was tried, with the first condition that failed"},
    {"since", 0, "DURATION", "search: back to then, for example 30d"},
    {"host", 0, "NAME", "search: events of this host"},
    {"limit", 0, "N", "search: the newest N lines (100)"},
    {"json", 0, NULL, "search: an object a line"}, {0}};

const struct cmd cmd_event = {
    .name = "event",
    .args = "replay FILE | search WORD...",
    .summary = "try event rules, search archived events",
    .details =
	"\"search\" prints lines of the archive whose text holds every WORD,\n"
	"wherever in it and in whatever case, the newest first. Words of "
	"three\n"
	"letters and more are found by an index, also in a year's archive.\n"
	"\n"
	"\"replay\" plays the messages of FILE (- for standard input), one a\n"
	"line, through the event console's parser and rules on a virtual\n"
	"clock, and prints what would happen: one JSON object a line. Nothing\n"
	"is sent or stored. A line is a message as it would come in, or an\n"
	"object: {\"at\": 90, \"from\": \"192.0.2.7\", \"raw\": \"<27>...\"},\n"
	"{\"at\": 95, \"command\": \"UPDATE;1;harri;1;;\"}, {\"until\": 600}. "
	"The\n"
	"first may be {\"start\": \"2026-03-05T14:00:00\", \"timezone\":\n"
	"\"Europe/Berlin\"}. docs/events.md has an example.\n"
	"Exit code 2 if the file cannot be played.",
    .scope = CMD_SITE_MAYBE,
    .min_args = 2,
    .max_args = 20,
    .options = options,
    .run = run,
};
