/* SPDX-License-Identifier: Apache-2.0
 *
 * Other sites' notifiers: `connecting` -> `established` -> `cooldown` (after a
 * loss or an attempt in vain) -> `connecting`.
 */
#include "notifyd/peers.h"

#include "common/clock.h"
#include "common/config/schema.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct peers {
	uv_loop_t *loop;
	struct bus *bus;
	const struct bus_curve *curve;
	const struct bus_handlers *handlers;
	void *arg;
	struct peer *first;
	uint64_t refused;
};

/* --- settings
 * --------------------------------------------------------------------- */

static int
check_peer(const char *name, const json_t *peer, struct err *err_r)
{
	static const char *const keys[] = {
	    "key", "connect", "heartbeat", "timeout", "cooldown"};
	const char *key = json_string_value(json_object_get(peer, "key"));
	const json_t *connect = json_object_get(peer, "connect");
	const char *member;
	json_t *value;

	if (!json_is_object(peer) || key == NULL ||
	    strlen(key) != BUS_KEY_LEN) {
		err_set(err_r,
		    "notifications.peers.%s.key: expected the other site's "
		    "public key, %d characters (vedette notify key)",
		    name, BUS_KEY_LEN);
		return -1;
	}
	if (connect != NULL && !json_is_null(connect) &&
	    (!json_is_string(connect) ||
		strncmp(json_string_value(connect), "tcp://", 6) != 0)) {
		err_set(err_r,
		    "notifications.peers.%s.connect: expected "
		    "tcp://ADDRESS:PORT",
		    name);
		return -1;
	}
	json_object_foreach((json_t *)peer, member, value)
	{
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			known = known || strcmp(member, keys[i]) == 0;
		if (!known) {
			err_set(err_r, "notifications.peers.%s: unknown key %s",
			    name, member);
			return -1;
		}
	}
	return 0;
}

static int
check_targets(const struct settings *settings, struct err *err_r)
{
	const char *mode = settings->notify_mode;
	size_t i;
	json_t *item;

	json_array_foreach(settings->notify_forward_to, i, item)
	{
		const char *name = json_string_value(item);

		if (name == NULL ||
		    json_object_get(settings->notify_peers, name) == NULL) {
			err_set(err_r,
			    "notifications.forward_to: %s is not among "
			    "notifications.peers",
			    name == NULL ? "an entry" : name);
			return -1;
		}
	}
	if (mode == NULL || strcmp(mode, "local") == 0 ||
	    json_array_size(settings->notify_forward_to) > 0)
		return 0;
	err_set(err_r,
	    "notifications.forward_to: expected at least one of "
	    "notifications.peers, because notifications.mode is %s",
	    mode);
	return -1;
}

int
peers_check(const struct settings *settings, struct err *err_r)
{
	const char *mode = settings->notify_mode;
	const char *name;
	json_t *peer;

	if (mode != NULL && strcmp(mode, "local") != 0 &&
	    strcmp(mode, "forward") != 0 && strcmp(mode, "both") != 0) {
		err_set(err_r,
		    "notifications.mode: expected local, forward or both");
		return -1;
	}
	json_object_foreach(settings->notify_peers, name, peer)
	{
		if (check_peer(name, peer, err_r) < 0)
			return -1;
	}
	return check_targets(settings, err_r);
}

/* --- the peers
 * --------------------------------------------------------------------- */

