/* SPDX-License-Identifier: Apache-2.0
 *
 * The connection to the other event console; see fallback.h.
 */
#include "eventd/fallback.h"

#include "common/clock.h"
#include "common/curve_key.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/eventd.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_MS    200
#define QUEUE      (512u << 20)
#define ADDRESSES  8
#define RULES_MAX  (64u << 20)
#define RULES_FILE "var/vedette/eventd/master-rules"

struct fallback {
	struct eventd *ed;
	struct replica *r;
	struct bus_curve curve;
	struct bus_link *dial, *listen[ADDRESSES];
	char *where; /* what is dialled or listened on, and with which key */
	struct bus_peer *peer;
	uv_timer_t timer;
	int64_t redial_at; /* monotonic; 0: nothing is to be dialled */
	int64_t listen_at; /* the next attempt; 0: none failed */
	bool told;         /* that one failed */
};

static const struct replica_options *
options(const struct fallback *f)
{
	return &f->ed->engine->options->replica;
}

/* --- the rules of the master ---------------------------------------------- */

bool
fallback_rules(
    const char *root, const json_t *eventd, char **rules_r, char **actions_r)
{
	const json_t *own = json_object_get(eventd, "replication");
	const char *role = json_string_value(json_object_get(own, "role"));
	char *path = xasprintf("%s/" RULES_FILE, root);
	struct str text = {0};
	const char *rules, *actions;
	json_t *doc = NULL;
	struct err err;

	if (role != NULL && strcmp(role, "slave") == 0 && file_exists(path) &&
	    file_read(path, RULES_MAX, &text, &err) >= 0)
		doc = json_loadb(str_get(&text), text.len, 0, NULL);
	rules = json_string_value(json_object_get(doc, "event_rules"));
	actions = json_string_value(json_object_get(doc, "event_actions"));
	*rules_r = rules == NULL || actions == NULL ? NULL : xstrdup(rules);
	*actions_r = *rules_r == NULL ? NULL : xstrdup(actions);
	json_decref(doc);
	str_free(&text);
	free(path);
	return *rules_r != NULL;
}

static char *
rules_text(struct slice rules, struct slice actions)
{
	json_t *doc = json_pack("{s:s%, s:s%}", "event_rules", rules.s,
	    rules.len, "event_actions", actions.s, actions.len);
	char *text = doc == NULL ? NULL : json_dumps(doc, JSON_SORT_KEYS);

	json_decref(doc);
	return text;
}

static int
take_rules(
    struct slice rules, struct slice actions, struct err *err_r, void *arg)
{
	struct fallback *f = arg;
	char *path = daemon_path(f->ed->d, RULES_FILE);
	char *text = rules_text(rules, actions);
	struct str had = {0};
	struct err err;
	int rc = 0;

	if (text == NULL) {
		err_set(err_r, "they are no text");
		rc = -1;
	} else if (!file_exists(path) ||
	    file_read(path, RULES_MAX, &had, &err) < 0 ||
	    !slice_eqs(str_slice(&had), text)) {
		rc = file_write(path, slice_of(text), 0640, err_r);
		if (rc == 0 && (rc = eventd_reload(f->ed, err_r)) != 0) {
			if (had.len > 0)
				file_write(path, str_slice(&had), 0640, &err);
			else
				remove(path);
		}
	}
	str_free(&had);
	free(text);
	free(path);
	return rc;
}

static void
our_rules(struct slice *rules_r, struct slice *actions_r, void *arg)
{
	struct fallback *f = arg;
	const struct snapshot *snap = world_snapshot(f->ed->world);

	*rules_r = slice_of(snap_s(snap, snap->event_rules));
	*actions_r = slice_of(snap_s(snap, snap->event_actions));
}

/* --- what replication asks for -------------------------------------------- */

static struct replica_now
now(void *arg)
{
	(void)arg;
	return (struct replica_now){clock_mono() / 1000, eventd_now()};
}

static int
say(const struct msg *m, void *arg)
{
	struct fallback *f = arg;

	if (f->peer == NULL)
		return 0;
	if (bus_send(f->peer, m) != 0)
		return -1;
	bus_flush(f->peer);
	return 0;
}

