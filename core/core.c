/* SPDX-License-Identifier: Apache-2.0
 *
 * Start, the turn, and the end. A turn runs after all input of one round of
 * the loop: timers of the engine, jobs, the batch of effects, and what the
 * journal has taken by then.
 */
#include "core/core.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/config/options.h"
#include "core/schedule/piggyback.h"
#include "core/state/invariants.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define HOUR         (3600 * NS_PER_S)
#define SAVE_NOTICES 64 /* in a piece of the state file */

int64_t
core_now(void)
{
	return clock_wall() / NS_PER_S;
}

static void
wake(void *arg)
{
	struct core *core = arg;

	core->wake = true;
}

static void
now_both(void *arg, int64_t *now_ns_r, int64_t *now_r)
{
	struct core *core = arg;

	*now_ns_r = effects_clock(&core->fx);
	*now_r = core_now();
}

static const struct agent_links *
registrations(void *arg)
{
	struct core *core = arg;

	return links_now(core->links);
}

static void
alert_handler(void *arg, const struct alert_run *run)
{
	struct core *core = arg;

	alert_tell(core->engine, run, core_now());
}

static const struct jobs_ops jobs_ops = {.clock = now_both,
    .links = registrations,
    .alert = alert_handler,
    .wake = wake};

/* --- the state on disk tells what it finds ----------------------------------
 */

static void
found_notice(void *arg, struct slice id, struct slice message)
{
	struct core *core = arg;

	outbox_forget(core->fx.outbox, id);
	outbox_add(core->fx.outbox, id, message, 0);
}

static void
found_notice_gone(void *arg, struct slice id)
{
	struct core *core = arg;

	outbox_forget(core->fx.outbox, id);
}

static void
found_stranger(
    void *arg, struct slice host, struct slice service, struct slice record)
{
	struct core *core = arg;

	tombs_add(core->tombs, host, service, record, core_now());
}

static void
durable(void *arg, uint64_t upto, const struct err *failed)
{
	struct core *core = arg;

	(void)upto;
	if (failed != NULL && core->fx.disk.text[0] == '\0')
		log_error("journal: %s; commands are refused until it takes "
			  "records again (make room on the disk)",
		    failed->text);
	if (failed != NULL)
		core->fx.disk = *failed;
	else
		core->fx.disk.text[0] = '\0';
	core->wake = true;
}

static void
save_notice(void *arg, struct slice id, struct slice message)
{
	record_put_notice(arg, id, message);
}

static bool
save_rest(void *arg, bool from_start, struct str *out)
{
	struct core *core = arg;

	if (from_start) {
		outbox_save_from_start(core->fx.outbox);
		core->tombs_at = 0;
	}
	if (!outbox_save(core->fx.outbox, SAVE_NOTICES, save_notice, out))
		return false;
	return tombs_put(core->tombs, &core->tombs_at, out);
}

static const struct store_ops store_ops = {
    .notice = found_notice,
    .notice_gone = found_notice_gone,
    .stranger = found_stranger,
    .durable = durable,
    .save = save_rest,
};

/* --- notifyd ---------------------------------------------------------------
 */

static void
notice_stored(void *arg, struct slice id)
{
	struct core *core = arg;

	record_put_notice_gone(&core->fx.records, id);
}

static bool
delivery_line(void *arg, struct slice line)
{
	struct core *core = arg;
	struct str clean = {0};
	bool ok;

	history_add_text(&clean, line);
	if (!history_had(core->fx.history, str_slice(&clean)))
		history_add(core->fx.history, core_now(), str_slice(&clean));
	ok = history_flush(core->fx.history);
	str_free(&clean);
	return ok;
}

static const struct outbox_ops outbox_ops = {
    .stored = notice_stored, .line = delivery_line};

/* --- the turn --------------------------------------------------------------
 */

/* TI-2: a jump of the wall clock moves no check. */
static void
look_at_clocks(struct core *core)
{
	int64_t drift = clock_wall() - effects_clock(&core->fx);
	int64_t jump = drift - core->schedule->drift;

	core->schedule->drift = drift;
	if (jump > -2 * NS_PER_S && jump < 2 * NS_PER_S)
		return;
	core->jumps++;
	engine_clock_jumped(core->engine, jump / NS_PER_S, core_now());
	schedule_clock_jumped(core->schedule, drift, effects_clock(&core->fx));
	log_warn(
	    "clock: the wall clock jumped by %" PRId64 " s", jump / NS_PER_S);
}

static void
each_second(struct core *core, int64_t now)
{
	struct str status = {0};
	struct wire w;
	struct msg m;
	const char *why;

	if (clock_mono() < core->next_second)
		return;
	core->next_second = clock_mono() + NS_PER_S;
	look_at_clocks(core);
	core_status(core, &status);
	w = wire_of(str_slice(&status));
	if (msg_get(&w, &m, &why) == 1)
		stream_add(core->fx.stream, &m);
	stream_frame(core->fx.stream, core->fx.appended, 0, now);
	str_free(&status);
	history_flush(core->fx.history);
	outbox_tick(core->fx.outbox);
	store_save(core->fx.store, false);
	if (clock_mono() < core->next_hour)
		return;
	core->next_hour = clock_mono() + HOUR;
	tombs_expire(core->tombs, now);
	piggyback_expire(jobs_piggyback(core->jobs), now);
	history_expire(
	    core->fx.history, now, core->daemon->settings->retention_history);
}

