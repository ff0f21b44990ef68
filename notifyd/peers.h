/* SPDX-License-Identifier: Apache-2.0
 *
 * Other sites' notifiers: their keys, our key pair, the connections with
 * their pauses after a failure, and what is known of each
 * (notifications.md section 11.3).
 */
#ifndef NOTIFYD_PEERS_H
#define NOTIFYD_PEERS_H

#include "common/bus.h"
#include "common/settings.h"

#include <jansson.h>

/* The pause after a failure doubles up to this; each is up to 20 % longer or
 * shorter, so that sites do not come all at once. */
#define PEERS_MAX_COOLDOWN_MS 300000
/* Conversations with one site; only one side should connect. */
#define PEERS_MAX_LINES 4

struct peers;

struct peer {
	struct peer *next;
	struct peers *peers;
	char *name, *key, *endpoint; /* endpoint NULL: it connects to us */
	int64_t heartbeat_ms, timeout_ms, cooldown_ms;
	struct bus_link *link;                   /* where we connect */
	struct bus_peer *lines[PEERS_MAX_LINES]; /* up; the newest is last */
	unsigned n_lines;
	uv_timer_t *timer; /* of the pause, or of one attempt to connect */
	bool was_up, cooling;
	unsigned failures;       /* in a row */
	int64_t since;           /* of the present state, wall seconds */
	int64_t lost;            /* monotonic: down since then */
	uint64_t received, sent; /* notifications */
	unsigned pending;        /* sent, not answered */
	char why[256];           /* it went, or does not come */
};

/* Are notifications.mode, peers and forward_to good? */
int peers_check(const struct settings *settings, struct err *err_r);

/* `received` and what the bus reports goes to the handlers of `arg`. */
struct peers *peers_new(uv_loop_t *loop, struct bus *bus,
    const struct bus_curve *curve, const struct bus_handlers *handlers,
    void *arg);
void peers_free(struct peers **peers);
/* The settings were checked. Connections of known peers stay. */
int peers_configure(
    struct peers *peers, const struct settings *settings, struct err *err_r);
/* So long may the other side of a listener be silent: the longest of all. */
int peers_silence_ms(const struct settings *settings);
/* May a client with this key come in? Counts those that may not. */
bool peers_allow(const char *key, void *peers);
uint64_t peers_refused(const struct peers *peers);
/* By the key of a conversation; NULL for those inside of the site. */
struct peer *peers_find(struct peers *peers, const struct bus_peer *bus);
/* `peers` may be NULL for the next two: there are none. */
struct peer *peers_named(struct peers *peers, const char *name);
/* NULL starts and ends. */
struct peer *peers_next(struct peers *peers, struct peer *peer);
void peers_up(struct peer *peer, struct bus_peer *bus);
void peers_down(struct peer *peer, struct bus_peer *bus, const char *why);
/* Where to send; NULL: it is not connected. */
struct bus_peer *peer_line(const struct peer *peer);
/* [{name, state, since, sent, received, pending, reason, type, site,
 * address}]; address: where we connect to, or "". */
json_t *peers_json(const struct peers *peers);

#endif
