/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette discover: which services a host has, and which of them are known.
 */
#include "common/clock.h"
#include "common/config/yaml.h"
#include "common/file.h"
#include "common/mem.h"
#include "fetcher/discover.h"
#include "fetcher/fetch_once.h"
#include "fetcher/piggyback.h"
#include "site/cmd.h"
#include "site/term.h"
#include "site/written.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One host's services: found now, and in its file. */
struct finding {
	json_t *found; /* array as in the file */
	json_t *known; /* array as in the file */
	json_t *rows;
	size_t n_new, n_vanished;
};

static char *
file_of(const struct site *site, const char *host)
{
	return site_path(site, "var/vedette/discovered/%s.yaml", host);
}

/* What stands in the file; an absent or broken one holds nothing. */
static json_t *
read_known(const struct site *site, const char *host)
{
	char *path = file_of(site, host);
	struct mistakes m = {0};
	struct yaml_doc *doc = NULL;
	json_t *services = NULL;

	if (file_exists(path)) {
		doc = yaml_read(path, &m);
		services = json_object_get(yaml_root(doc), "services");
	}
	services =
	    json_is_array(services) ? json_incref(services) : json_array();
	yaml_doc_free(&doc);
	mistakes_free(&m);
	free(path);
	return services;
}

static json_t *
entry_of(const struct discovered *d, const char *collector)
{
	json_t *check = json_pack(
	    "{s:s, s:s}", "collector", collector, "check", d->check->name);

	if (*d->item != '\0')
		json_object_set_new(check, "item", json_string(d->item));
	if (d->params != NULL)
		json_object_set(check, "params", d->params);
	return json_pack(
	    "{s:s, s:o}", "description", d->description, "check", check);
}

/* What the host and others say of it, judged by the checks. */
static bool
discover(const struct written *w, uint32_t host, struct slice output,
    const struct piggyback_sources *sources, json_t *found)
{
	const char *name = snap_s(w->snap, w->snap->objects[host].name);
	struct slice *blocks = xcalloc(sources->n + 1, sizeof(*blocks));
	struct discovery_input in = {.output = output,
	    .host = slice_of(name),
	    .piggyback = blocks,
	    .now = (double)clock_wall() / NS_PER_S};
	struct discovery d = {0};
	bool any;

	for (size_t i = 0; i < sources->n; i++)
		if (sources->list[i].output.len > 0)
			blocks[in.n_piggyback++] = sources->list[i].output;
	any = discover_host(&in, &d);
	for (size_t i = 0; any && i < d.n; i++)
		json_array_append_new(
		    found, entry_of(&d.services[i], "Check_MK"));
	if (d.problems.len > 0) {
		term_clear();
		fprintf(stderr, "vedette: discover: %s: %s", name,
		    str_get(&d.problems));
	}
	discovery_free(&d);
	free(blocks);
	return any;
}

static int
ask_agent(struct written *w, uint32_t host, uint32_t agent, json_t *found,
    struct err *err_r)
{
	struct piggyback_sources sources = {0};
	struct str output = {0};
	struct msg_job job;
	int rc = 0;

	if (!written_job(w, agent, &job)) {
		err_set(err_r, "its agent cannot be asked from here");
		return -1;
	}
	if (job.kind != MSG_JOB_PIGGYBACK)
		rc = fetch_once(&job, &output, err_r);
	piggyback_sources_read(&sources, &job, clock_wall() / NS_PER_S);
	if (rc == 0 &&
	    !discover(w, host, str_slice(&output), &sources, found)) {
		err_set(err_r,
		    job.kind == MSG_JOB_PIGGYBACK
			? "no other host has sent data for it"
			: "the agent's output has no section");
		rc = -1;
	}
	piggyback_sources_free(&sources);
	str_free(&output);
	return rc;
}

/* Not known as a host that lives on others' data, but there is some. */
static bool
find_piggyback(struct written *w, uint32_t host, json_t *found)
{
	const struct snap_object *o = &w->snap->objects[host];
	struct piggyback_sources sources = {0};
	struct str kept = {0};
	struct msg_job job = {.host = slice_of(snap_s(w->snap, o->name)),
	    .piggyback = slice_of(snap_s(w->snap, o->piggyback))};
	bool any = false;

	written_piggyback(w, snap_s(w->snap, o->name), &kept);
	job.sources = str_slice(&kept);
	piggyback_sources_read(&sources, &job, clock_wall() / NS_PER_S);
	if (sources.n > 0)
		any = discover(w, host, SLICE(""), &sources, found);
	piggyback_sources_free(&sources);
	str_free(&kept);
	return any;
}

/* A host without an agent and without others' data has PING. */
static int
find(struct written *w, uint32_t host, json_t *found, struct err *err_r)
{
	uint32_t agent = written_agent(w, host);

	if (agent != SNAP_NONE)
		return ask_agent(w, host, agent, found, err_r);
	if (find_piggyback(w, host, found))
		return 0;
	if (w->snap->objects[host].address == 0 &&
	    w->snap->objects[host].check != SNAP_CHECK_PING)
		return 0;
	json_array_append_new(found,
	    json_pack("{s:s, s:s}", "description", "PING", "check", "ping"));
	return 0;
}

