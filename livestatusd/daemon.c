/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's hooks: parts are made in order and ended in reverse.
 */
#include "livestatusd/livestatusd.h"

#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/http/http.h"
#include "livestatusd/pool.h"
#include "livestatusd/server/keeper.h"
#include "livestatusd/server/logfiles.h"
#include "livestatusd/server/server.h"
#include "livestatusd/sites/sites.h"
#include "livestatusd/source.h"

#include <stdlib.h>
#include <string.h>

#define METRIC_THREADS 2

static void
on_changed(void *arg)
{
	struct livestatusd *l = arg;

	livestatus_changed(l->server);
	if (l->http != NULL)
		http_changed(l->http);
}

static void
visibility(const struct livestatusd *l, struct lql_env *env)
{
	const struct settings *s = l->d->settings;

	env->strict_services = strcmp(s->visible_services, "strict") == 0;
	env->loose_groups = strcmp(s->visible_groups, "loose") == 0;
	env->handlers =
	    s->event_handler_hosts != NULL || s->event_handler_services != NULL;
}

static void
load(const struct livestatusd *l, struct lql_env *env)
{
	if (l->pool != NULL)
		env->threads += pool_threads(l->pool);
	if (l->metrics != NULL)
		env->threads += pool_threads(l->metrics);
	if (l->commands != NULL)
		commands_load(l->commands, &env->command_slots,
		    &env->commands_open, &env->commands_most);
}

void
livestatusd_env(struct livestatusd *l, struct lql_env *env_r)
{
	const struct mirror_counter *pid =
	    mirror_counter(feed_mirror(l->feed), "pid");
	struct lql_env env = {
	    .now_ns = clock_wall(),
	    .mono = clock_mono,
	    .past = logfiles_past(l->logfiles),
	    .log_lines = keeper_lines(l->keeper),
	    .version = vedette_version(),
	    .pid = pid == NULL ? 0 : (int64_t)pid->value,
	    .core_down = !feed_core_up(l->feed),
	    .started = l->started,
	    .site = l->d->site,
	};

	visibility(l, &env);
	load(l, &env);
	if (l->sites != NULL)
		env.sites = sites_rows(l->sites, &env.n_sites);
	if (l->server != NULL) {
		const struct livestatus_counters *c =
		    livestatus_counters(l->server);

		env.requests = c->requests;
		env.connections = c->connections;
		env.active_connections = c->active;
		env.overflows = c->refused;
		env.queued = livestatus_queued(l->server);
		env.usage = livestatus_usage(l->server);
	}
	*env_r = env;
}

bool
livestatusd_is_current(const struct livestatusd *l)
{
	if (feed_is_current(l->feed))
		return true;
	/* A core that is down, or slow, is not waited for. */
	return clock_mono() - l->committed > 3 * NS_PER_S;
}

static void
release(struct livestatusd *l)
{
	http_close(&l->http);
	pool_free(&l->metrics);
	pool_free(&l->pool);
	source_free(&l->source);
	livestatus_free(&l->server);
	keeper_free(&l->keeper);
	sites_free(&l->sites);
	commands_free(&l->commands);
	questions_free(&l->questions);
	questions_free(&l->of_notifier);
	commands_free(&l->event_commands);
	commands_free(&l->notifier);
	feed_free(&l->feed);
	logfiles_free(&l->logfiles);
	free(l);
}

static int
start_http(struct livestatusd *l, struct err *err_r)
{
	struct http_source source;

	l->source = source_new(l);
	source_for_http(l->source, &source);
	l->http = http_open(l->d, &source, err_r);
	return l->http == NULL ? -1 : 0;
}

