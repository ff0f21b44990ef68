/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon: its parts put together, started, reloaded and ended. See DESIGN.
 */
#include "eventd/daemon.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/counters.h"
#include "eventd/eventd.h"

#include <stdlib.h>
#include <sys/random.h>

#define SAMPLE_MS 5000
#define HOUR_MS   3600000

int64_t
eventd_now(void)
{
	return clock_wall() / NS_PER_US;
}

/* --- effects
 * ----------------------------------------------------------------------- */

static void
on_changed(struct event *ev, void *arg)
{
	struct eventd *ed = arg;

	ec_store_changed(ed->store, ev);
	if (ed->push != NULL)
		service_push_event(ed->push, ev);
}

static void
on_gone(const struct event *ev, void *arg)
{
	struct eventd *ed = arg;

	ec_store_gone(ed->store, ev);
	if (ed->push != NULL)
		service_push_event(ed->push, ev);
}

static void
on_taken(const struct event *ev, void *arg)
{
	struct eventd *ed = arg;

	if (ed->push != NULL)
		service_push_event(ed->push, ev);
}

static void
on_history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	ec_store_history(
	    ((struct eventd *)arg)->store, what, who, addinfo, ev, now_us);
}

static void
on_watch(const char *rule, int64_t from_us, uint64_t count, void *arg)
{
	ec_store_watch(((struct eventd *)arg)->store, rule, from_us, count);
}

static void
on_action(struct event *ev, const char *action, bool recovery, void *arg)
{
	struct eventd *ed = arg;
	const char *who = ed->engine->who == NULL ? "" : ed->engine->who;
	struct err err;

	if (strcmp(action, ACTION_NOTIFY) == 0) {
		ec_outbox_notify(
		    ed->outbox, ed->world, ev, recovery, eventd_now());
		return;
	}
	if (ec_outbox_mail(ed->outbox, ed->world, ed->actions, action, ev,
		recovery, who, eventd_now()))
		return;
	if (action_start(ed->runner, ed->actions, action, ev, &err) != 0) {
		log_warn(
		    "event %llu: %s", (unsigned long long)ev->id, err.text);
		return;
	}
	ec_store_history(ed->store, "SCRIPT", who, action, ev, eventd_now());
}

static bool
has_action(const char *action, void *actions)
{
	return action_exists(*(struct action_table **)actions, action);
}

static void
on_downtime_ended(const char *host, void *arg)
{
	struct eventd *ed = arg;

	if (!ed->engine->passive)
		ec_engine_downtime_ended(ed->engine, host, eventd_now());
}

static void
on_service(uint32_t object, unsigned state, bool checked, void *arg)
{
	struct eventd *ed = arg;

	if (ed->push != NULL)
		service_push_core(ed->push, object, state, checked);
}

/* --- messages and time
 * --------------------------------------------------------------- */

static void
on_due(uv_timer_t *timer)
{
	struct eventd *ed = timer->data;

	if (!ed->engine->passive)
		ec_engine_tick(ed->engine, eventd_now());
	eventd_arm(ed);
}

void
eventd_arm(struct eventd *ed)
{
	int64_t due = ec_engine_due(ed->engine), wait;

	if (due == INT64_MAX || ed->engine->passive) {
		uv_timer_stop(&ed->due);
		return;
	}
	/* Not for ever: the wall clock may be set. */
	wait = (due - eventd_now()) / 1000 + 1;
	if (wait < 1)
		wait = 1;
	if (wait > 1000)
		wait = 1000;
	if (!uv_is_active((uv_handle_t *)&ed->due) ||
	    (int64_t)uv_timer_get_due_in(&ed->due) > wait)
		uv_timer_start(&ed->due, on_due, (uint64_t)wait, 0);
}

static void
on_sample(uv_timer_t *timer)
{
	struct eventd *ed = timer->data;

	if (!ed->engine->passive)
		eventd_intake_look(ed);
	eventd_sample(ed);
	ec_store_tick(ed->store, eventd_now(), 0);
}