/* Milliseconds until the next turn must happen by itself. */
static uint64_t
sleep_ms(struct core *core)
{
	int64_t clock = effects_clock(&core->fx), mono = clock_mono();
	int64_t wall = clock_wall(), left, at;

	left = core->next_second - mono;
	at = jobs_next_start(core->jobs);
	if (at != HEAP_NEVER && at - clock < left)
		left = at - clock;
	at = jobs_next_deadline(core->jobs);
	if (at != HEAP_NEVER && at - clock < left)
		left = at - clock;
	at = engine_next(core->engine);
	if (at != HEAP_NEVER && at * NS_PER_S - wall < left)
		left = at * NS_PER_S - wall;
	if (core->fx.dirty_since != 0 &&
	    core->fx.dirty_since + EFFECTS_COALESCE_NS - mono < left)
		left = core->fx.dirty_since + EFFECTS_COALESCE_NS - mono;
	if (history_waits(core->fx.history) && left > HISTORY_FLUSH_NS)
		left = HISTORY_FLUSH_NS;
	return left <= 0 ? 0 : (uint64_t)(left / NS_PER_MS) + 1;
}

static void
timer_fired(uv_timer_t *timer)
{
	(void)timer; /* the turn follows */
}

static void
turn(uv_prepare_t *prepare)
{
	struct core *core = prepare->data;
	int64_t now = core_now();
	bool more;

	core->wake = false;
	engine_advance(core->engine, now);
	invariants_must(core->engine, &core->look_at, now, false);
	jobs_pump(core->jobs);
	each_second(core, now);
	more = core_files(core);
	more = history_turn(core->fx.history, now) || more;
	effects_close(&core->fx, now);
	more = effects_release(&core->fx, now) || more;
	if (core->end != CORE_GOES_ON && core->fx.n_answers == 0)
		daemon_exit(core->daemon,
		    core->end == CORE_RESTART ? 0 : CORE_EXIT_SHUTDOWN);
	uv_timer_start(&core->timer, timer_fired,
	    core->wake ? 0
		: more ? 1
		       : sleep_ms(core),
	    0);
}

/* The thread stays when it has nothing to do, so that no reload waits for it.
 */
static void
influx_follow(struct core *core)
{
	const struct daemon *d = core->daemon;
	struct influx_conf *conf = NULL;
	struct err err;

	if (influx_is_on(d->settings->metrics_influx)) {
		conf = influx_conf_read(
		    d->settings->metrics_influx, d->root, d->site, &err);
		if (conf == NULL) {
			log_warn("%s (values go on as before)", err.text);
			return;
		}
	}
	if (core->fx.influx != NULL)
		influx_configure(core->fx.influx, conf);
	else if (conf != NULL)
		core->fx.influx = influx_new(conf);
}

void
core_metrics(struct core *core)
{
	const struct daemon *d = core->daemon;

	if (d->settings->metrics && core->fx.metrics == NULL)
		core->fx.metrics = metrics_new(d->root);
	else if (!d->settings->metrics)
		metrics_free(&core->fx.metrics);
	influx_follow(core);
}

/* --- start -----------------------------------------------------------------
 */

static int
open_files(struct core *core, struct err *err_r)
{
	struct daemon *d = core->daemon;
	char *dir = daemon_path(d, "var/history");

	core->fx.history = history_open(dir, core->engine, err_r);
	free(dir);
	if (core->fx.history == NULL)
		return -1;
	core->tombs = tombs_new();
	core->links = links_new(d->loop, d->root);
	core->fx.outbox = outbox_new(&outbox_ops, core);
	dir = daemon_path(d, "var/vedette/core");
	core->fx.store =
	    store_open(d->loop, dir, core->engine, &store_ops, core, err_r);
	free(dir);
	return core->fx.store == NULL ? -1 : 0;
}

static int
open_sockets(struct core *core, struct err *err_r)
{
	struct daemon *d = core->daemon;
	struct stream_view view = {core->engine, core->schedule};
	char *state = daemon_endpoint(d, "state");
	char *snapshot = daemon_endpoint(d, "snapshot");
	char *jobs = daemon_endpoint(d, "jobs");
	char *notify = daemon_endpoint(d, "notify");
	int rc = -1;

	core->fx.stream = stream_new(d->bus, state, snapshot, core->fx.boot,
	    &view, core_status, core, err_r);
	if (core->fx.stream != NULL)
		core->jobs = jobs_new(
		    d->bus, jobs, core->schedule, &jobs_ops, core, err_r);
	core->fx.jobs = core->jobs;
	if (core->jobs != NULL)
		rc = outbox_dial(core->fx.outbox, d->bus, notify, err_r);
	free(state);
	free(snapshot);
	free(jobs);
	free(notify);
	return rc;
}

