/* SPDX-License-Identifier: Apache-2.0
 *
 * Other sites' notifiers: their keys, our key pair, and what is known of each
 * connection.
 */
#ifndef NOTIFYD_PEERS_H
#define NOTIFYD_PEERS_H

#include "common/bus.h"
#include "common/settings.h"

#include <jansson.h>

struct peers;

struct peer {
	struct peer *next;
	char *name, *key, *endpoint; /* endpoint NULL: it connects to us */
	struct bus_link *link;       /* where we connect */
	struct bus_peer *bus;        /* while it is up */
	bool was_up;
	int64_t since;           /* of the present state, wall seconds */
	uint64_t received, sent; /* notifications */
	char why[200];           /* it went */
};

/* Reads the key pair, or makes one: `path` has two lines, public and secret.*/
int peers_load_keys(
    const char *path, struct bus_curve *curve_r, struct err *err_r);
/* Are notifications.mode, peers and forward_to good? */
int peers_check(const struct settings *settings, struct err *err_r);

/* `received` and what the bus reports goes to the handlers of `arg`. */
struct peers *peers_new(struct bus *bus, const struct bus_curve *curve,
    const struct bus_handlers *handlers, void *arg);
void peers_free(struct peers **peers);
/* The settings were checked. Connections of known peers stay. */
int peers_configure(
    struct peers *peers, const struct settings *settings, struct err *err_r);
/* May a client with this key come in? Counts those that may not. */
bool peers_allow(const char *key, void *peers);
uint64_t peers_refused(const struct peers *peers);
/* By the key of a conversation; NULL for those inside of the site. */
struct peer *peers_find(struct peers *peers, const struct bus_peer *bus);
void peers_up(struct peer *peer, struct bus_peer *bus);
void peers_down(struct peer *peer, struct bus_peer *bus, const char *why);
/* [{name, state, since, sent, received, pending, reason}] */
json_t *peers_json(const struct peers *peers);

#endif