static void
on_hour(uv_timer_t *timer)
{
	struct eventd *ed = timer->data;

	ec_store_tick(ed->store, eventd_now(), ed->keep_us);
	if (ed->keep_us > 0)
		message_log_expire(ed->intake.log, eventd_now() - ed->keep_us);
}

static void
on_pressure(bool full, void *arg)
{
	struct eventd *ed = arg;

	ed->full = full;
	eventd_intake_gate(ed);
}

/* --- requests
 * ------------------------------------------------------------------------- */

static void
status_done(bool good, struct slice text, void *arg)
{
	(void)good;
	status_answer(arg, text);
}

static void
on_status_request(struct status_client *client, struct slice request,
    bool commands, void *arg)
{
	eventd_request(arg, request, commands, status_done, client);
}

static void
on_status_gone(struct status_client *client, void *arg)
{
	eventd_forget(arg, client);
}

/* --- start ---------------------------------------------------------------- */

static void
restore_notice(struct slice id, struct slice body, void *arg)
{
	ec_outbox_restore(((struct eventd *)arg)->outbox, id, body);
}

static void
restore_notice_gone(struct slice id, void *arg)
{
	ec_outbox_forget(((struct eventd *)arg)->outbox, id);
}

static void
save_notices(void *arg)
{
	struct eventd *ed = arg;

	ec_outbox_save(ed->outbox, ed->store);
}

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	must(getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
	return seed;
}

static int
open_store(struct eventd *ed, struct err *err_r)
{
	struct store_handlers handlers = {.notice = restore_notice,
	    .notice_gone = restore_notice_gone,
	    .save_notices = save_notices,
	    .pressure = on_pressure,
	    .taken = on_taken,
	    .arg = ed};
	char *folder = daemon_path(ed->d, "var/vedette/eventd");
	int rc = file_mkdirs(folder, 0750, err_r);

	if (rc == 0)
		ed->store = ec_store_open(
		    ed->d->loop, folder, ed->engine, &handlers, err_r);
	free(folder);
	return ed->store == NULL ? -1 : 0;
}

static int
open_local(struct eventd *ed, struct err *err_r)
{
	char *folder = daemon_path(ed->d, "tmp/run/eventd");
	char *socket = daemon_path(ed->d, "tmp/run/eventd/eventsocket");
	char *fifo = daemon_path(ed->d, "tmp/run/eventd/events");
	char *status = daemon_path(ed->d, "tmp/run/eventd/status");
	int rc = -1;

	if (file_mkdirs(folder, 0770, err_r) == 0 &&
	    ec_stream_listen_unix(ed->streams, socket, err_r) == 0 &&
	    ec_stream_open_fifo(ed->streams, fifo, err_r) == 0 &&
	    status_listen_unix(ed->status, status, err_r) == 0)
		rc = 0;
	free(folder);
	free(socket);
	free(fifo);
	free(status);
	return rc;
}

static void
start_timer(struct eventd *ed, uv_timer_t *timer, uv_timer_cb cb, uint64_t ms)
{
	must(uv_timer_init(ed->d->loop, timer) == 0);
	timer->data = ed;
	ed->handles++;
	if (cb != NULL)
		uv_timer_start(timer, cb, ms, ms);
}

static void
on_scan(struct scan *scan, void *arg)
{
	struct eventd *ed = arg;

	ruleset_take_scan(ed->engine->rules, scan);
	log_info("the texts of %zu rules are scanned in one pass",
	    scan_covered(scan));
}

