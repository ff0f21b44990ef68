/* SPDX-License-Identifier: Apache-2.0
 *
 * Other sites' notifiers.
 */
#include "notifyd/peers.h"

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct peers {
	struct bus *bus;
	const struct bus_curve *curve;
	const struct bus_handlers *handlers;
	void *arg;
	struct peer *first;
	uint64_t refused;
};

/* --- the key pair
 * --------------------------------------------------------------- */

static bool
take_key(struct slice text, const char *label, char key[BUS_KEY_LEN + 1])
{
	struct slice rest = text, line, word;

	while (slice_next(&rest, '\n', &line)) {
		struct slice words = line;

		if (!slice_word(&words, &word) || !slice_eqs(word, label))
			continue;
		if (!slice_word(&words, &word) || word.len != BUS_KEY_LEN)
			return false;
		memcpy(key, word.s, BUS_KEY_LEN);
		key[BUS_KEY_LEN] = '\0';
		return true;
	}
	return false;
}

int
peers_load_keys(const char *path, struct bus_curve *curve_r, struct err *err_r)
{
	struct str text = {0};
	int done = 0;

	*curve_r = (struct bus_curve){0};
	if (!file_exists(path)) {
		bus_keypair(curve_r->public_key, curve_r->secret_key);
		str_addf(&text, "public %s\nsecret %s\n", curve_r->public_key,
		    curve_r->secret_key);
		done = file_write(path, str_slice(&text), 0600, err_r);
	} else if (file_read(path, 4096, &text, err_r) < 0) {
		done = -1;
	} else if (!take_key(str_slice(&text), "public", curve_r->public_key) ||
	    !take_key(str_slice(&text), "secret", curve_r->secret_key)) {
		err_set(err_r,
		    "%s: not a key pair (remove it: a new one is made, and "
		    "the other sites need its public key)",
		    path);
		done = -1;
	}
	if (text.s != NULL)
		explicit_bzero(text.s, text.len);
	str_free(&text);
	return done;
}

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

int
peers_check(const struct settings *settings, struct err *err_r)
{
	const char *mode = settings->notify_mode;
	const char *name;
	json_t *peer;

	if (mode != NULL && strcmp(mode, "local") != 0) {
		bool known =
		    strcmp(mode, "forward") == 0 || strcmp(mode, "both") == 0;

		err_set(err_r, "notifications.mode: %s",
		    known ? "this version does not forward to other sites yet "
			    "(set it to local)"
			  : "expected local, forward or both");
		return -1;
	}
	json_object_foreach(settings->notify_peers, name, peer)
	{
		if (check_peer(name, peer, err_r) < 0)
			return -1;
	}
	return 0;
}

/* --- the peers
 * --------------------------------------------------------------------- */

struct peers *
peers_new(struct bus *bus, const struct bus_curve *curve,
    const struct bus_handlers *handlers, void *arg)
{
	struct peers *peers = xnew(struct peers);

	peers->bus = bus;
	peers->curve = curve;
	peers->handlers = handlers;
	peers->arg = arg;
	return peers;
}

static void
peer_free(struct peer *peer)
{
	if (peer->link != NULL)
		bus_close(&peer->link);
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

static int
dial(struct peers *peers, struct peer *peer, struct err *err_r)
{
	struct bus_curve curve = *peers->curve;
	struct bus_options options = {.curve = &curve};

	if (peer->endpoint == NULL)
		return 0;
	snprintf(curve.server_key, sizeof(curve.server_key), "%s", peer->key);
	peer->link = bus_dial(peers->bus, peer->endpoint, &options,
	    peers->handlers, peers->arg, err_r);
	explicit_bzero(&curve, sizeof(curve));
	return peer->link == NULL ? -1 : 0;
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
		const char *endpoint = text_of(entry, "connect");
		struct peer *peer;

		for (at = &old; *at != NULL; at = &(*at)->next) {
			if (strcmp((*at)->name, name) == 0 &&
			    strcmp((*at)->key, text_of(entry, "key")) == 0 &&
			    same_text((*at)->endpoint, endpoint))
				break;
		}
		peer = *at;
		if (peer != NULL) {
			*at = peer->next;
		} else {
			peer = xnew(struct peer);
			peer->name = xstrdup(name);
			peer->key = xstrdup(text_of(entry, "key"));
			peer->endpoint =
			    endpoint == NULL ? NULL : xstrdup(endpoint);
			peer->since = clock_wall() / NS_PER_S;
			if (done == 0)
				done = dial(peers, peer, err_r);
			if (json_object_get(entry, "heartbeat") != NULL ||
			    json_object_get(entry, "timeout") != NULL ||
			    json_object_get(entry, "cooldown") != NULL)
				log_warn("peer %s: heartbeat, timeout and "
					 "cooldown are fixed in this version "
					 "(1 s, 3 s, at once)",
				    name);
		}
		peer->next = peers->first;
		peers->first = peer;
	}
	while (old != NULL) {
		struct peer *next = old->next;

		peer_free(old);
		old = next;
	}
	return done;
}

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
		if (p->bus == bus ||
		    (p->link != NULL && bus_dialled(p->link) == bus) ||
		    (key[0] != '\0' && strcmp(p->key, key) == 0))
			return p;
	}
	return NULL;
}

void
peers_up(struct peer *peer, struct bus_peer *bus)
{
	peer->bus = bus;
	peer->was_up = true;
	peer->since = clock_wall() / NS_PER_S;
	peer->why[0] = '\0';
	log_info("peer %s: connected, site %s", peer->name, bus_peer_site(bus));
}

void
peers_down(struct peer *peer, struct bus_peer *bus, const char *why)
{
	if (peer->bus != bus)
		return; /* an older connection of the same site */
	peer->bus = NULL;
	peer->since = clock_wall() / NS_PER_S;
	snprintf(peer->why, sizeof(peer->why), "%s", why);
	log_warn("peer %s: disconnected: %s", peer->name, why);
}

json_t *
peers_json(const struct peers *peers)
{
	json_t *list = json_array();

	for (const struct peer *p = peers->first; p != NULL; p = p->next) {
		const char *state = p->bus != NULL ? "established"
		    : p->was_up                    ? "cooldown"
		    : p->endpoint != NULL          ? "connecting"
						   : "initial";

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:I, s:I, s:I, s:i, s:s}", "name",
			p->name, "state", state, "since", (json_int_t)p->since,
			"sent", (json_int_t)p->sent, "received",
			(json_int_t)p->received, "pending", 0, "reason",
			p->why));
	}
	return list;
}
