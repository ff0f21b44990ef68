/* SPDX-License-Identifier: Apache-2.0
 *
 * One host's part in a run of `vedette discover`; see discover_run.h.
 */
#include "site/discover_run.h"

#include "common/mem.h"
#include "fetcher/piggyback.h"
#include "site/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one host ------------------------------------------------------------- */

static enum discover_action
action_of(const struct discover_run *r, const struct discover_plan *plan,
    enum discover_state state, const char *name)
{
	struct slice text = slice_of(name);

	if (r->accept != NULL && state == DISCOVER_IGNORED &&
	    json_object_get(plan->ignored, name) != NULL &&
	    pattern_starts(r->accept, text))
		return DISCOVER_ACCEPT;
	if (r->ignore != NULL && state != DISCOVER_IGNORED &&
	    pattern_starts(r->ignore, text))
		return DISCOVER_IGNORE;
	if (r->only != NULL && !pattern_starts(r->only, text))
		return DISCOVER_KEEP;
	if ((r->auto_only.n > 0 && !patterns_start(&r->auto_only, text)) ||
	    patterns_start(&r->auto_not, text))
		return DISCOVER_KEEP;
	switch (state) {
	case DISCOVER_UNDECIDED:
		return r->mode->add ? DISCOVER_ADD : DISCOVER_KEEP;
	case DISCOVER_MONITORED:
		return r->mode->anew ? DISCOVER_UPDATE : DISCOVER_KEEP;
	case DISCOVER_CHANGED:
		return r->mode->change ? DISCOVER_UPDATE : DISCOVER_KEEP;
	case DISCOVER_VANISHED:
		return r->mode->remove ? DISCOVER_REMOVE : DISCOVER_KEEP;
	case DISCOVER_IGNORED:
	case DISCOVER_STATES:
		break;
	}
	return DISCOVER_KEEP;
}

static const json_t *
params_in_file(const struct discover_file *f, size_t known)
{
	const json_t *entry = json_array_get(f->services, known);

	return json_object_get(json_object_get(entry, "check"), "params");
}

static void
add_row(struct discover_run *r, const char *host, const struct discover_file *f,
    const struct discover_row *row, enum discover_action action)
{
	const char *name = row->found != NULL
	    ? row->found->description
	    : discover_file_description(f, row->known);
	struct slice check = row->found != NULL
	    ? slice_of(row->found->check->name)
	    : f->known[row->known].check;
	struct slice item = row->found != NULL ? slice_of(row->found->item)
					       : f->known[row->known].item;
	json_t *one = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "host", host,
	    "state", discover_state_name(row->state), "description", name,
	    "check", json_stringn(check.s, check.len), "item",
	    item.len > 0 ? json_stringn(item.s, item.len) : json_null(),
	    "action", discover_action_name(action));

	if (row->found != NULL && row->found->params != NULL)
		json_object_set(one, "params", row->found->params);
	if (row->state == DISCOVER_CHANGED)
		json_object_set(one, "known_params",
		    (json_t *)(uintptr_t)params_in_file(f, row->known));
	json_array_append_new(r->rows, one);
}

static bool
takes_labels(const struct discover_run *r)
{
	return r->mode->labels && r->only == NULL;
}

static void
add_label_rows(
    struct discover_run *r, const char *host, const struct discover_diff *diff)
{
	const char *name;
	json_t *value;

	json_object_foreach(diff->new_labels, name, value)
	{
		char *text = xasprintf(
		    "Host label %s: %s", name, json_string_value(value));
		json_array_append_new(r->rows,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "host", host,
			"state", discover_state_name(DISCOVER_UNDECIDED),
			"description", text, "check", "host_label", "item",
			name, "action",
			discover_action_name(
			    takes_labels(r) ? DISCOVER_ADD : DISCOVER_KEEP)));
		free(text);
	}
	r->sums.new_labels += json_object_size(diff->new_labels);
	r->sums.gone_labels += diff->n_gone_labels;
}