/* The parts that need nothing to be configured. */
static void
make_parts(struct eventd *ed)
{
	struct daemon *d = ed->d;
	struct receive_limits limits = {65536, 1000};
	char *kept;

	ed->effects = (struct engine_effects){.changed = on_changed,
	    .gone = on_gone,
	    .history = on_history,
	    .action = on_action,
	    .watch = on_watch,
	    .heard = eventd_heard,
	    .unmatched = eventd_unmatched,
	    .arg = ed};
	ed->outbox = ec_outbox_new(d);
	ed->runner = action_runner_new(d->loop);
	ed->udp = udp_new(d->loop, INPUT_UDP, limits.max_message, &ed->received,
	    eventd_message, ed);
	ed->traps = ec_traps_new(
	    d->loop, d->root, eventd_trap_admit, eventd_trap_message, ed);
	ed->streams =
	    ec_stream_new(d->loop, &limits, &ed->received, eventd_message, ed);
	eventd_intake_make(ed, random_seed());
	ed->status = status_new(d->loop, on_status_request, on_status_gone, ed);
	ed->world = world_new(d, on_downtime_ended, on_service, ed);
	world_engine(ed->world)->has_action = has_action;
	world_engine(ed->world)->actions = &ed->actions;
	kept = daemon_path(d, "var/vedette/eventd/patterns");
	ed->scanner = scanner_new(d->loop, kept, on_scan, ed);
	free(kept);
	start_timer(ed, &ed->due, NULL, 0);
	start_timer(ed, &ed->second, on_sample, SAMPLE_MS);
	start_timer(ed, &ed->hour, on_hour, HOUR_MS);
}

static int
init(struct daemon *d, struct err *err_r)
{
	struct eventd *ed = xnew(struct eventd);
	struct eventd_config *c;
	int rc = -1;

	d->state = ed;
	ed->d = d;
	make_parts(ed);
	if (world_load(ed->world, d->snapshot, err_r) != 0)
		return -1;
	c = eventd_config_build(ed, d->snapshot, d->settings, err_r);
	if (c == NULL)
		return -1;
	ed->actions = c->made->actions;
	ed->engine = ec_engine_new(c->made->rules, c->made->options,
	    world_engine(ed->world), &ed->effects, random_seed());
	ed->engine->clock = clock_mono;
	c->made->actions = NULL;
	c->made->rules = NULL;
	c->made->options = NULL;
	ed->fallback = fallback_new(ed, err_r);
	if (ed->fallback != NULL && open_store(ed, err_r) == 0) {
		ec_traps_set_store(ed->traps, ed->store);
		eventd_apply_options(ed);
		scanner_start(ed->scanner, ed->engine->rules);
		fallback_start(ed->fallback);
		ed->push = service_push_new(d, &ed->engine->index);
		service_push_load(ed->push, d->snapshot);
		if (ec_outbox_connect(ed->outbox, ed->store, err_r) == 0 &&
		    world_connect(ed->world, err_r) == 0 &&
		    service_push_connect(ed->push, ed->store, err_r) == 0 &&
		    open_local(ed, err_r) == 0 &&
		    eventd_intake_start(ed, err_r) == 0)
			rc = eventd_config_listen(ed, c, err_r);
	}
	eventd_config_free(&c);
	if (rc == 0) {
		fallback_configure(ed->fallback);
		eventd_intake_gate(ed);
		log_info("%zu events, %zu rules", ed->engine->index.n,
		    ed->engine->rules->n);
		ec_store_tick(ed->store, eventd_now(), ed->keep_us);
		eventd_arm(ed);
	}
	return rc;
}

/* --- reload
 * ------------------------------------------------------------------------------
 */

static int
prepare(struct daemon *d, struct snapshot *next, struct err *err_r)
{
	struct eventd *ed = d->state;
	struct str mistakes = {0};
	struct settings *settings = settings_load(d->root, &mistakes);

	if (settings == NULL) {
		err_set(err_r, "%s", str_get(&mistakes));
		str_free(&mistakes);
		return -1;
	}
	str_free(&mistakes);
	eventd_config_free(&ed->prepared);
	ed->prepared = eventd_config_build(ed, next, settings, err_r);
	settings_free(&settings);
	return ed->prepared == NULL ? -1 : 0;
}