/* Over a stop; losing it costs no more than a round of fetches. */
static void
keep_piggyback(struct core *core, bool save)
{
	char *path = daemon_path(core->daemon, "var/vedette/core/piggyback");
	struct piggyback *p = jobs_piggyback(core->jobs);
	struct err err = {""};

	if ((save ? piggyback_save(p, path, &err)
		  : piggyback_load(p, path, &err)) == -1)
		log_warn("piggyback: %s", err.text);
	free(path);
}

void
core_remote(struct core *core)
{
	struct daemon *d = core->daemon;

	jobs_remote(core->jobs,
	    &(struct jobs_remote){.root = d->root,
		.site = d->site,
		.listener = &d->settings->fetchers,
		.settings = d->settings});
}

static void
start_lines(struct core *core, int64_t now)
{
	struct str line = {0};

	str_addf(&line, "starting... (Vedette %s, PID=%d)", vedette_version(),
	    (int)getpid());
	history_add(core->fx.history, now, str_slice(&line));
	str_free(&line);
	history_begin_states(core->fx.history, HISTORY_INITIAL, now);
}

static int
init(struct daemon *d, struct err *err_r)
{
	struct core *core = xnew(struct core);
	struct engine_settings settings = options_of(d->settings);
	int64_t began = clock_mono(), now = core_now();
	uint64_t told;

	d->state = core;
	core->daemon = d;
	core->periods = periods_compile(d->snapshot, err_r);
	if (core->periods == NULL)
		return -1;
	core->engine = engine_new(d->snapshot, core->periods, &settings,
	    &effects_ops, &core->fx, now);
	core->fx.daemon = d;
	core->fx.engine = core->engine;
	core->fx.boot = (uint64_t)clock_wall();
	core->fx.clock_base = clock_wall() - clock_mono();
	effects_init(&core->fx);
	if (open_files(core, err_r) == -1)
		return -1;
	told = store_generation(core->fx.store);
	if (told != d->snapshot->generation)
		record_put_generation(
		    &core->fx.records, d->snapshot->generation);
	start_lines(core, now);
	if (told != 0)
		core_tell_renames(core, told, now);
	engine_start(core->engine, now);
	core->schedule =
	    schedule_new(core->engine, 0, effects_clock(&core->fx));
	core->fx.schedule = core->schedule;
	if (open_sockets(core, err_r) == -1)
		return -1;
	keep_piggyback(core, false);
	core_remote(core);
	core_metrics(core);
	core->next_hour = clock_mono() + HOUR / 60;
	uv_timer_init(d->loop, &core->timer);
	uv_prepare_init(d->loop, &core->prepare);
	core->prepare.data = core;
	uv_prepare_start(&core->prepare, turn);
	uv_timer_start(&core->timer, timer_fired, 0, 0);
	core->running = true;
	core->start_us = (clock_mono() - began) / NS_PER_US;
	log_info("%u hosts and %u services, %u downtimes, %u comments; "
		 "took %" PRId64 " us",
	    d->snapshot->n_hosts, d->snapshot->n_objects - d->snapshot->n_hosts,
	    core->engine->downtimes.n, core->engine->comments.n,
	    core->start_us);
	return 0;
}

static void
deinit(struct daemon *d)
{
	struct core *core = d->state;
	struct str line = {0};
	int64_t now = core_now();

	if (core == NULL)
		return;
	if (core->running) {
		jobs_abort_alerts(core->jobs);
		str_addf(&line, "shutting down... (PID=%d)", (int)getpid());
		history_add(core->fx.history, now, str_slice(&line));
		str_free(&line);
		/* The handles live in `core`: let the loop forget them. */
		uv_close((uv_handle_t *)&core->prepare, NULL);
		uv_close((uv_handle_t *)&core->timer, NULL);
		uv_run(d->loop, UV_RUN_NOWAIT);
		effects_close(&core->fx, now);
		keep_piggyback(core, true);
	}
	core_reload_abort(d);
	links_free(&core->links);
	files_free(&core->files);
	store_close(&core->fx.store);
	if (core->running)
		effects_release(&core->fx, now);
	history_close(&core->fx.history);
	core->fx.jobs = NULL;
	jobs_free(&core->jobs);
	stream_free(&core->fx.stream);
	outbox_free(&core->fx.outbox);
	metrics_free(&core->fx.metrics);
	influx_free(&core->fx.influx);
	effects_free(&core->fx);
	tombs_free(&core->tombs);
	schedule_free(&core->schedule);
	engine_free(&core->engine);
	periods_free(&core->periods);
	free(core);
	d->state = NULL;
}

const struct daemon_def core_def = {
    .name = "core",
    .summary = "states, schedule and the decision to notify",
    .init = init,
    .reload_prepare = core_reload_prepare,
    .prepares_aside = true,
    .reload_commit = core_reload_commit,
    .reload_abort = core_reload_abort,
    .command = core_command,
    .query = core_query,
    .peer_down = core_peer_down,
    .counters = core_counters,
    .deinit = deinit,
};
