/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette discover --auto: takes over what the services Check_MK Discovery
 * report, for hosts whose rule periodic_discovery says so, and activates it.
 * It runs as a plugin of the service "Automatic discovery", so what it did and
 * what went wrong is a state like others.
 *
 * What a host reports is gathered for the rule's `grouping`, then handled once:
 * var/vedette/discovered/.auto.json remembers since when it is reported and
 * whether it was handled.
 */
#include "site/discover_run.h"

#include "common/file.h"
#include "common/mem.h"
#include "common/period.h"
#include "site/ask.h"
#include "site/discover_bulk.h"
#include "site/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS       10000
#define MAX_BYTES    (16u << 20)
#define PARALLEL     50
#define GOOD_SUMMARY "Services: all up-to-date, no new host labels"

enum {
	PLUGIN_OK,
	PLUGIN_WARN,
	PLUGIN_CRIT,
	PLUGIN_UNKNOWN
};

struct automatic {
	const struct cmd_call *call;
	struct discover_run run;
	char *path;   /* of the memory */
	json_t *past; /* host -> {output, since, handled} */
	json_t *now;  /* the same, as it will be */
	int64_t at;   /* seconds */
	bool any_due;
};

/* --- who reports what ----------------------------------------------------- */

/* Array of [host, output]. */
static json_t *
reports(const struct site *site, struct err *err_r)
{
	char *path = site_path(site, "tmp/run/live");
	struct str answer = {0};
	json_t *rows = NULL;
	json_error_t why;

	if (ask_socket(path,
		"GET services\nColumns: host_name plugin_output\n"
		"Filter: description = Check_MK Discovery\n"
		"Filter: has_been_checked = 1\nOutputFormat: json\n\n",
		ASK_MS, &answer, err_r) == 0) {
		rows = json_loadb(str_get(&answer), answer.len, 0, &why);
		if (!json_is_array(rows)) {
			err_set(err_r, "Livestatus: %s", why.text);
			json_decref(rows);
			rows = NULL;
		}
	}
	str_free(&answer);
	free(path);
	return rows;
}

static json_t *
read_past(const char *path)
{
	struct str text = {0};
	struct err unused;
	json_error_t why;
	json_t *past = NULL;

	if (file_exists(path) &&
	    file_read(path, MAX_BYTES, &text, &unused) == 0)
		past = json_loadb(str_get(&text), text.len, 0, &why);
	str_free(&text);
	if (json_is_object(past))
		return past;
	json_decref(past);
	return json_object();
}

/* --- what is due ---------------------------------------------------------- */

static bool
is_allowed(const struct automatic *a, const struct discover_plan *plan)
{
	const char *name =
	    json_string_value(json_object_get(plan->update, "period"));
	uint32_t period = name == NULL
	    ? SNAP_NONE
	    : snap_find_period(a->run.w->snap, slice_of(name));

	return period == SNAP_NONE ||
	    period_is_in(a->run.w->periods, period, a->at);
}

static void
look_at(struct automatic *a, const char *host, const char *output)
{
	uint32_t h = snap_find_host(a->run.w->snap, slice_of(host));
	uint32_t agent = h == SNAP_NONE ? h : written_agent(a->run.w, h);
	const json_t *old = json_object_get(a->past, host);
	const char *before = json_string_value(json_object_get(old, "output"));
	struct discover_plan plan;
	struct err unused;
	bool same = before != NULL && strcmp(before, output) == 0;
	bool handled = same && json_is_true(json_object_get(old, "handled"));
	int64_t since =
	    same ? json_integer_value(json_object_get(old, "since")) : a->at;

	if (agent == SNAP_NONE || strcmp(output, GOOD_SUMMARY) == 0)
		return;
	if (discover_plan_read(&plan,
		slice_of(snap_s(
		    a->run.w->snap, a->run.w->snap->objects[agent].params)),
		&unused) == 0 &&
	    plan.update != NULL) {
		json_object_set_new(a->now, host,
		    json_pack("{s:s, s:I, s:b}", "output", output, "since",
			(json_int_t)since, "handled", handled));
		if (!handled && is_allowed(a, &plan)) {
			ARRAY_GROW(a->run.hosts, a->run.n, a->run.cap);
			a->run.hosts[a->run.n++] = h;
			if (a->at - since >= json_integer_value(json_object_get(
						 plan.update, "grouping")))
				a->any_due = true;
		}
	}
	discover_plan_free(&plan);
}

static void
look_at_all(struct automatic *a, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *host = json_string_value(json_array_get(row, 0));
		const char *text = json_string_value(json_array_get(row, 1));

		if (host != NULL && text != NULL)
			look_at(a, host, text);
	}
}

