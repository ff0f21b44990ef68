/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker is told; see job.h.
 */
#include "core/schedule/job.h"

#include "common/config/params.h"
#include "core/schedule/macros.h"
#include "core/state/cluster.h"
#include "core/state/override.h"

static struct slice
text(const struct engine *e, snap_str off)
{
	return slice_of(snap_s(e->snap, off));
}

static bool
is_active(uint32_t period, void *arg)
{
	const struct engine *e = arg;

	return period < e->snap->n_periods &&
	    (e->period_in[period] < 0
		    ? period_is_in(e->periods, period, e->started)
		    : e->period_in[period] != 0);
}

/* Those that depend on time periods are resolved. */
static struct slice
params_now(
    const struct engine *e, const struct snap_object *c, struct str *buffer)
{
	struct slice params = text(e, c->params);

	if (!params_depend(params))
		return params;
	params_resolve(params, is_active, (void *)(uintptr_t)e, buffer);
	return str_slice(buffer);
}

struct adding {
	struct str *items, *params;
	const struct engine *e;
	uint32_t node;
};

/* A clustered service that the host is a node of. */
static void
add_clustered(void *arg, uint32_t service)
{
	const struct adding *a = arg;
	const struct snap_object *c = &a->e->snap->objects[service];
	struct msg_job_item item;

	if (c->check_name == 0)
		return;
	str_clear(a->params);
	item = (struct msg_job_item){.object = service,
	    .check = text(a->e, c->check_name),
	    .item = text(a->e, c->item),
	    .params = params_now(a->e, c, a->params),
	    .state = cluster_blob(a->e, service, a->node)};
	msg_job_item_put(a->items, &item);
}

/* All services of the host that this object feeds, and those of its clusters.
 */
static void
add_items(struct str *items, struct str *params, const struct engine *e,
    uint32_t object)
{
	struct adding adding = {
	    items, params, e, e->snap->objects[object].host};
	const struct snap_object *host =
	    &e->snap->objects[e->snap->objects[object].host];

	for (uint32_t i = host->services.off;
	     i < host->services.off + host->services.n; i++) {
		const struct snap_object *c = &e->snap->objects[i];
		struct msg_job_item item;

		str_clear(params);
		if (c->check != SNAP_CHECK_COLLECTED ||
		    c->collector != object || c->check_name == 0)
			continue;
		item = (struct msg_job_item){.object = i,
		    .check = text(e, c->check_name),
		    .item = text(e, c->item),
		    .params = params_now(e, c, params),
		    .state = checkable_blob(&e->objects[i])};
		msg_job_item_put(items, &item);
	}
	cluster_each(e, adding.node, add_clustered, &adding);
}

static struct slice
uuid_of(const struct agent_links *links, struct slice host)
{
	const struct agent_link *l =
	    links == NULL ? NULL : agent_links_find(links, host);

	return l == NULL ? SLICE("") : slice_of(l->uuid);
}

void
job_make(struct msg_job *job, struct job_buffers *buffers,
    const struct engine *e, const struct agent_links *links, uint32_t object,
    unsigned kind, int64_t now)
{
	const struct snap_object *c = &e->snap->objects[object];
	const struct snap_object *host = &e->snap->objects[c->host];
	struct macro_scope scope = {
	    .e = e, .object = object, .args = "", .now = now};
	const char *line;

	str_clear(&buffers->command);
	str_clear(&buffers->items);
	*job = (struct msg_job){.kind = kind,
	    .host = text(e, host->name),
	    .service = c->is_service ? text(e, c->name) : SLICE(""),
	    .address = text(e, host->address == 0 ? host->name : host->address),
	    .family = host->family,
	    .port = c->check_port,
	    .timeout_ms = c->timeout_ms == 0 ? JOB_TIMEOUT_MS : c->timeout_ms,
	    .state = checkable_blob(&e->objects[object]),
	    .interval_ms = e->objects[object].check_interval_ms};
	if (c->check == SNAP_CHECK_AGENT) {
		job->piggyback = text(e, host->piggyback);
		job->snmp = text(e, host->snmp);
	}
	switch ((enum msg_job_kind)kind) {
	case MSG_JOB_AGENT:
		job->port = host->agent_port;
		job->options = text(e, host->agent_options);
		job->uuid = uuid_of(links, job->host);
		break;
	case MSG_JOB_PROGRAM:
		scope.object = c->host;
		macros_expand(&buffers->command, &scope,
		    snap_s(e->snap, host->agent_command));
		job->options = text(e, host->agent_options);
		break;
	case MSG_JOB_PLUGIN:
		line = engine_check_line(e, object, &scope.args);
		macros_expand(&buffers->command, &scope, line);
		if (c->flags & SNAP_NO_INPROCESS)
			job->options = SLICE("{\"inprocess\":false}");
		break;
	case MSG_JOB_PING:
		if (c->is_service)
			job->options = SLICE("{\"packets\":5}");
		break;
	case MSG_JOB_PIGGYBACK:
	case MSG_JOB_SNMP:
	case MSG_JOB_TCP:
	case MSG_JOB_KINDS:
		break;
	}
	if (c->check == SNAP_CHECK_AGENT)
		add_items(&buffers->items, &buffers->params, e, object);
	job->command = str_slice(&buffers->command);
	job->items = str_slice(&buffers->items);
}

void
job_make_handler(struct msg_job *job, struct job_buffers *buffers,
    const struct engine *e, const struct handler *h, int64_t now)
{
	const struct snap_object *c = &e->snap->objects[h->object];
	const struct snap_object *host = &e->snap->objects[c->host];
	struct macro_scope scope = {.e = e,
	    .object = h->object,
	    .args = h->args,
	    .now = now,
	    .event = h};

	str_clear(&buffers->command);
	macros_expand(&buffers->command, &scope, h->line);
	*job = (struct msg_job){.kind = MSG_JOB_PLUGIN,
	    .host = text(e, host->name),
	    .service = c->is_service ? text(e, c->name) : SLICE(""),
	    .address = text(e, host->address == 0 ? host->name : host->address),
	    .family = host->family,
	    .timeout_ms = JOB_TIMEOUT_MS,
	    .patience_ms = h->alert ? JOB_PATIENCE_MS : 0,
	    .command = str_slice(&buffers->command)};
}

void
job_buffers_free(struct job_buffers *buffers)
{
	str_free(&buffers->command);
	str_free(&buffers->items);
	str_free(&buffers->params);
	str_free(&buffers->sources);
}