struct peers *
peers_new(uv_loop_t *loop, struct bus *bus, const struct bus_curve *curve,
    const struct bus_handlers *handlers, void *arg)
{
	struct peers *peers = xnew(struct peers);

	peers->loop = loop;
	peers->bus = bus;
	peers->curve = curve;
	peers->handlers = handlers;
	peers->arg = arg;
	return peers;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
peer_free(struct peer *peer)
{
	if (peer->link != NULL)
		bus_close(&peer->link);
	uv_close((uv_handle_t *)peer->timer, on_timer_closed);
	free(peer->name);
	free(peer->key);
	free(peer->endpoint);
	free(peer);
}

void
peers_free(struct peers **peers)
{
	if (*peers == NULL)
		return;
	while ((*peers)->first != NULL) {
		struct peer *peer = (*peers)->first;

		(*peers)->first = peer->next;
		peer_free(peer);
	}
	free(*peers);
	*peers = NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int64_t
duration_of(const json_t *object, const char *key, int64_t none)
{
	int64_t ms;

	return schema_duration_ms(json_object_get(object, key), &ms) && ms > 0
	    ? ms
	    : none;
}

static int64_t
silence_of(const json_t *entry)
{
	return duration_of(entry, "heartbeat", 10000) +
	    duration_of(entry, "timeout", 3000);
}

int
peers_silence_ms(const struct settings *settings)
{
	int64_t longest = 0;
	const char *name;
	json_t *entry;

	json_object_foreach(settings->notify_peers, name, entry)
	{
		if (silence_of(entry) > longest)
			longest = silence_of(entry);
	}
	return (int)(longest < INT32_MAX / 2 ? longest : INT32_MAX / 2);
}

/* --- connect, pause, connect again ----------------------------------------
 */

static void cool(uv_timer_t *timer);

static int
dial(struct peer *peer, struct err *err_r)
{
	struct peers *peers = peer->peers;
	struct bus_curve curve = *peers->curve;
	int64_t silence = peer->heartbeat_ms + peer->timeout_ms;
	struct bus_options options = {
	    .curve = &curve, .silence_ms = (int)silence};

	peer->cooling = false;
	peer->since = clock_wall() / NS_PER_S;
	snprintf(curve.server_key, sizeof(curve.server_key), "%s", peer->key);
	peer->link = bus_dial(peers->bus, peer->endpoint, &options,
	    peers->handlers, peers->arg, err_r);
	explicit_bzero(&curve, sizeof(curve));
	uv_timer_start(peer->timer, cool, (uint64_t)silence, 0);
	return peer->link == NULL ? -1 : 0;
}

static void
redial(uv_timer_t *timer)
{
	struct peer *peer = timer->data;
	struct err err;

	if (dial(peer, &err) < 0)
		snprintf(peer->why, sizeof(peer->why), "%.250s", err.text);
}

/* Longer from failure to failure, and not the same for all. */
static int64_t
pause_ms(const struct peer *peer)
{
	int64_t ms = peer->cooldown_ms;
	uint16_t chance = 0;

	for (unsigned i = 1; i < peer->failures && ms < PEERS_MAX_COOLDOWN_MS;
	     i++)
		ms *= 2;
	if (ms > PEERS_MAX_COOLDOWN_MS)
		ms = PEERS_MAX_COOLDOWN_MS;
	must(getrandom(&chance, sizeof(chance), 0) == sizeof(chance));
	return ms * 8 / 10 + ms * 4 * chance / 10 / UINT16_MAX;
}

/* The connection is lost, or does not come about. */
static void
cool(uv_timer_t *timer)
{
	struct peer *peer = timer->data;
	const char *trouble;
	int64_t ms;

	if (peer->link != NULL && bus_dialled(peer->link) != NULL)
		return; /* it has come meanwhile */
	trouble = peer->link == NULL ? "" : bus_dial_trouble(peer->link);
	if (trouble[0] != '\0')
		snprintf(peer->why, sizeof(peer->why), "%.250s", trouble);
	else if (peer->why[0] == '\0')
		snprintf(peer->why, sizeof(peer->why), "%.200s does not answer",
		    peer->endpoint);
	if (peer->link != NULL)
		bus_close(&peer->link);
	peer->failures++;
	if (!peer->cooling)
		peer->since = clock_wall() / NS_PER_S;
	peer->cooling = true;
	ms = pause_ms(peer);
	if (peer->failures == 1 || peer->failures % 10 == 0)
		log_warn("peer %s: %s; trying again in %lld s", peer->name,
		    peer->why, (long long)(ms / 1000));
	uv_timer_start(timer, redial, (uint64_t)ms, 0);
}

/* --- configuration ---------------------------------------------------------
 */

static struct peer *
peer_new(struct peers *peers, const char *name, const json_t *entry)
{
	const char *endpoint = text_of(entry, "connect");
	struct peer *peer = xnew(struct peer);

	peer->peers = peers;
	peer->name = xstrdup(name);
	peer->key = xstrdup(text_of(entry, "key"));
	peer->endpoint = endpoint == NULL ? NULL : xstrdup(endpoint);
	peer->since = clock_wall() / NS_PER_S;
	peer->lost = clock_mono();
	peer->timer = xnew(uv_timer_t);
	uv_timer_init(peers->loop, peer->timer);
	peer->timer->data = peer;
	return peer;
}

/* The same site under other settings: what it opened stays open. */
static void
take_lines(struct peer *peer, const struct peer *old)
{
	while (old != NULL && strcmp(old->key, peer->key) != 0)
		old = old->next;
	for (unsigned i = 0; old != NULL && i < old->n_lines; i++) {
		if (bus_peer_key(old->lines[i])[0] == '\0')
			continue; /* we opened it; it goes with the old one */
		peer->lines[peer->n_lines++] = old->lines[i];
		peer->was_up = true;
	}
}

static bool
is_same(const struct peer *peer, const char *name, const json_t *entry)
{
	return strcmp(peer->name, name) == 0 &&
	    strcmp(peer->key, text_of(entry, "key")) == 0 &&
	    same_text(peer->endpoint, text_of(entry, "connect")) &&
	    (peer->endpoint == NULL ||
		peer->heartbeat_ms + peer->timeout_ms == silence_of(entry));
}

int
peers_configure(
    struct peers *peers, const struct settings *settings, struct err *err_r)
{
	struct peer *old = peers->first, **at;
	const char *name;
	json_t *entry;
	int done = 0;

	peers->first = NULL;
	json_object_foreach(settings->notify_peers, name, entry)
	{
		struct peer *peer;
		bool known;

		for (at = &old; *at != NULL; at = &(*at)->next) {
			if (is_same(*at, name, entry))
				break;
		}
		peer = *at;
		known = peer != NULL;
		if (known)
			*at = peer->next;
		else {
			peer = peer_new(peers, name, entry);
			take_lines(peer, old);
		}
		peer->heartbeat_ms = duration_of(entry, "heartbeat", 10000);
		peer->timeout_ms = duration_of(entry, "timeout", 3000);
		peer->cooldown_ms = duration_of(entry, "cooldown", 20000);
		peer->next = peers->first;
		peers->first = peer;
		if (!known && peer->endpoint != NULL && done == 0)
			done = dial(peer, err_r);
	}
	while (old != NULL) {
		struct peer *next = old->next;

		peer_free(old);
		old = next;
	}
	return done;
}

/* --- conversations ---------------------------------------------------------
 */

bool
peers_allow(const char *key, void *arg)
{
	struct peers *peers = arg;

	for (struct peer *p = peers->first; p != NULL; p = p->next) {
		if (strcmp(p->key, key) == 0)
			return true;
	}
	peers->refused++;
	return false;
}

uint64_t
peers_refused(const struct peers *peers)
{
	return peers->refused;
}

struct peer *
peers_find(struct peers *peers, const struct bus_peer *bus)
{
	const char *key = bus_peer_key(bus);

	for (struct peer *p = peers->first; p != NULL; p = p->next) {
		for (unsigned i = 0; i < p->n_lines; i++) {
			if (p->lines[i] == bus)
				return p;
		}
		if ((p->link != NULL && bus_dialled(p->link) == bus) ||
		    (key[0] != '\0' && strcmp(p->key, key) == 0))
			return p;
	}
	return NULL;
}

struct peer *
peers_named(struct peers *peers, const char *name)
{
	struct peer *p = peers == NULL ? NULL : peers->first;

	while (p != NULL && strcmp(p->name, name) != 0)
		p = p->next;
	return p;
}

struct peer *
peers_next(struct peers *peers, struct peer *peer)
{
	if (peer != NULL)
		return peer->next;
	return peers == NULL ? NULL : peers->first;
}

struct bus_peer *
peer_line(const struct peer *peer)
{
	return peer->n_lines == 0 ? NULL : peer->lines[peer->n_lines - 1];
}

void
peers_up(struct peer *peer, struct bus_peer *bus)
{
	if (peer->n_lines == PEERS_MAX_LINES) /* the oldest is forgotten */
		memmove(peer->lines, peer->lines + 1,
		    --peer->n_lines * sizeof(*peer->lines));
	peer->lines[peer->n_lines++] = bus;
	if (peer->link != NULL && bus_dialled(peer->link) == bus) {
		uv_timer_stop(peer->timer);
		peer->failures = 0;
	}
	peer->was_up = true;
	peer->since = clock_wall() / NS_PER_S;
	peer->why[0] = '\0';
	log_info("peer %s: connected, site %s", peer->name, bus_peer_site(bus));
}

void
peers_down(struct peer *peer, struct bus_peer *bus, const char *why)
{
	unsigned at = 0;

	while (at < peer->n_lines && peer->lines[at] != bus)
		at++;
	if (at == peer->n_lines)
		return; /* an older connection of the same site */
	memmove(peer->lines + at, peer->lines + at + 1,
	    (--peer->n_lines - at) * sizeof(*peer->lines));
	/* not from within: the link is still at work */
	if (peer->link != NULL && bus_peer_key(bus)[0] == '\0')
		uv_timer_start(peer->timer, cool, 0, 0);
	if (peer->n_lines > 0)
		return;
	peer->since = clock_wall() / NS_PER_S;
	peer->lost = clock_mono();
	snprintf(peer->why, sizeof(peer->why), "%s", why);
	log_warn("peer %s: disconnected: %s", peer->name, why);
}

json_t *
peers_json(const struct peers *peers)
{
	json_t *list = json_array();

	for (const struct peer *p = peers->first; p != NULL; p = p->next) {
		const struct bus_peer *line = peer_line(p);
		bool pauses = p->endpoint != NULL ? p->cooling : p->was_up;
		const char *state = line != NULL ? "established"
		    : pauses                     ? "cooldown"
		    : p->endpoint != NULL        ? "connecting"
						 : "initial";

		/* the name first in the configuration is the last here */
		json_array_insert_new(list, 0,
		    json_pack(
			"{s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s}",
			"name", p->name, "state", state, "since",
			(json_int_t)p->since, "sent", (json_int_t)p->sent,
			"received", (json_int_t)p->received, "pending",
			(json_int_t)p->pending, "reason", p->why, "type",
			p->endpoint != NULL ? "outgoing" : "incoming", "site",
			line == NULL ? "" : bus_peer_site(line), "address",
			p->endpoint == NULL ? "" : p->endpoint));
	}
	return list;
}
