/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette discover: which services hosts have, beside what is monitored.
 */
#include "common/file.h"
#include "common/mem.h"
#include "site/audit.h"
#include "site/discover_bulk.h"
#include "site/discover_run.h"
#include "site/term.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PARALLEL     50
#define MAX_PARALLEL 2000
#define MAX_ROWS_ALL 10 /* hosts of which every service is listed */
#define MAX_FAILURES 10 /* that are named one by one */
#define MAX_NAMED    5  /* hosts of a reason */

static const struct discover_mode modes[] = {
    {"fix_all", true, true, true, true, false},
    {"new", true, false, false, true, false},
    {"remove", false, true, false, false, false},
    {"labels", false, false, false, true, false},
    {"refresh", false, false, false, false, false},
    {"tabula_rasa", true, true, true, true, true},
};

const struct discover_mode *
discover_mode_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

/* --- which hosts ---------------------------------------------------------- */

static bool
is_below(const char *folder, const char *top)
{
	size_t n = strlen(top);

	while (n > 0 && top[n - 1] == '/')
		n--;
	return strncmp(folder, top, n) == 0 &&
	    (folder[n] == '/' || folder[n] == '\0');
}

static bool
has_label(const struct snapshot *snap, uint32_t host, const char *wanted)
{
	struct snap_list labels = snap->objects[host].labels;
	const char *equals = strchr(wanted, '=');
	size_t n = equals == NULL ? strlen(wanted) : (size_t)(equals - wanted);

	for (uint32_t i = 0; i + 2 < labels.n; i += 3) {
		const char *name = snap_s(snap, snap_at(snap, labels, i));
		const char *value = snap_s(snap, snap_at(snap, labels, i + 1));

		if (strlen(name) == n && strncmp(name, wanted, n) == 0)
			return equals == NULL || strcmp(value, equals + 1) == 0;
	}
	return false;
}

static void
add_host(struct discover_run *r, uint32_t host)
{
	for (size_t i = 0; i < r->n && r->n < 1000; i++)
		if (r->hosts[i] == host)
			return;
	ARRAY_GROW(r->hosts, r->n, r->cap);
	r->hosts[r->n++] = host;
}

/* Prints what is wrong. */
static int
choose(struct discover_run *r)
{
	const struct cmd_call *call = r->call;
	const char *folder = cmd_value(call, "folder");
	const char *label = cmd_value(call, "label");
	bool all = cmd_flag(call, "all");
	int rc = 0;

	for (uint32_t i = 0; i < r->w->snap->n_hosts; i++) {
		const char *in =
		    snap_s(r->w->snap, r->w->snap->objects[i].folder);

		if ((all || folder != NULL || label != NULL) &&
		    (folder == NULL || is_below(in, folder)) &&
		    (label == NULL || has_label(r->w->snap, i, label)))
			add_host(r, i);
	}
	for (int i = 0; i < call->argc; i++) {
		uint32_t host = written_host(r->w, "discover", call->argv[i]);

		if (host == SNAP_NONE)
			rc = -1;
		else
			add_host(r, host);
	}
	if (r->n == 0 && rc == 0) {
		cmd_fail("discover", "%s",
		    call->argc > 0 || all || folder != NULL || label != NULL
			? "no host fits"
			: "which hosts? (name them, or say --all, --folder "
			  "or --label)");
		rc = -1;
	}
	return rc;
}

/* --- options -------------------------------------------------------------- */

static const struct discover_mode *
mode_of(const struct cmd_call *call)
{
	const char *name = cmd_value(call, "mode");
	struct str known = {0};

	/* Single moves stand for themselves. */
	if (name == NULL)
		name = cmd_flag(call, "ignore") || cmd_flag(call, "accept")
		    ? "refresh"
		    : "fix_all";
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (strcmp(modes[i].name, name) == 0) {
			str_free(&known);
			return &modes[i];
		}
		str_addf(&known, "%s%s", i > 0 ? ", " : "", modes[i].name);
	}
	cmd_fail("discover", "there is no mode %s (modes are: %s)", name,
	    str_get(&known));
	str_free(&known);
	return NULL;
}

static int
read_pattern(
    const struct cmd_call *call, const char *option, struct pattern **pattern_r)
{
	const char *text = cmd_value(call, option);
	struct err err;

	*pattern_r = NULL;
	if (text == NULL)
		return 0;
	*pattern_r = pattern_new(slice_of(text), &err);
	if (*pattern_r == NULL)
		cmd_fail("discover", "--%s: %s", option, err.text);
	return *pattern_r == NULL ? -1 : 0;
}