static void
end(const char *why, void *arg)
{
	struct fallback *f = arg;
	struct bus_peer *peer = f->peer;

	if (peer == NULL)
		return;
	f->peer = NULL;
	replica_down(f->r, why);
	if (f->dial == NULL) {
		bus_peer_end(peer, why);
	} else {
		bus_close(&f->dial);
		f->redial_at = clock_mono() + NS_PER_S;
	}
}

static void
working(bool works, void *arg)
{
	struct fallback *f = arg;

	ec_outbox_hold(f->ed->outbox, !works);
	eventd_intake_gate(f->ed);
	eventd_arm(f->ed);
	if (works)
		eventd_run_held(f->ed);
}

static void
wait_for_slave(void (*done)(void *), void *done_arg, void *arg)
{
	replica_sync(((struct fallback *)arg)->r, done, done_arg);
}

static size_t
under_way(void *arg)
{
	return ec_outbox_under_way(((struct fallback *)arg)->ed->outbox);
}

static void
filter_notices(
    bool (*keep)(const char *id, void *keep_arg), void *keep_arg, void *arg)
{
	struct fallback *f = arg;

	ec_outbox_filter(f->ed->outbox, f->ed->store, keep, keep_arg);
}

/* --- the connection ------------------------------------------------------- */

static const char *
refuse(struct bus_peer *peer, void *arg)
{
	static char why[200];

	(void)arg;
	if (strcmp(bus_peer_role(peer), "eventd") != 0)
		return "only an event console comes here";
	if (strcmp(bus_peer_version(peer), vedette_version()) == 0)
		return NULL;
	snprintf(why, sizeof(why),
	    "the fallback has version %.60s, the master %s (install the same "
	    "version on both)",
	    bus_peer_version(peer), vedette_version());
	return why;
}

static bool
allow(const char *key, void *arg)
{
	const struct fallback *f = arg;

	return options(f)->key != NULL && strcmp(options(f)->key, key) == 0;
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct fallback *f = arg;

	if (f->peer != NULL)
		end("another conversation has begun", f);
	f->peer = peer;
	replica_up(f->r, bus_peer_site(peer));
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct fallback *f = arg;

	if (f->peer != peer)
		return;
	f->peer = NULL;
	replica_down(f->r, why);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct fallback *f = arg;

	if (f->peer == peer)
		replica_message(f->r, m);
}

static const struct bus_handlers handlers = {
    .up = on_up, .down = on_down, .message = on_message};

static void
listen_on(struct fallback *f, size_t i, const char *address, uint16_t port)
{
	struct bus_curve curve = f->curve;
	struct bus_options how = {
	    .curve = &curve, .queue_bytes = QUEUE, .refuse = refuse};
	bool six = strchr(address, ':') != NULL;
	char *endpoint = xasprintf(
	    "tcp://%s%s%s:%u", six ? "[" : "", address, six ? "]" : "", port);
	struct err err;

	curve.allow = allow;
	curve.allow_arg = f;
	f->listen[i] =
	    bus_listen(f->ed->d->bus, endpoint, &how, &handlers, f, &err);
	explicit_bzero(&curve, sizeof(curve));
	if (f->listen[i] != NULL) {
		log_info("replication: listening on %s", endpoint);
	} else {
		f->listen_at = clock_mono() + NS_PER_S;
		if (!f->told)
			log_warn("replication: %s (setting "
				 "listen.event_replication); trying again",
			    err.text);
		f->told = true;
	}
	free(endpoint);
}

/* Also again: a socket that was closed a moment ago may still hold its port. */
static void
listen_all(struct fallback *f)
{
	const struct settings_listener *l =
	    &f->ed->d->settings->event_replication;

	f->listen_at = 0;
	if (options(f)->role != REPLICA_MASTER || !l->enabled)
		return;
	for (size_t i = 0; i < l->n_addresses && i < ADDRESSES; i++) {
		if (f->listen[i] == NULL)
			listen_on(f, i, l->addresses[i], l->port);
	}
}

static void
dial(struct fallback *f)
{
	struct bus_curve curve = f->curve;
	struct bus_options how = {.curve = &curve, .queue_bytes = QUEUE};
	struct err err;

	f->redial_at = 0;
	snprintf(
	    curve.server_key, sizeof(curve.server_key), "%s", options(f)->key);
	f->dial = bus_dial(
	    f->ed->d->bus, options(f)->connect, &how, &handlers, f, &err);
	explicit_bzero(&curve, sizeof(curve));
	if (f->dial == NULL)
		log_error("replication: %s (setting "
			  "eventd.replication.connect)",
		    err.text);
}

