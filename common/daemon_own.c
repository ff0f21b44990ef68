/* SPDX-License-Identifier: Apache-2.0
 *
 * The socket that every daemon has: commands and queries go to the daemon's
 * hooks, reloads and counters are answered here. See daemon.h.
 *
 * A reload has two phases, so that all daemons change or none: `prepare` loads
 * settings and snapshot and lets the daemon look at them; `commit` makes them
 * the present ones; `abort` forgets them. Between the two the link to the
 * present snapshot moves; whoever asked may die right then, so a daemon with a
 * prepared one looks at the link and commits by itself.
 */
#include "common/daemon_internal.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_MS 1000

void
daemon_answer(struct daemon *d, struct bus_peer *peer, uint64_t id,
    enum msg_status status, struct slice text, uint64_t seq)
{
	struct bus_peer *p = NULL;

	while ((p = bus_next_peer(d->own, p)) != NULL && p != peer)
		;
	if (p == NULL)
		return;
	if (bus_send(p,
		&(struct msg){
		    .id = MSG_ANSWER, .answer = {id, status, text, seq}}) == -1)
		log_warn(
		    "peer %s: does not read its answers", bus_peer_name(p));
	bus_flush(p);
}

const struct settings *
daemon_next_settings(const struct daemon *d)
{
	return d->priv->next_settings;
}

static void
forget_next(struct daemon *d)
{
	uv_timer_stop(&d->priv->look_timer);
	if (d->priv->next == NULL)
		return;
	if (d->def->reload_abort != NULL)
		d->def->reload_abort(d);
	snapshot_close(&d->priv->next);
	settings_free(&d->priv->next_settings);
}

/* After forget_next(). */
static int
prepare(struct daemon *d, uint64_t generation, struct err *err_r)
{
	struct str mistakes = {0};
	int rc = -1;

	d->priv->next_settings = settings_load(d->root, &mistakes);
	if (d->priv->next_settings == NULL) {
		err_set(err_r, "%s", str_get(&mistakes));
		str_free(&mistakes);
		return -1;
	}
	str_free(&mistakes);
	d->priv->next = snapshot_open_site(d->root, generation, err_r);
	if (d->priv->next != NULL)
		rc = d->def->reload_prepare == NULL
		    ? 0
		    : d->def->reload_prepare(d, d->priv->next, err_r);
	if (rc == -1) {
		snapshot_close(&d->priv->next);
		settings_free(&d->priv->next_settings);
	}
	return rc;
}

static int
commit(struct daemon *d, uint64_t generation, struct err *err_r)
{
	struct snapshot *old = d->snapshot;
	struct settings *old_settings = d->settings;

	if (d->priv->next == NULL && d->snapshot != NULL &&
	    d->snapshot->generation == generation)
		return 0; /* by itself already */
	if (d->priv->next == NULL || d->priv->next->generation != generation) {
		err_set(err_r, "generation %" PRIu64 " was not prepared",
		    generation);
		return -1;
	}
	uv_timer_stop(&d->priv->look_timer);
	d->snapshot = d->priv->next;
	d->settings = d->priv->next_settings;
	d->priv->next = NULL;
	d->priv->next_settings = NULL;
	if (d->settings->timezone != NULL)
		setenv("TZ", d->settings->timezone, 1);
	tzset();
	if (d->def->reload_commit != NULL)
		d->def->reload_commit(d, old);
	snapshot_close(&old);
	settings_free(&old_settings);
	log_info("reload: works by generation %" PRIu64, generation);
	return 0;
}

/* The link moved and nobody said so: who would have is dead, or about to. */
static void
on_look(uv_timer_t *timer)
{
	struct daemon *d = timer->data;
	uint64_t generation;
	struct err err;

	if (d->priv->next == NULL || d->priv->preparing != NULL)
		return;
	generation = d->priv->next->generation;
	if (snapshot_current(d->root) == generation)
		must(commit(d, generation, &err) == 0);
}

static void
start_looking(struct daemon *d)
{
	uv_timer_start(&d->priv->look_timer, on_look, LOOK_MS, LOOK_MS);
}

void
daemon_own_init(struct daemon *d)
{
	uv_timer_init(d->loop, &d->priv->look_timer);
	d->priv->look_timer.data = d;
	uv_unref((uv_handle_t *)&d->priv->look_timer);
}

static void
answer_reload(struct daemon *d, struct bus_peer *peer, uint64_t id,
    uint64_t generation, int rc, const struct err *err)
{
	if (rc == -1)
		log_warn("reload: generation %" PRIu64 " refused: %s",
		    generation, err->text);
	daemon_answer(d, peer, id, rc == 0 ? MSG_OK : MSG_REFUSED,
	    slice_of(err->text), 0);
}

/* --- prepared in a thread: a large snapshot takes longer to check than a loop
 * may stand still ---------------------------------------------------------- */

struct daemon_preparing {
	uv_work_t work;
	struct daemon *d;
	struct bus_peer *peer;
	uint64_t id, generation;
	bool aborted;
	int rc;
	struct err err;
};

static void
prepare_aside(uv_work_t *work)
{
	struct daemon_preparing *p = work->data;

	p->rc = prepare(p->d, p->generation, &p->err);
}

