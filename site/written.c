/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiles the files in memory and makes jobs of them as core does.
 */
#include "site/written.h"

#include "common/bus.h"
#include "common/clock.h"
#include "common/daemon.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/period.h"
#include "site/cmd.h"
#include "site/compile/compile.h"

#include <stdio.h>
#include <stdlib.h>

#define PIGGYBACK_MS 2000 /* core answers at once, or it is not there */

static struct snapshot *
compile(const struct site *site, const char *verb)
{
	struct compile_report report = {0};
	struct str text = {0};
	struct err err = {""};
	struct snapshot *snap = compile_open(site->root, &report, &err);

	if (snap == NULL) {
		mistakes_print(&report.mistakes, &text);
		fputs(str_get(&text), stderr);
		cmd_fail(verb, "%s",
		    report.mistakes.n_mistakes > 0
			? "the configuration has mistakes (correct them first)"
			: err.text);
	}
	compile_report_free(&report);
	str_free(&text);
	return snap;
}

struct written *
written_open(const struct site *site, const char *verb)
{
	static const struct engine_settings settings;
	struct written *w;
	struct err err;

	w = xnew(struct written);
	w->site = site;
	if (agent_links_read(site->root, &w->links, &err) == -1)
		cmd_fail(verb, "registrations: %s", err.text);
	w->snap = compile(site, verb);
	if (w->snap == NULL) {
		agent_links_free(&w->links);
		free(w);
		return NULL;
	}
	w->periods = periods_compile(w->snap, &err);
	if (w->periods == NULL) {
		cmd_fail(verb, "%s", err.text);
		written_close(&w);
		return NULL;
	}
	w->engine = engine_new(w->snap, w->periods, &settings, NULL, NULL,
	    clock_wall() / NS_PER_S);
	return w;
}

void
written_close(struct written **w)
{
	if (*w == NULL)
		return;
	job_buffers_free(&(*w)->buffers);
	agent_links_free(&(*w)->links);
	engine_free(&(*w)->engine);
	periods_free(&(*w)->periods);
	snapshot_close(&(*w)->snap);
	free(*w);
	*w = NULL;
}

uint32_t
written_host(const struct written *w, const char *verb, const char *name)
{
	uint32_t host = snap_find_host(w->snap, slice_of(name));

	if (host == SNAP_NONE)
		cmd_fail(verb, "%s: there is no such host in the configuration",
		    name);
	return host;
}

uint32_t
written_agent(const struct written *w, uint32_t host)
{
	struct snap_list all = w->snap->objects[host].services;

	for (uint32_t i = all.off; i < all.off + all.n; i++)
		if (w->snap->objects[i].check == SNAP_CHECK_AGENT)
			return i;
	return SNAP_NONE;
}

static void
got_piggyback(const struct msg *m, void *arg)
{
	if (m->id == MSG_ANSWER && m->answer.status == MSG_OK)
		str_addslice(arg, m->answer.text);
}

void
written_piggyback(const struct written *w, const char *host, struct str *kept)
{
	char *path = site_path(w->site, "tmp/run/bus/core.sock");
	char *endpoint = xasprintf("ipc://%s", path);
	char *text = xasprintf("piggyback %s", host);
	struct bus_self self = {
	    "site", "vedette", w->site->name, vedette_version()};
	struct msg m = {
	    .id = MSG_QUERY, .query = {.id = 1, .text = slice_of(text)}};
	struct err unused;

	if (file_exists(path))
		bus_ask(endpoint, &self, &m, PIGGYBACK_MS, got_piggyback, kept,
		    &unused);
	free(path);
	free(endpoint);
	free(text);
}

double
written_now(void)
{
	return (double)clock_wall() / (double)NS_PER_S;
}

bool
written_bare_job(struct written *w, uint32_t object, struct msg_job *job_r)
{
	const struct snap_object *o = &w->snap->objects[object];
	unsigned kind;

	switch ((enum snap_check)o->check) {
	case SNAP_CHECK_PING:
		kind = MSG_JOB_PING;
		break;
	case SNAP_CHECK_TCP:
		kind = MSG_JOB_TCP;
		break;
	case SNAP_CHECK_COMMAND:
		kind = MSG_JOB_PLUGIN;
		break;
	case SNAP_CHECK_AGENT:
		switch ((enum snap_agent)w->snap->objects[o->host].agent) {
		case SNAP_AGENT_TCP:
			kind = MSG_JOB_AGENT;
			break;
		case SNAP_AGENT_PROGRAM:
			kind = MSG_JOB_PROGRAM;
			break;
		case SNAP_AGENT_NONE:
			kind = w->snap->objects[o->host].snmp != 0
			    ? MSG_JOB_SNMP
			    : MSG_JOB_PIGGYBACK;
			break;
		case SNAP_AGENT_PUSH:
		default:
			return false;
		}
		break;
	case SNAP_CHECK_SNMP:
		kind = MSG_JOB_SNMP;
		break;
	case SNAP_CHECK_PASSIVE:
	case SNAP_CHECK_COLLECTED:
	case SNAP_CHECK_SERVICE:
	case SNAP_CHECK_ALWAYS_UP:
	case SNAP_CHECK_CLUSTER:
	case SNAP_CHECK_CLUSTERED:
	case SNAP_CHECK_KINDS:
	default:
		return false;
	}
	job_make(job_r, &w->buffers, w->engine, &w->links, object, kind,
	    clock_wall() / NS_PER_S);
	return true;
}

bool
written_job(struct written *w, uint32_t object, struct msg_job *job_r)
{
	const struct snap_object *o = &w->snap->objects[object];

	if (!written_bare_job(w, object, job_r))
		return false;
	if (o->check == SNAP_CHECK_AGENT) {
		str_clear(&w->buffers.sources);
		written_piggyback(w,
		    snap_s(w->snap, w->snap->objects[o->host].name),
		    &w->buffers.sources);
		job_r->sources = str_slice(&w->buffers.sources);
	}
	return true;
}
