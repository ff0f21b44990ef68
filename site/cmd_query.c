/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette query: a Livestatus request to the site.
 */
#include "common/mem.h"
#include "common/num.h"
#include "site/ask.h"
#include "site/cmd.h"
#include "site/follow.h"
#include "site/query_print.h"
#include "site/query_shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX (16u << 20)
#define HEADER_LEN  16 /* of fixed16 */

static int
read_request(struct str *to, struct err *err_r)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || to->len + (size_t)n > REQUEST_MAX) {
			err_set(err_r, "standard input: %s",
			    n == -1 ? strerror(errno) : "over 16 MiB");
			return -1;
		}
		str_addn(to, buf, (size_t)n);
	}
	return 0;
}

/*
 * Each argument is a line; "\n" within one parts lines as in a shell. Not in a
 * command: there it parts the lines of a plugin's output.
 */
static void
join(const struct cmd_call *call, struct str *to)
{
	for (int i = 0; i < call->argc; i++) {
		bool command = strncmp(call->argv[i], "COMMAND ", 8) == 0;

		for (const char *p = call->argv[i]; *p != '\0'; p++) {
			if (!command && p[0] == '\\' && p[1] == 'n') {
				str_addc(to, '\n');
				p++;
			} else {
				str_addc(to, *p);
			}
		}
		if (to->len > 0 && to->s[to->len - 1] != '\n')
			str_addc(to, '\n');
	}
}

/* A lone GET whose answer has no header: we ask for one, to see the code. */
static bool
wants_header(const struct str *request)
{
	const char *s = str_get(request), *end = strstr(s, "\n\n");

	return strncmp(s, "GET ", 4) == 0 &&
	    strstr(s, "ResponseHeader:") == NULL &&
	    (end == NULL || end[strspn(end, "\n")] == '\0');
}

static void
add_header(struct str *request, const char *header)
{
	const char *lf = strchr(str_get(request), '\n');
	size_t n = lf != NULL ? (size_t)(lf - request->s) : request->len;
	struct str with = {0};

	str_addn(&with, request->s, n);
	str_addf(&with, "\n%s", header);
	str_addn(&with, request->s + n, request->len - n);
	if (lf == NULL)
		str_addc(&with, '\n');
	str_free(request);
	*request = with;
}

/* "a,b" or "a b" or "*" */
static void
add_sites(struct str *request, const char *sites)
{
	char *header = xasprintf("OnlySites: %s", sites);

	for (char *p = header; *p != '\0'; p++)
		if (*p == ',' || *p == '\n')
			*p = ' ';
	add_header(request, header);
	free(header);
}

/* For people, or as objects: only where the request leaves that open. */
static bool
wants_table(const struct cmd_call *call, const struct str *request)
{
	const char *s = str_get(request);

	if (!wants_header(request) || strstr(s, "\nOutputFormat:") != NULL ||
	    strstr(s, "\nSeparators:") != NULL)
		return false;
	return cmd_flag(call, "json") || cmd_flag(call, "table") ||
	    (isatty(STDOUT_FILENO) && strstr(s, "\nColumnHeaders:") == NULL);
}

static int
print_table(const struct cmd_call *call, const char *path, struct str *request)
{
	struct str answer = {0};
	struct err err;
	int rc;

	add_header(request,
	    "OutputFormat: json\nColumnHeaders: on\nResponseHeader: fixed16");
	rc = ask_socket(path, str_get(request), -1, &answer, &err);
	if (rc == 0)
		rc = query_print(
		    str_slice(&answer), cmd_flag(call, "json"), &err);
	str_free(&answer);
	return rc == 0 ? 0 : cmd_fail("query", "%s", err.text);
}

static int
follow(const struct cmd_call *call, const char *path)
{
	const char *lines = cmd_value(call, "lines");
	const char *sites = cmd_value(call, "sites");
	struct err err;
	int64_t max = 0;
	int rc;

	if (lines != NULL && !num_range(slice_of(lines), 1, INT64_MAX, &max))
		return cmd_fail("query", "--lines %s: write a number", lines);
	rc = follow_log(path, sites, call->argv, call->argc, max, &err);
	return rc == 0 ? 0 : cmd_fail("query", "%s", err.text);
}

/* Else the site would answer in words that no header tells from rows. */
static bool
is_request(const struct str *request)
{
	const char *s = str_get(request);

	s += strspn(s, " \t\r\n");
	return *s == '\0' || strncmp(s, "GET", 3) == 0 ||
	    strncmp(s, "COMMAND", 7) == 0 || strncmp(s, "LOGROTATE", 9) == 0;
}

/* The site's words, after its header. */
static int
refused(struct slice why, size_t n_head)
{
	if (why.len < n_head)
		return cmd_fail("query", "the site closed the connection");
	why.s += n_head;
	why.len -= n_head;
	why = slice_trim(why);
	return cmd_fail("query", "%.*s", (int)why.len, why.s);
}