/* --- doing it ------------------------------------------------------------- */

static void
mark_handled(struct automatic *a)
{
	const char *reason;
	json_t *hosts;

	for (size_t i = 0; i < a->run.n; i++) {
		const char *name = snap_s(a->run.w->snap,
		    a->run.w->snap->objects[a->run.hosts[i]].name);
		json_object_set_new(
		    json_object_get(a->now, name), "handled", json_true());
	}
	/* These are asked again. */
	json_object_foreach(a->run.failures, reason, hosts)
	{
		for (size_t i = 0; i < json_array_size(hosts); i++)
			json_object_set_new(
			    json_object_get(a->now,
				json_string_value(json_array_get(
				    json_array_get(hosts, i), 0))),
			    "handled", json_false());
	}
}

static size_t
n_failed(const struct automatic *a)
{
	const char *reason;
	json_t *hosts;
	size_t n = 0;

	json_object_foreach(a->run.failures, reason, hosts)
	{
		n += json_array_size(hosts);
	}
	return n;
}

static int
ask_and_apply(struct automatic *a)
{
	struct bulk_job job = {.job = discover_run_job,
	    .done = discover_run_done,
	    .found = discover_run_found,
	    .arg = &a->run,
	    .root = a->call->site->root,
	    .n = a->run.n,
	    .parallel = PARALLEL};
	struct bulk_sum sum;

	discover_bulk(&job, &sum);
	if (sum.left > 0)
		return PLUGIN_UNKNOWN;
	mark_handled(a);
	return PLUGIN_OK;
}

static int
activate(const struct automatic *a)
{
	char *message =
	    xasprintf("automatic discovery: %zu hosts", a->run.sums.written);
	struct activate_how how = {.quiet = true, .message = message};
	int code = activate_site(a->call->site, &how);

	free(message);
	return code == 0 ? PLUGIN_OK : PLUGIN_CRIT;
}

static int
remember(const struct automatic *a, struct err *err_r)
{
	char *text = json_dumps(a->now, JSON_INDENT(1) | JSON_SORT_KEYS);
	int rc = file_write(
	    a->path, slice_of(text != NULL ? text : "{}"), 0640, err_r);

	free(text);
	return rc;
}

static int
say(const struct automatic *a, int state)
{
	static const char *const words[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	const struct discover_sums *s = &a->run.sums;
	size_t failed = n_failed(a);

	if (state == PLUGIN_OK && failed > 0)
		state = PLUGIN_WARN;
	printf("%s - %zu hosts differ, %zu changed, %zu not reached%s"
	       "|differ=%zu;;;0 changed=%zu;;;0 failed=%zu;;;0\n",
	    words[state], json_object_size(a->now), s->written, failed,
	    state == PLUGIN_CRIT
		? ", the activation failed (\"vedette activate\" says why)"
		: "",
	    json_object_size(a->now), s->written, failed);
	for (unsigned i = DISCOVER_ADD; i < DISCOVER_ACTIONS; i++)
		if (s->actions[i] > 0)
			printf("%s: %zu services\n", discover_action_name(i),
			    s->actions[i]);
	return state;
}

static int
run_automatic(struct automatic *a)
{
	struct err err = {""};
	json_t *rows = reports(a->call->site, &err);
	int state = PLUGIN_OK;

	if (rows == NULL) {
		printf("UNKNOWN - %s\n", err.text);
		return PLUGIN_UNKNOWN;
	}
	look_at_all(a, rows);
	json_decref(rows);
	if (a->any_due)
		state = ask_and_apply(a);
	if (state == PLUGIN_OK && a->run.sums.written > 0)
		state = activate(a);
	if (remember(a, &err) == -1) {
		printf("UNKNOWN - %s\n", err.text);
		return PLUGIN_UNKNOWN;
	}
	return say(a, state);
}

int
discover_auto(const struct cmd_call *call)
{
	struct automatic a = {.call = call,
	    .run = {.call = call, .apply = true, .automatic = true},
	    .path = site_path(call->site, "var/vedette/discovered/.auto.json"),
	    .at = (int64_t)written_now()};
	int state = PLUGIN_UNKNOWN;

	a.run.w = written_open(call->site, "discover");
	a.run.rows = json_array();
	a.run.failures = json_object();
	a.past = read_past(a.path);
	a.now = json_object();
	if (a.run.w != NULL)
		state = run_automatic(&a);
	else
		puts("UNKNOWN - the configuration has mistakes");
	json_decref(a.run.rows);
	json_decref(a.run.failures);
	json_decref(a.past);
	json_decref(a.now);
	written_close(&a.run.w);
	free(a.run.hosts);
	free(a.path);
	return state;
}
