/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette fetcher: fetchers on other machines, and how all of them do.
 */
#include "common/daemon.h"
#include "common/fetcher_key.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/settings.h"
#include "site/ask.h"
#include "site/cmd.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ASK_MS 5000

/* --- core ----------------------------------------------------------------- */

struct reply {
	json_t *rows;
	bool refused;
};

static void
got(const struct msg *m, void *arg)
{
	struct reply *r = arg;

	r->refused = m->answer.status != MSG_OK;
	r->rows = json_loadb(m->answer.text.s, m->answer.text.len, 0, NULL);
}

/* NULL: core does not run or does not answer. */
static json_t *
ask_core(const struct site *site, const char *text, struct err *err_r)
{
	char *endpoint =
	    xasprintf("ipc://%s/tmp/run/bus/core.sock", site->root);
	struct bus_self self = {
	    "site", "vedette", site->name, vedette_version()};
	struct msg m = {
	    .id = MSG_QUERY, .query = {.id = 1, .text = slice_of(text)}};
	struct reply r = {0};

	bus_ask(endpoint, &self, &m, ASK_MS, got, &r, err_r);
	free(endpoint);
	return r.rows;
}

/* --- list ----------------------------------------------------------------- */

/* What the files say where nothing runs. */
static json_t *
from_files(const struct site *site, struct err *err_r)
{
	struct fetcher_defs defs;
	json_t *rows = json_array();

	if (fetcher_defs_read(site->root, &defs, err_r) == -1)
		return rows;
	for (size_t i = 0; i < defs.n; i++) {
		struct str affinity = {0};

		fetcher_affinity_put(&defs.items[i], &affinity);
		json_array_append_new(rows,
		    json_pack("{s:s, s:b, s:s, s:s, s:b}", "name",
			defs.items[i].name, "remote", 1, "state", "down",
			"affinity", str_get(&affinity), "alone",
			defs.items[i].alone));
		str_free(&affinity);
	}
	fetcher_defs_free(&defs);
	return rows;
}

static void
set_text(json_t *row, const char *to, const char *from, const char *fmt,
    double factor)
{
	const json_t *v = json_object_get(row, from);
	char text[32];

	if (!json_is_number(v))
		return;
	snprintf(
	    text, sizeof(text), "%.1f%s", json_number_value(v) * factor, fmt);
	json_object_set_new(row, to, json_string(text));
}

static void
for_people(json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_object_set_new(row, "where",
		    json_string(json_is_true(json_object_get(row, "remote"))
			    ? "remote"
			    : "local"));
		set_text(row, "usage", "usage", "%", 100);
		set_text(row, "latency", "latency", "ms", 1000);
		set_text(row, "line", "line", "ms", 1000);
	}
}

static int
list(const struct cmd_call *call)
{
	static const char *const columns[] = {"name", "where", "state",
	    "version", "jobs", "usage", "latency", "line", "answered",
	    "given_away", "hosts", "waiting", "affinity"};
	bool json = cmd_flag(call, "json");
	struct err err = {""};
	json_t *rows = ask_core(call->site, "fetchers", &err);

	if (rows == NULL)
		rows = from_files(call->site, &err);
	if (!json)
		for_people(rows);
	term_table(rows, columns, ARRAY_LEN(columns), json);
	json_decref(rows);
	return 0;
}

/* --- add, rm -------------------------------------------------------------- */

static void
tell_core(const struct site *site)
{
	struct err err;

	/* A core that does not run reads the files when it starts. */
	json_decref(ask_core(site, "fetchers again", &err));
}

static int
write_key(const struct fetcher_key *key, const char *output, struct err *err_r)
{
	struct str text = {0};
	struct err err;
	int rc = 0;

	fetcher_key_put(key, &text);
	if (strcmp(output, "-") == 0)
		fwrite(text.s, 1, text.len, stdout);
	else
		rc = file_write(output, str_slice(&text), 0600, &err);
	if (rc == -1) /* root has become it */
		err_set(err_r,
		    "%s (the site's user writes it; \"--output -\" prints it)",
		    err.text);
	explicit_bzero(text.s, text.len);
	str_free(&text);
	return rc;
}

/* Where to connect to, as far as this machine can tell. */
static void
print_next(const struct cmd_call *call, const char *name, const char *output)
{
	struct str mistakes = {0};
	struct settings *s = settings_load(call->site->root, &mistakes);
	FILE *to = strcmp(output, "-") == 0 ? stderr : stdout;
	char machine[256] = "HOST";

	str_free(&mistakes);
	if (gethostname(machine, sizeof(machine) - 1) != 0)
		snprintf(machine, sizeof(machine), "HOST");
	if (strcmp(output, "-") != 0)
		fprintf(to,
		    "The key of %s is in %s. Carry it to the other machine, "
		    "remove it here,\nand start there, as a user of its own:\n",
		    name, output);
	else
		fprintf(to,
		    "Keep this key on the other machine (chmod 600), "
		    "and start there:\n");
	fprintf(to, "\n  vedette-fetcher --connect tcp://%s:%u --key-file %s\n",
	    machine, s == NULL ? 6560 : s->fetchers.port,
	    strcmp(output, "-") == 0 ? "FILE" : output);
	if (s != NULL && !s->fetchers.enabled)
		fprintf(to,
		    "\nThe site does not listen for fetchers yet: \"vedette "
		    "config set listen.fetchers\n'{enabled: true, address: "
		    "[ADDRESS]}'\", then \"vedette activate\".\n");
	settings_free(&s);
}