static void
prepared(uv_work_t *work, int status)
{
	struct daemon_preparing *p = work->data;
	struct daemon *d = p->d;

	(void)status;
	d->priv->preparing = NULL;
	if (p->aborted)
		forget_next(d);
	else if (p->rc == 0)
		start_looking(d);
	answer_reload(d, p->peer, p->id, p->generation, p->rc, &p->err);
	free(p);
}

static void
start_preparing(
    struct daemon *d, struct bus_peer *peer, const struct msg_reload *r)
{
	struct daemon_preparing *p = xnew(struct daemon_preparing);

	*p = (struct daemon_preparing){
	    .d = d, .peer = peer, .id = r->id, .generation = r->generation};
	p->work.data = p;
	d->priv->preparing = p;
	must(uv_queue_work(d->loop, &p->work, prepare_aside, prepared) == 0);
}

void
daemon_own_settle(struct daemon *d)
{
	while (d->priv->preparing != NULL)
		uv_run(d->loop, UV_RUN_ONCE);
}

/* --- the phases ----------------------------------------------------------- */

static void
on_reload(struct daemon *d, struct bus_peer *peer, const struct msg_reload *r)
{
	struct err err = {""};
	int rc = 0;

	if (d->priv->preparing != NULL) {
		d->priv->preparing->aborted |= r->phase == MSG_RELOAD_ABORT;
		if (r->phase != MSG_RELOAD_ABORT) {
			err_set(&err, "a generation is being prepared");
			rc = -1;
		}
	} else if (r->phase == MSG_RELOAD_PREPARE) {
		forget_next(d);
		if (d->def->prepares_aside) {
			start_preparing(d, peer, r);
			return;
		}
		rc = prepare(d, r->generation, &err);
		if (rc == 0)
			start_looking(d);
	} else if (r->phase == MSG_RELOAD_COMMIT) {
		rc = commit(d, r->generation, &err);
	} else {
		forget_next(d);
	}
	answer_reload(d, peer, r->id, r->generation, rc, &err);
}

void
daemon_own_hangup(struct daemon *d)
{
	uint64_t generation = snapshot_current(d->root);

	if (d->snapshot == NULL || generation == 0 ||
	    generation == d->snapshot->generation)
		return;
	/* on_look() commits it: the link says so already. */
	on_reload(d, NULL,
	    &(struct msg_reload){
		.phase = MSG_RELOAD_PREPARE, .generation = generation});
}

static void
put_counter(struct str *list, const char *name, uint64_t value)
{
	msg_counter_put(
	    list, &(struct msg_counter){slice_of(name), (double)value});
}

static void
on_counters(struct daemon *d, struct bus_peer *peer, uint64_t id)
{
	const struct bus_counters *c = bus_counters(d->bus);
	struct str list = {0};

	put_counter(&list, "bus_messages_sent", c->sent);
	put_counter(&list, "bus_messages_received", c->received);
	put_counter(&list, "bus_bytes_sent", c->bytes_sent);
	put_counter(&list, "bus_bytes_received", c->bytes_received);
	put_counter(&list, "bus_refused_full", c->refused_full);
	put_counter(&list, "bus_damaged", c->damaged);
	put_counter(&list, "bus_strangers", c->strangers);
	if (d->def->counters != NULL)
		d->def->counters(d, &list);
	bus_send(peer,
	    &(struct msg){.id = MSG_COUNTERS_ANSWER,
		.counters_answer = {id, str_slice(&list)}});
	bus_flush(peer);
	str_free(&list);
}

static void
refuse(struct daemon *d, struct bus_peer *peer, uint64_t id, const char *what)
{
	char text[128];

	snprintf(text, sizeof(text), "%s takes no %s", d->def->name, what);
	daemon_answer(d, peer, id, MSG_REFUSED, slice_of(text), 0);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct daemon *d = arg;

	if (m->id == MSG_RELOAD)
		on_reload(d, peer, &m->reload);
	else if (m->id == MSG_COUNTERS)
		on_counters(d, peer, m->counters.id);
	else if (m->id == MSG_COMMAND && d->def->command != NULL)
		d->def->command(d, peer, &m->command);
	else if (m->id == MSG_COMMAND)
		refuse(d, peer, m->command.id, "commands");
	else if (m->id == MSG_QUERY && d->def->query != NULL)
		d->def->query(d, peer, &m->query);
	else if (m->id == MSG_QUERY)
		refuse(d, peer, m->query.id, "queries");
	else
		log_warn("peer %s: unexpected message %s", bus_peer_name(peer),
		    msg_name(m->id));
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct daemon *d = arg;

	(void)why;
	/* After deinit there is no state that could forget the peer. */
	if (d->def->peer_down != NULL && !d->priv->deinited)
		d->def->peer_down(d, peer);
}

int
daemon_own_open(struct daemon *d, struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .down = on_down, .message = on_message};
	char *endpoint = daemon_endpoint(d, d->instance);

	d->own = bus_listen(d->bus, endpoint, NULL, &handlers, d, err_r);
	free(endpoint);
	return d->own == NULL ? -1 : 0;
}