/* Asks and prints; the exit code. `request` is changed. */
static int
ask_request(const struct cmd_call *call, const char *path, struct str *request)
{
	struct str head = {0};
	struct err err;
	struct slice why;
	bool command;
	size_t n_head = 0;
	int rc;

	if (!is_request(request))
		return cmd_fail("query",
		    "%.*s: a request begins with GET or COMMAND "
		    "(such as 'GET hosts')",
		    (int)strcspn(str_get(request), "\n"), str_get(request));
	if (cmd_value(call, "sites") != NULL)
		add_sites(request, cmd_value(call, "sites"));
	if (wants_table(call, request))
		return print_table(call, path, request);
	/* A command is answered only when it is refused. */
	command = strncmp(str_get(request), "COMMAND ", 8) == 0;
	if (wants_header(request)) {
		add_header(request, "ResponseHeader: fixed16");
		n_head = HEADER_LEN;
	} else if (command) {
		n_head = REQUEST_MAX;
	}
	rc = ask_socket_to(path, str_get(request), request->len, STDOUT_FILENO,
	    n_head, &head, &err);
	why = str_slice(&head);
	if (rc == -1)
		rc = cmd_fail("query", "%s", err.text);
	else if (command ? why.len > 0
			 : n_head > 0 && (why.len == 0 || why.s[0] != '2'))
		rc = refused(why, command ? 0 : n_head);
	str_free(&head);
	return rc;
}

/* --- on a terminal -------------------------------------------------------- */

struct typed {
	const struct cmd_call *call;
	const char *path;
};

static int
ask_typed(void *arg, struct slice typed)
{
	const struct typed *t = arg;
	struct str request = {0};
	int rc;

	str_addslice(&request, typed);
	rc = ask_request(t->call, t->path, &request);
	str_free(&request);
	return rc;
}

/* The site's own folder for its user, everybody else's home for the others. */
static char *
history_path(const struct site *site)
{
	const char *home = getenv("HOME");

	if (geteuid() == site->uid)
		return site_path(site, "var/vedette/query_history");
	if (home == NULL || home[0] != '/')
		return NULL;
	return xasprintf("%s/.vedette_query_history", home);
}

static int
converse(const struct cmd_call *call, const char *path)
{
	struct typed t = {call, path};
	char *history = history_path(call->site);
	struct err err;
	int rc = query_shell(call->site->name, history, ask_typed, &t, &err);

	free(history);
	return rc == 0 ? 0 : cmd_fail("query", "%s", err.text);
}

static int
run(const struct cmd_call *call)
{
	char *path = site_path(call->site, "tmp/run/live");
	struct str request = {0};
	struct err err;
	int rc = 0;

	if (cmd_flag(call, "follow")) {
		rc = follow(call, path);
	} else if (call->argc > 0) {
		join(call, &request);
		rc = ask_request(call, path, &request);
	} else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		rc = converse(call, path);
	} else if (read_request(&request, &err) == -1) {
		rc = cmd_fail("query", "%s", err.text);
	} else {
		rc = ask_request(call, path, &request);
	}
	str_free(&request);
	free(path);
	return rc;
}

static const struct cmd_option options[] = {
    {"sites", 0, "NAMES", "ask these sites, or * for all of them"},
    {"json", 0, NULL, "print rows as JSON objects"},
    {"table", 0, NULL, "print a table, as on a terminal"},
    {"follow", 0, NULL, "print new lines of the history as they are written"},
    {"lines", 0, "N", "with --follow: end after so many"},
    {0},
};

const struct cmd cmd_query = {
    .name = "query",
    .args = "[LINE...]",
    .summary = "ask the site by Livestatus",
    .details =
	"Sends a Livestatus request, read from standard input or given as\n"
	"arguments (a line each), to the site's socket tmp/run/live and "
	"prints\n"
	"the answer:\n"
	"\n"
	"  vedette query 'GET services' 'Columns: host_name description "
	"state'\n"
	"\n"
	"On a terminal the answer is a table, unless the request says "
	"OutputFormat.\n"
	"Without arguments, requests are typed there: with history and "
	"completion\n"
	"(Tab), each ended by an empty line; Ctrl-C leaves a request, Ctrl-D "
	"ends.\n"
	"With --sites several sites answer together (docs/livestatus.md):\n"
	"\n"
	"  vedette query --sites '*' 'GET hosts' 'Columns: site name state'\n"
	"\n"
	"With --follow, new lines of the history are printed until you press\n"
	"Ctrl-C; arguments are filters of the table log:\n"
	"\n"
	"  vedette query --follow 'Filter: host_name = web01'\n"
	"\n"
	"With --sites each of these lines begins with the name of its site.\n"
	"\n"
	"Exit code 1 when the site refuses the request or a command.",
    .scope = CMD_SITE_OPTION,
    .max_args = -1,
    .options = options,
    .run = run,
};