static int
add(const struct cmd_call *call, const char *name)
{
	const char *affinity = cmd_value(call, "affinity");
	const char *output = cmd_value(call, "output");
	struct fetcher_key key = {.name = ""};
	struct fetcher_def def = {.name = ""};
	char secret[BUS_KEY_LEN + 1];
	char *own = NULL, *there;
	struct err err = {""};
	int rc = -1;

	if (!fetcher_name_ok(name))
		return cmd_fail("fetcher",
		    "%s: a name has letters, digits, - and _, at most %d", name,
		    FETCHER_NAME_MOST);
	there = xasprintf(
	    "%s/var/vedette/fetchers/%s.json", call->site->root, name);
	snprintf(def.name, sizeof(def.name), "%s", name);
	def.alone = cmd_flag(call, "alone");
	if (output == NULL)
		output = own = xasprintf("%s/%s.key", call->site->root, name);
	if (file_exists(there))
		err_set(&err, "%s exists (\"vedette fetcher rm %s\" first)",
		    name, name);
	else if (def.alone && affinity == NULL)
		err_set(&err, "--alone says whose hosts wait: --affinity");
	else if (affinity == NULL ||
	    fetcher_affinity_parse(affinity, &def, &err) == 0)
		rc = fetcher_server_keys(
		    call->site->root, key.server_key, secret, &err);
	explicit_bzero(secret, sizeof(secret));
	if (rc == 0) {
		bus_keypair(key.public_key, key.secret_key);
		memcpy(def.key, key.public_key, sizeof(def.key));
		memcpy(key.name, def.name, sizeof(key.name));
		snprintf(key.site, sizeof(key.site), "%s", call->site->name);
		rc = write_key(&key, output, &err);
	}
	if (rc == 0)
		rc = fetcher_def_write(call->site->root, &def, &err);
	explicit_bzero(&key, sizeof(key));
	fetcher_def_free(&def);
	if (rc == 0) {
		tell_core(call->site);
		print_next(call, name, output);
	}
	free(own);
	free(there);
	return rc == 0 ? 0 : cmd_fail("fetcher", "%s", err.text);
}

static int
rm(const struct cmd_call *call, const char *name)
{
	struct err err;
	int rc = -1;

	if (!fetcher_name_ok(name))
		err_set(&err, "%s is no fetcher's name", name);
	else
		rc = fetcher_def_remove(call->site->root, name, &err);
	if (rc == 1)
		err_set(&err, "there is no fetcher %s", name);
	if (rc != 0)
		return cmd_fail("fetcher", "%s", err.text);
	tell_core(call->site);
	printf("The key of %s is void; a fetcher that uses it is refused.\n",
	    name);
	return 0;
}

static int
run(const struct cmd_call *call)
{
	const char *what = call->argc > 0 ? call->argv[0] : "list";

	if (strcmp(what, "list") == 0 && call->argc <= 1)
		return list(call);
	if (strcmp(what, "add") == 0 && call->argc == 2)
		return add(call, call->argv[1]);
	if (strcmp(what, "rm") == 0 && call->argc == 2)
		return rm(call, call->argv[1]);
	return cmd_fail("fetcher",
	    "say \"list\", \"add NAME\" or \"rm NAME\" (\"vedette fetcher "
	    "--help\")");
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL,
	"list: an array of {name, remote, state, version, "
	"since, jobs, usage, taken, answered, given_away, "
	"latency, line, affinity, alone, hosts, waiting}"},
    {"affinity", 0, "LIST",
	"add: hosts that it takes, folder:/PATH,label:NAME=VALUE,..."},
    {"alone", 0, NULL,
	"add: its hosts wait while it is away; nobody else takes them"},
    {"output", 'o', "FILE", "add: where the key goes; - is standard output"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_fetcher = {
    .name = "fetcher",
    .args = "[list | add NAME | rm NAME]",
    .summary = "fetchers on this and on other machines",
    .details =
	"\"list\" shows each fetcher: jobs under way, the part of its places\n"
	"in use, how late checks start (latency) and what the way there and\n"
	"back adds (line), jobs that others took over (given_away).\n"
	"\n"
	"\"add\" makes a key for a fetcher on another machine and prints the\n"
	"command to start there. It takes a share of all hosts, or, with\n"
	"--affinity, the hosts of these folders and labels and no others;\n"
	"while it is away its hosts go to the other fetchers, or wait, with\n"
	"--alone. \"rm\" makes the key void at once.",
    .scope = CMD_SITE_OPTION,
    .max_args = 2,
    .options = options,
    .run = run,
};