/* Works by the prepared configuration and that snapshot. */
static void
take(struct eventd *ed, const struct snapshot *snap)
{
	struct eventd_config *c = ed->prepared;
	struct action_table *old = ed->actions;
	struct err err;

	ed->prepared = NULL;
	if (world_load(ed->world, snap, &err) != 0)
		log_error("reload: %s", err.text);
	service_push_load(ed->push, snap);
	ec_engine_reload(
	    ed->engine, c->made->rules, c->made->options, eventd_now());
	c->made->rules = NULL;
	c->made->options = NULL;
	ed->actions = c->made->actions;
	c->made->actions = old;
	scanner_start(ed->scanner, ed->engine->rules);
	eventd_apply_options(ed);
	if (eventd_config_listen(ed, c, &err) != 0)
		log_error("reload: %s", err.text);
	eventd_config_free(&c);
	fallback_configure(ed->fallback);
	eventd_arm(ed);
	log_info("reload: %zu rules", ed->engine->rules->n);
}

static void
commit(struct daemon *d, struct snapshot *old)
{
	struct eventd *ed = d->state;

	(void)old;
	if (ed->prepared == NULL)
		return;
	take(ed, d->snapshot);
	snapshot_close(&ed->own_snapshot);
}

static void
abort_reload(struct daemon *d)
{
	eventd_config_free(&((struct eventd *)d->state)->prepared);
}

int
eventd_reload(struct eventd *ed, struct err *err_r)
{
	struct snapshot *next, *old = ed->own_snapshot;

	next = snapshot_open_site(ed->d->root, 0, err_r);
	if (next == NULL)
		return -1;
	if (prepare(ed->d, next, err_r) != 0) {
		snapshot_close(&next);
		return -1;
	}
	ed->own_snapshot = next;
	take(ed, next);
	snapshot_close(&old);
	return 0;
}

/* --- end
 * -----------------------------------------------------------------------------------
 */

static void
stop(struct daemon *d)
{
	daemon_exit(d, 0);
}

static void
timer_closed(uv_handle_t *handle)
{
	struct eventd *ed = handle->data;

	if (--ed->handles == 0)
		free(ed);
}

static void
deinit(struct daemon *d)
{
	struct eventd *ed = d->state;

	if (ed == NULL)
		return;
	udp_free(&ed->udp);
	eventd_intake_free(ed);
	ec_stream_free(&ed->streams);
	bound_list_free(&ed->listening_udp);
	bound_list_free(&ed->listening_traps);
	bound_list_free(&ed->listening_tcp);
	bound_list_free(&ed->listening_tls);
	bound_list_free(&ed->listening_status);
	status_free(&ed->status);
	fallback_free(&ed->fallback);
	ec_store_close(&ed->store);
	ec_traps_free(&ed->traps);
	eventd_drop_requests(ed);
	eventd_drop_questions(ed);
	scanner_free(&ed->scanner);
	action_runner_free(&ed->runner);
	ec_outbox_free(&ed->outbox);
	service_push_free(&ed->push);
	world_free(&ed->world);
	ec_engine_free(&ed->engine);
	action_table_free(&ed->actions);
	eventd_config_free(&ed->prepared);
	snapshot_close(&ed->own_snapshot);
	syslog_parser_free(&ed->parser);
	uv_close((uv_handle_t *)&ed->due, timer_closed);
	uv_close((uv_handle_t *)&ed->second, timer_closed);
	uv_close((uv_handle_t *)&ed->hour, timer_closed);
	d->state = NULL;
}

const struct daemon_def eventd_daemon = {
    .name = "eventd",
    .summary = "the event console: messages to events",
    .init = init,
    .reload_prepare = prepare,
    .reload_commit = commit,
    .reload_abort = abort_reload,
    .command = eventd_bus_command,
    .query = eventd_bus_query,
    .peer_down = eventd_bus_down,
    .counters = eventd_counters,
    .stop = stop,
    .deinit = deinit,
};