static const char *
description(const json_t *entry)
{
	const char *s =
	    json_string_value(json_object_get(entry, "description"));

	return s != NULL ? s : "";
}

static bool
has(const json_t *entries, const char *name)
{
	const json_t *e;
	size_t i;

	json_array_foreach(
	    entries, i, e) if (strcmp(description(e), name) == 0) return true;
	return false;
}

static void
add_row(
    struct finding *f, const char *host, const char *state, const json_t *entry)
{
	json_t *check = json_object_get(entry, "check");
	const char *name = json_string_value(
	    json_is_object(check) ? json_object_get(check, "check") : check);
	json_t *item = json_object_get(check, "item");

	json_array_append_new(f->rows,
	    json_pack("{s:s, s:s, s:s, s:s, s:O?}", "host", host, "state",
		state, "description", description(entry), "check",
		name != NULL ? name : "", "item", item));
}

/* By hand in conf.d: not ours to list as new. */
static bool
is_by_hand(const struct written *w, uint32_t host, const struct finding *f,
    const char *name)
{
	return !has(f->known, name) &&
	    snap_find_service(w->snap, host, slice_of(name)) != SNAP_NONE;
}

static void
compare(struct finding *f, const struct written *w, uint32_t host)
{
	const char *name = snap_s(w->snap, w->snap->objects[host].name);
	json_t *e;
	size_t i;

	for (i = 0; i < json_array_size(f->found); i++) {
		e = json_array_get(f->found, i);
		if (is_by_hand(w, host, f, description(e))) {
			json_array_remove(f->found, i--);
			continue;
		}
		if (has(f->known, description(e))) {
			add_row(f, name, "monitored", e);
		} else {
			add_row(f, name, "new", e);
			f->n_new++;
		}
	}
	json_array_foreach(f->known, i, e) if (!has(f->found, description(e)))
	{
		add_row(f, name, "vanished", e);
		f->n_vanished++;
	}
}

static int
apply(const struct site *site, const char *host, const json_t *found,
    struct err *err_r)
{
	char *path = file_of(site, host);
	struct str text = {0};
	const json_t *e;
	size_t i;
	int rc;

	str_add(&text,
	    "# Found by \"vedette discover --apply\"; the next one"
	    " replaces this file.\n");
	str_add(&text,
	    json_array_size(found) > 0 ? "services:\n" : "services: []\n");
	json_array_foreach(found, i, e)
	{
		char *dump = json_dumps(e, JSON_SORT_KEYS);
		str_addf(&text, "- %s\n", dump != NULL ? dump : "{}");
		free(dump);
	}
	rc = file_write(path, str_slice(&text), 0640, err_r);
	str_free(&text);
	free(path);
	return rc;
}

static int
do_host(const struct cmd_call *call, struct written *w, const char *name,
    json_t *rows, size_t *n_new)
{
	uint32_t host = written_host(w, "discover", name);
	struct finding f = {.rows = rows};
	struct err err;
	int rc;

	if (host == SNAP_NONE)
		return -1;
	term_progress("asking %s", name);
	f.found = json_array();
	f.known = read_known(call->site, name);
	rc = find(w, host, f.found, &err);
	if (rc == 0) {
		compare(&f, w, host);
		if (cmd_flag(call, "apply"))
			rc = apply(call->site, name, f.found, &err);
	}
	term_clear();
	if (rc == -1)
		cmd_fail("discover", "%s: %s", name, err.text);
	*n_new += f.n_new + f.n_vanished;
	json_decref(f.found);
	json_decref(f.known);
	return rc;
}

static int
run(const struct cmd_call *call)
{
	static const char *const columns[] = {
	    "host", "state", "description", "check", "item"};
	struct written *w = written_open(call->site, "discover");
	json_t *rows = json_array();
	size_t changes = 0;
	int code = 0;

	if (w == NULL) {
		json_decref(rows);
		return CMD_FAILED;
	}
	fetch_once_root(call->site->root);
	for (int i = 0; i < call->argc; i++)
		if (do_host(call, w, call->argv[i], rows, &changes) == -1)
			code = CMD_FAILED;
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	if (changes > 0 && !cmd_flag(call, "json"))
		fputs(cmd_flag(call, "apply")
			? "Written; \"vedette activate\" makes it work.\n"
			: "\"--apply\" writes the new ones and drops the"
			  " vanished ones.\n",
		    stdout);
	json_decref(rows);
	written_close(&w);
	return code;
}

static const struct cmd_option options[] = {
    {"apply", 'a', NULL, "write what was found, for the next activation"},
    {"json", 'j', NULL, "an array of {host, state, description, check, item}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_discover = {
    .name = "discover",
    .args = "HOST...",
    .summary = "find the services of hosts",
    .details =
	"Asks each host as the configuration files say, without an activation\n"
	"and without a running site, and lists its services: new, monitored\n"
	"(known already) or vanished. --apply writes them to\n"
	"var/vedette/discovered/HOST.yaml, which takes effect with the next\n"
	"\"vedette activate\". A host without an agent has PING. Exit code 1\n"
	"if a host cannot be reached; its file stays as it is.",
    .scope = CMD_SITE_OPTION,
    .min_args = 1,
    .max_args = -1,
    .options = options,
    .run = run,
};