static int
decide(struct discover_run *r, uint32_t host, const struct discovery *found,
    struct discover_file *f, const struct discover_plan *plan,
    struct err *err_r)
{
	const struct snapshot *snap = r->w->snap;
	const char *name = snap_s(snap, snap->objects[host].name);
	uint32_t agent = written_agent(r->w, host);
	bool labels = takes_labels(r) &&
	    (agent != SNAP_NONE || found->host_labels != NULL);
	struct discover_diff diff = {0};
	enum discover_action *actions;
	json_t *empty = json_object();
	int rc = 0;

	discover_diff(
	    &diff, found, f->known, json_array_size(f->services), plan);
	actions = xcalloc(diff.n + 1, sizeof(actions[0]));
	for (size_t i = 0; i < diff.n; i++) {
		const struct discover_row *row = &diff.rows[i];
		actions[i] = action_of(r, plan, row->state,
		    row->found != NULL
			? row->found->description
			: discover_file_description(f, row->known));
		add_row(r, name, f, row, actions[i]);
		r->sums.states[row->state]++;
		r->sums.actions[actions[i]]++;
	}
	add_label_rows(r, name, &diff);
	r->sums.services += found->n;
	struct discover_change change = {.diff = &diff,
	    .actions = actions,
	    .collector = agent == SNAP_NONE
		? "Check_MK"
		: snap_s(snap, snap->objects[agent].name),
	    .host_labels = !labels           ? NULL
		: found->host_labels != NULL ? found->host_labels
					     : empty};
	if (r->apply)
		rc = discover_file_change(f, &change, err_r);
	r->sums.written += rc == 1;
	free(actions);
	json_decref(empty);
	discover_diff_free(&diff);
	return rc == -1 ? -1 : 0;
}

/* A host without an agent has PING. */
static void
find_ping(const struct discover_run *r, uint32_t host,
    const struct discover_file *f, struct discovery *found)
{
	const struct snapshot *snap = r->w->snap;
	bool is_known = false;

	for (size_t i = 0; i < json_array_size(f->services); i++)
		is_known = is_known ||
		    slice_eqs(f->known[i].check, discover_ping.name);
	if (snap->objects[host].address == 0 &&
	    snap->objects[host].check != SNAP_CHECK_PING)
		return;
	if (!is_known &&
	    snap_find_service(snap, host, slice_of("PING")) != SNAP_NONE)
		return; /* by hand */
	found->services = xcalloc(1, sizeof(found->services[0]));
	found->n = found->cap = 1;
	found->services[0] = (struct discovered){.check = &discover_ping,
	    .description = xstrdup("PING"),
	    .item = xstrdup("")};
}

/* What the host and others say of it, by the checks. */
static bool
find_in_output(const struct discover_run *r, uint32_t host, struct slice output,
    const struct discover_plan *plan, struct discovery *found)
{
	const struct snapshot *snap = r->w->snap;
	const struct snap_object *o = &snap->objects[host];
	const char *name = snap_s(snap, o->name);
	struct piggyback_sources sources = {0};
	struct str kept = {0};
	struct msg_job job = {.host = slice_of(name),
	    .piggyback = slice_of(snap_s(snap, o->piggyback))};
	struct discovery_input in = {.output = output,
	    .host = slice_of(name),
	    .now = written_now(),
	    .params = plan->params};
	struct slice *blocks;
	bool any;

	written_piggyback(r->w, name, &kept);
	job.sources = str_slice(&kept);
	piggyback_sources_read(&sources, &job, (int64_t)in.now);
	in.piggyback = blocks = xcalloc(sources.n + 1, sizeof(blocks[0]));
	for (size_t i = 0; i < sources.n; i++)
		if (sources.list[i].output.len > 0)
			blocks[in.n_piggyback++] = sources.list[i].output;
	in.persisted = sources.persisted;
	any = discover_host(&in, found);
	if (found->problems.len > 0) {
		term_clear();
		fprintf(stderr, "vedette: discover: %s: %s", name,
		    str_get(&found->problems));
	}
	piggyback_sources_free(&sources);
	free(blocks);
	str_free(&kept);
	return any;
}

/* A host without an agent and without others' data has PING. */
static int
find(const struct discover_run *r, uint32_t host, struct slice output,
    const struct discover_plan *plan, const struct discover_file *f,
    struct discovery *found, struct err *err_r)
{
	uint32_t agent = written_agent(r->w, host);