static size_t
parallel_of(const struct cmd_call *call)
{
	const char *text = cmd_value(call, "parallel");
	char *end;
	long n = text == NULL ? PARALLEL : strtol(text, &end, 10);

	if (text != NULL && (*end != '\0' || n < 1 || n > MAX_PARALLEL)) {
		cmd_fail("discover", "--parallel: %s is no number from 1 to %d",
		    text, MAX_PARALLEL);
		return 0;
	}
	return (size_t)n;
}

/* Two that write would undo each other. Gone with the process. */
static int
lock(const struct site *site)
{
	char *folder = site_path(site, "var/vedette/discovered");
	char *path = site_path(site, "var/vedette/discovered/.lock");
	struct err err;
	int fd = -1;

	if (file_mkdirs(folder, 0750, &err) == -1)
		cmd_fail("discover", "%s", err.text);
	else if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640)) == -1)
		cmd_fail("discover", "%s: %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		cmd_fail("discover",
		    "another discovery is writing (wait for its end)");
		close(fd);
		fd = -1;
	}
	free(folder);
	free(path);
	return fd;
}

/* --- what is printed ------------------------------------------------------ */

static void
print_failures(const struct discover_run *r, size_t n)
{
	const char *reason;
	json_t *hosts;

	json_object_foreach(r->failures, reason, hosts)
	{
		struct str names = {0};
		size_t i;
		json_t *one;

		json_array_foreach(hosts, i, one)
		{
			const char *name =
			    json_string_value(json_array_get(one, 0));
			if (n <= MAX_FAILURES)
				cmd_fail("discover", "%s: %s", name,
				    json_string_value(json_array_get(one, 1)));
			else if (i < MAX_NAMED)
				str_addf(
				    &names, "%s%s", i > 0 ? ", " : "", name);
			else if (i == MAX_NAMED)
				str_add(&names, ", ...");
		}
		if (n > MAX_FAILURES)
			cmd_fail("discover", "%zu hosts: %s: %s",
			    json_array_size(hosts), reason, str_get(&names));
		str_free(&names);
	}
}

static void
print_rows(const struct discover_run *r)
{
	static const char *const columns[] = {
	    "host", "description", "check", "item", "state", "action"};
	json_t *some = json_array(), *row;
	size_t i;

	json_array_foreach(r->rows, i, row)
	{
		const char *state =
		    json_string_value(json_object_get(row, "state"));
		const char *action =
		    json_string_value(json_object_get(row, "action"));

		if (r->n <= MAX_ROWS_ALL || strcmp(action, "keep") != 0 ||
		    (strcmp(state, "monitored") != 0 &&
			strcmp(state, "ignored") != 0))
			json_array_append(some, row);
	}
	if (json_array_size(some) > 0)
		term_table(some, columns, ARRAY_LEN(columns), false);
	json_decref(some);
}

static void
print_sums(const struct discover_run *r, const struct bulk_sum *bulk)
{
	const struct discover_sums *s = &r->sums;
	const char *comma = "";
	bool any = false;

	for (unsigned i = 0; i < DISCOVER_STATES; i++) {
		printf("%s%zu %s", comma, s->states[i], discover_state_name(i));
		comma = ", ";
	}
	printf("; %zu new host labels\n", s->new_labels);
	if (r->n > 1)
		printf("%zu of %zu hosts asked in %.1f s, %zu failed\n",
		    bulk->done + bulk->failed, r->n, bulk->seconds,
		    bulk->failed);
	if (r->apply && s->written > 0)
		printf("%zu file%s written; \"vedette activate\" makes "
		       "%s work.\n",
		    s->written, s->written == 1 ? "" : "s",
		    s->written == 1 ? "it" : "them");
	else if (r->apply)
		puts("Nothing to write.");
	if (r->apply)
		return;
	comma = "\"--apply\" would ";
	for (unsigned i = DISCOVER_ADD; i < DISCOVER_ACTIONS; i++) {
		if (s->actions[i] == 0)
			continue;
		printf(
		    "%s%s %zu", comma, discover_action_name(i), s->actions[i]);
		comma = ", ";
		any = true;
	}
	if (any)
		printf(" (mode %s).\n", r->mode->name);
}

/* --- the verb ------------------------------------------------------------- */

static void
audit(const struct discover_run *r)
{
	json_t *counts = json_object();

	if (r->sums.written == 0) {
		json_decref(counts);
		return;
	}
	json_object_set_new(
	    counts, "hosts", json_integer((json_int_t)r->sums.written));
	for (unsigned i = DISCOVER_ADD; i < DISCOVER_ACTIONS; i++)
		if (r->sums.actions[i] > 0)
			json_object_set_new(counts, discover_action_name(i),
			    json_integer((json_int_t)r->sums.actions[i]));
	audit_write(r->call->site, "discover", 0, r->mode->name, counts);
}

