/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette sites: the sites of this machine.
 */
#include "common/mem.h"
#include "common/settings.h"
#include "site/cmd.h"
#include "site/supervise.h"
#include "site/term.h"
#include "site/user.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the site's user's name: is it running, and where is its console? */
static int
describe(const struct site *site, int fd, void *arg)
{
	struct str mistakes = {0}, text = {0};
	struct settings *s = settings_load(site->root, &mistakes);
	int rc;

	(void)arg;
	str_addf(&text, "%d %s", s != NULL ? (int)s->http.port : 0,
	    supervise_is_running(site)      ? "started"
		: supervise_is_any_up(site) ? "partly"
					    : "stopped");
	rc = write(fd, text.s, text.len) == (ssize_t)text.len ? 0 : -1;
	if (s != NULL)
		settings_free(&s);
	str_free(&mistakes);
	str_free(&text);
	return rc;
}

static json_t *
version_of(const struct site *site)
{
	char *link = site_path(site, "version"), to[PATH_MAX], *base;
	ssize_t n = readlink(link, to, sizeof(to) - 1);

	free(link);
	if (n <= 0)
		return json_null();
	to[n] = '\0';
	base = xasprintf("%s/versions/", site->base);
	if (strncmp(to, base, strlen(base)) == 0)
		memmove(to, to + strlen(base), strlen(to + strlen(base)) + 1);
	free(base);
	return json_string(to);
}

static json_t *
row_of(const char *name)
{
	struct site *site = site_open(name, NULL);
	struct str said = {0};
	char *user, state[16] = "unknown";
	int port = 0;
	json_t *row;

	if (site == NULL)
		return NULL;
	if (site->uid != 0 && (geteuid() == 0 || geteuid() == site->uid) &&
	    user_do(site, describe, NULL, &said, NULL) == 0 &&
	    sscanf(str_get(&said), "%d %15s", &port, state) != 2)
		port = 0;
	user = user_name(site->uid);
	row = json_pack("{s:s, s:o, s:s, s:s, s:o}", "site", name, "version",
	    version_of(site), "user", user, "state", state, "console",
	    port > 0 ? json_sprintf("http://127.0.0.1:%d/", port)
		     : json_null());
	free(user);
	str_free(&said);
	site_free(&site);
	return row;
}

static int
run(const struct cmd_call *call)
{
	static const char *const columns[] = {
	    "site", "state", "user", "console", "version"};
	json_t *rows = json_array(), *row;
	size_t n;
	char **names = site_names(&n);

	for (size_t i = 0; i < n; i++) {
		if ((row = row_of(names[i])) != NULL)
			json_array_append_new(rows, row);
		free(names[i]);
	}
	free(names);
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	return 0;
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL, "an array of {site, version, user, state, console}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_sites = {
    .name = "sites",
    .args = "",
    .summary = "list the sites of this machine",
    .details =
	"Every folder below VEDETTE_ROOT/sites with its state (partly: "
	"daemons\n"
	"outlived their supervisor; \"vedette restart\" mends that), its\n"
	"user, the address of its console and its version. The state\n"
	"and the console of sites of other users are unknown to all but root.",
    .scope = CMD_ANYWHERE,
    .options = options,
    .run = run,
};