static void
on_timer(uv_timer_t *timer)
{
	struct fallback *f = timer->data;
	const char *trouble;

	if (options(f)->role == REPLICA_DISABLED)
		return;
	if (f->listen_at != 0 && clock_mono() >= f->listen_at)
		listen_all(f);
	if (f->redial_at != 0 && clock_mono() >= f->redial_at)
		dial(f);
	trouble =
	    f->dial == NULL || f->peer != NULL ? "" : bus_dial_trouble(f->dial);
	/* Anything but silence comes from a master that lives. */
	if (trouble[0] != '\0' && strncmp(trouble, "nobody ", 7) != 0)
		replica_refused(f->r, trouble);
	replica_tick(f->r);
}

static void
close_links(struct fallback *f)
{
	if (f->peer != NULL && f->r != NULL)
		replica_down(f->r, "the settings have changed");
	f->peer = NULL;
	f->redial_at = 0;
	if (f->dial != NULL)
		bus_close(&f->dial);
	for (size_t i = 0; i < ADDRESSES; i++) {
		if (f->listen[i] != NULL)
			bus_close(&f->listen[i]);
	}
}

/* --- begin and end -------------------------------------------------------- */

struct fallback *
fallback_new(struct eventd *ed, struct err *err_r)
{
	struct fallback *f = xnew(struct fallback);
	char *folder = daemon_path(ed->d, "var/vedette/eventd");
	char *path = daemon_path(ed->d, "var/vedette/eventd/key");

	f->ed = ed;
	must(uv_timer_init(ed->d->loop, &f->timer) == 0);
	f->timer.data = f;
	if (file_mkdirs(folder, 0750, err_r) != 0 ||
	    curve_key_load(path, &f->curve, err_r) != 0)
		fallback_free(&f);
	else
		replica_set_ids(ed->engine, options(f));
	free(folder);
	free(path);
	return f;
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
fallback_free(struct fallback **fp)
{
	struct fallback *f = *fp;

	if (f == NULL)
		return;
	ec_outbox_wait_for(f->ed->outbox, NULL, NULL);
	close_links(f);
	replica_free(&f->r);
	free(f->where);
	explicit_bzero(&f->curve, sizeof(f->curve));
	uv_close((uv_handle_t *)&f->timer, closed);
	*fp = NULL;
}

void
fallback_start(struct fallback *f)
{
	const struct replica_ops ops = {.now = now,
	    .send = say,
	    .end = end,
	    .working = working,
	    .under_way = under_way,
	    .filter_notices = filter_notices,
	    .rules = our_rules,
	    .take_rules = take_rules,
	    .arg = f};

	f->r = replica_new(f->ed->engine, f->ed->store, options(f), &ops);
	replica_begin(f->r);
	ec_outbox_wait_for(f->ed->outbox, wait_for_slave, f);
	uv_timer_start(&f->timer, on_timer, TICK_MS, TICK_MS);
}

void
fallback_configure(struct fallback *f)
{
	const struct settings_listener *l =
	    &f->ed->d->settings->event_replication;
	const struct replica_options *o = options(f);
	bool listens = o->role == REPLICA_MASTER && l->enabled;
	struct str where = {0};

	str_addf(&where, "%d %s %s", o->role, o->key == NULL ? "" : o->key,
	    o->connect == NULL ? "" : o->connect);
	for (size_t i = 0; listens && i < l->n_addresses; i++)
		str_addf(&where, " %s:%u", l->addresses[i], l->port);
	if (f->where == NULL || strcmp(f->where, str_get(&where)) != 0) {
		close_links(f);
		replica_configure(f->r, o);
		free(f->where);
		f->where = str_steal(&where);
		f->told = false;
		listen_all(f);
		if (o->role == REPLICA_SLAVE)
			dial(f);
		if (o->role == REPLICA_MASTER && !l->enabled)
			log_warn("replication: no fallback can connect (switch "
				 "listen.event_replication on)");
	} else {
		replica_configure(f->r, o);
		replica_rules_changed(f->r);
	}
	str_free(&where);
}

struct replica *
fallback_replica(struct fallback *f)
{
	return f->r;
}

const char *
fallback_key(const struct fallback *f)
{
	return f->curve.public_key;
}