static int
run_all(struct discover_run *r, size_t parallel)
{
	struct bulk_job job = {.job = discover_run_job,
	    .done = discover_run_done,
	    .found = discover_run_found,
	    .arg = r,
	    .root = r->call->site->root,
	    .n = r->n,
	    .parallel = parallel};
	struct bulk_sum sum;
	size_t failed = 0;
	const char *reason;
	json_t *hosts;

	r->rows = json_array();
	r->failures = json_object();
	discover_bulk(&job, &sum);
	json_object_foreach(r->failures, reason, hosts)
	{
		failed += json_array_size(hosts);
	}
	sum.failed = failed;
	sum.done = r->n - sum.left - failed;
	audit(r);
	if (cmd_flag(r->call, "json")) {
		term_json(r->rows);
	} else {
		print_rows(r);
		print_sums(r, &sum);
	}
	print_failures(r, failed);
	if (sum.left > 0)
		cmd_fail("discover",
		    "interrupted: %zu hosts were not asked (what is done "
		    "stays)",
		    sum.left);
	json_decref(r->rows);
	json_decref(r->failures);
	return failed > 0 || sum.left > 0 ? CMD_FAILED : 0;
}

static int
run(const struct cmd_call *call)
{
	struct discover_run r = {.call = call,
	    .apply = cmd_flag(call, "apply") || cmd_flag(call, "auto")};
	size_t parallel = parallel_of(call);
	int code = CMD_FAILED, fd = -1;

	if (parallel == 0 || (r.mode = mode_of(call)) == NULL ||
	    read_pattern(call, "service", &r.only) == -1 ||
	    read_pattern(call, "ignore", &r.ignore) == -1 ||
	    read_pattern(call, "accept", &r.accept) == -1)
		goto out;
	if (r.apply && (fd = lock(call->site)) == -1)
		goto out;
	if (cmd_flag(call, "auto")) {
		code = discover_auto(call);
		goto out;
	}
	r.w = written_open(call->site, "discover");
	if (r.w == NULL)
		goto out;
	code = choose(&r) == -1 ? CMD_FAILED : 0;
	if (r.n > 0 && run_all(&r, parallel) != 0)
		code = CMD_FAILED;
out:
	written_close(&r.w);
	pattern_free(r.only);
	pattern_free(r.ignore);
	pattern_free(r.accept);
	free(r.hosts);
	if (fd != -1)
		close(fd);
	return code;
}

static const struct cmd_option options[] = {
    {"apply", 'a', NULL, "write what the mode says, for the next activation"},
    {"mode", 'm', "MODE",
	"fix_all (the default), new, remove, labels, refresh or tabula_rasa"},
    {"service", 'S', "PATTERN",
	"move services alone whose description begins so (regular "
	"expression)"},
    {"ignore", 0, "PATTERN", "shut such services out, by hand"},
    {"accept", 0, "PATTERN", "take such services in again"},
    {"all", 'A', NULL, "every host"},
    {"folder", 'f', "FOLDER", "hosts of this folder and below"},
    {"label", 'l', "NAME=VALUE", "hosts with this label"},
    {"parallel", 'p', "N", "ask so many hosts at once (50)"},
    {"auto", 0, NULL,
	"take over what the site's periodic discovery found, by its rules; "
	"for a service of the site"},
    {"json", 'j', NULL,
	"an array of {host, state, description, check, item, action, ...}"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_discover = {
    .name = "discover",
    .args = "HOST...",
    .summary = "find the services of hosts",
    .details =
	"Asks each host as the configuration files say, without an activation\n"
	"and without a running site, and lists its services: undecided "
	"(found,\n"
	"not monitored), monitored, changed (with other parameters), vanished\n"
	"(monitored, not found) or ignored (by the ruleset ignored_services "
	"or\n"
	"by --ignore), and what --apply does with each. --apply writes\n"
	"var/vedette/discovered/HOST.yaml, which takes effect with the next\n"
	"\"vedette activate\". Modes: fix_all does all, new adds undecided\n"
	"services and host labels, remove drops vanished ones, labels takes\n"
	"host labels alone, refresh changes nothing, tabula_rasa takes what "
	"is\n"
	"found instead of what is known. A host without an agent has PING.\n"
	"Many hosts are asked at once; Ctrl-C ends that, and what is done\n"
	"stays done. --auto is for a service of the site: it takes over what\n"
	"the hosts' services Check_MK Discovery report where the ruleset\n"
	"periodic_discovery says update, and activates that; its output and\n"
	"exit code are a plugin's. Exit code 1 if a host cannot be reached; "
	"its file stays\n"
	"as it is.",
    .scope = CMD_SITE_OPTION,
    .min_args = 0,
    .max_args = -1,
    .options = options,
    .run = run,
};
