/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette query: a Livestatus request to the site.
 */
#include "site/ask.h"
#include "site/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX (16u << 20)

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

static int
run(const struct cmd_call *call)
{
	char *path = site_path(call->site, "tmp/run/live");
	struct str request = {0};
	struct err err;
	int rc = 0;

	if (call->argc > 0)
		join(call, &request);
	else
		rc = read_request(&request, &err);
	if (rc == 0)
		rc = ask_socket_to(
		    path, str_get(&request), request.len, STDOUT_FILENO, &err);
	str_free(&request);
	free(path);
	return rc == 0 ? 0 : cmd_fail("query", "%s", err.text);
}

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
	"  vedette query 'GET services' 'Columns: host_name description state'",
    .scope = CMD_SITE_OPTION,
    .max_args = -1,
    .run = run,
};