	if (find_in_output(r, host, output, plan, found))
		return 0;
	if (agent == SNAP_NONE) {
		find_ping(r, host, f, found);
		return 0;
	}
	err_set(err_r,
	    r->w->snap->objects[host].agent == SNAP_AGENT_NONE
		? "no other host has sent data for it"
		: "the agent's output has no section");
	return -1;
}

static int
compare(struct discover_run *r, uint32_t host, struct slice output,
    struct err *err_r)
{
	const struct snapshot *snap = r->w->snap;
	uint32_t agent = written_agent(r->w, host);
	struct discovery found = {0};
	struct discover_plan plan = {0};
	struct discover_file f = {0};
	int rc;

	rc = discover_plan_read(&plan,
	    slice_of(agent == SNAP_NONE
		    ? ""
		    : snap_s(snap, snap->objects[agent].params)),
	    err_r);
	if (rc == 0)
		rc = discover_file_read(&f, r->call->site,
		    snap_s(snap, snap->objects[host].name), err_r);
	if (rc == 0)
		rc = find(r, host, output, &plan, &f, &found, err_r);
	if (rc == 0 && r->automatic) {
		const char *mode =
		    json_string_value(json_object_get(plan.update, "mode"));

		r->mode = discover_mode_find(mode != NULL ? mode : "fix_all");
		patterns_read(&r->auto_only,
		    json_object_get(plan.update, "services"), err_r);
		patterns_read(&r->auto_not,
		    json_object_get(plan.update, "exclude_services"), err_r);
	}
	if (rc == 0)
		rc = decide(r, host, &found, &f, &plan, err_r);
	patterns_free(&r->auto_only);
	patterns_free(&r->auto_not);
	discovery_free(&found);
	discover_file_free(&f);
	discover_plan_free(&plan);
	return rc;
}

/* --- all hosts ------------------------------------------------------------ */

int
discover_run_job(size_t i, struct msg_job *job_r, struct err *err_r, void *arg)
{
	struct discover_run *r = arg;
	uint32_t agent = written_agent(r->w, r->hosts[i]);

	if (agent == SNAP_NONE)
		return 0;
	if (r->w->snap->objects[r->hosts[i]].agent == SNAP_AGENT_NONE &&
	    r->w->snap->objects[r->hosts[i]].snmp == 0)
		return 0;
	if (!written_bare_job(r->w, agent, job_r)) {
		err_set(err_r, "its agent cannot be asked from here");
		return -1;
	}
	job_r->items = (struct slice){"", 0}; /* nothing is to be judged */
	return 1;
}

/* "Cannot connect to 127.0.0.1:6556: refused": the address is each host's
 * own. */
static char *
reason_of(const char *failure)
{
	struct slice rest = slice_of(failure), word;
	struct str text = {0};

	while (slice_word(&rest, &word)) {
		size_t digits = 0, points = 0;

		for (size_t i = 0; i < word.len; i++) {
			digits += word.s[i] >= '0' && word.s[i] <= '9';
			points += word.s[i] == '.' || word.s[i] == ':' ||
			    word.s[i] == '[';
		}
		if (text.len > 0)
			str_addc(&text, ' ');
		if (digits > 0 && points > 2)
			str_addf(&text, "its address%s",
			    word.s[word.len - 1] == ':' ? ":" : "");
		else
			str_addslice(&text, word);
	}
	return str_steal(&text);
}

static void
note_failure(struct discover_run *r, const char *host, const char *why)
{
	char *reason = reason_of(why);
	json_t *hosts = json_object_get(r->failures, reason);

	if (hosts == NULL) {
		hosts = json_array();
		json_object_set_new(r->failures, reason, hosts);
	}
	json_array_append_new(hosts, json_pack("[s, s]", host, why));
	free(reason);
}

void
discover_run_done(size_t i, struct slice output, const char *failure, void *arg)
{
	struct discover_run *r = arg;
	struct err err = {""};
	const char *name =
	    snap_s(r->w->snap, r->w->snap->objects[r->hosts[i]].name);

	if (failure == NULL && compare(r, r->hosts[i], output, &err) == -1)
		failure = err.text;
	if (failure != NULL)
		note_failure(r, name, failure);
}

size_t
discover_run_found(void *arg)
{
	return ((const struct discover_run *)arg)->sums.services;
}