static int
start(struct daemon *d, struct err *err_r)
{
	struct livestatusd *l = xnew(struct livestatusd);
	char *dir = daemon_path(d, "var/history");

	l->d = d;
	l->started = clock_wall() / NS_PER_S;
	l->committed = clock_mono();
	l->logfiles = logfiles_new(dir);
	free(dir);
	l->pool = pool_new(d->loop, 0);
	l->metrics = pool_new(d->loop, METRIC_THREADS);
	l->keeper = keeper_new(l);
	l->feed = feed_new(d, on_changed, l, err_r);
	if (l->feed != NULL)
		l->commands = commands_new(d, "core", err_r);
	if (l->commands != NULL)
		l->event_commands = commands_new(d, "eventd", err_r);
	if (l->event_commands != NULL)
		l->notifier = commands_new(d, "notifyd", err_r);
	if (l->notifier != NULL) {
		l->questions =
		    questions_new(d, l->event_commands, "the event console");
		l->of_notifier = questions_new(d, l->notifier, "the notifier");
	}
	if (l->questions != NULL) {
		l->sites =
		    sites_new(d, l->feed, l->commands, l->event_commands);
		l->server = livestatus_new(l, err_r);
	}
	if (l->server == NULL || start_http(l, err_r) == -1) {
		release(l);
		return -1;
	}
	d->state = l;
	return 0;
}

/* What comes by a client right after the start is for these three. */
static bool
settled(struct daemon *d)
{
	const struct livestatusd *l = d->state;

	return commands_peer(l->commands) != NULL &&
	    commands_peer(l->event_commands) != NULL &&
	    commands_peer(l->notifier) != NULL;
}

static int
reload_prepare(struct daemon *d, struct snapshot *next, struct err *err_r)
{
	const struct settings *settings = daemon_next_settings(d);
	struct livestatusd *l = d->state;
	struct periods *periods = periods_compile(next, err_r);
	struct err one;
	int http, tcp;

	if (periods == NULL)
		return -1;
	periods_free(&periods);
	http = http_prepare(l->http, settings, err_r);
	tcp = livestatus_prepare(l->server, settings, &one);
	if (http == 0 && tcp == 0)
		return 0;
	if (http == -1 && tcp == -1)
		err_also(err_r, &one);
	else if (tcp == -1)
		*err_r = one;
	if (http == 0)
		http_abort(l->http);
	if (tcp == 0)
		livestatus_abort(l->server);
	return -1;
}

/* The feed follows core; queries are held until it has. */
static void
reload_commit(struct daemon *d, struct snapshot *old)
{
	struct livestatusd *l = d->state;

	(void)old;
	http_commit(l->http);
	livestatus_commit(l->server);
	sites_reload(l->sites);
	l->committed = clock_mono();
}

static void
reload_abort(struct daemon *d)
{
	struct livestatusd *l = d->state;

	http_abort(l->http);
	livestatus_abort(l->server);
}

static void
put(struct str *list, const char *name, uint64_t value)
{
	msg_counter_put(
	    list, &(struct msg_counter){slice_of(name), (double)value});
}

static void
counters(struct daemon *d, struct str *list)
{
	struct livestatusd *l = d->state;
	const struct livestatus_counters *c = livestatus_counters(l->server);
	const struct feed_counters *f = feed_counters(l->feed);

	put(list, "live_connections", c->connections);
	put(list, "live_connections_refused", c->refused);
	put(list, "live_connections_active", c->active);
	put(list, "live_requests", c->requests);
	put(list, "live_requests_failed", c->failed);
	put(list, "live_commands", c->commands);
	put(list, "live_commands_refused", c->commands_refused);
	put(list, "live_clients_stalled", c->stalled);
	put(list, "feed_frames", f->frames);
	put(list, "feed_gaps", f->gaps);
	put(list, "feed_snapshots", f->snapshots);
	put(list, "events_asked", questions_counters(l->questions)->asked);
	put(list, "events_failed", questions_counters(l->questions)->failed);
	put(list, "history_lines", keeper_lines(l->keeper));
	put(list, "history_index_unwritten", keeper_unwritten(l->keeper));
	sites_counters(l->sites, list);
	http_counters(l->http, list);
}

static void
stop(struct daemon *d)
{
	struct livestatusd *l = d->state;

	livestatus_stop(l->server);
	daemon_exit(d, 0);
}

static void
end(struct daemon *d)
{
	release(d->state);
	d->state = NULL;
}

const struct daemon_def livestatusd_def = {
    .name = "livestatusd",
    .summary = "answers Livestatus queries and the web console",
    .init = start,
    .settled = settled,
    .reload_prepare = reload_prepare,
    .reload_commit = reload_commit,
    .reload_abort = reload_abort,
    .counters = counters,
    .stop = stop,
    .deinit = end,
};
