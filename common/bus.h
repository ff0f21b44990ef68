/* SPDX-License-Identifier: Apache-2.0
 *
 * The bus: ZeroMQ behind one file, on the daemon's libuv loop. Callers see
 * peers and messages, never sockets or bytes.
 *
 * A conversation begins with hello on both sides (protocol, version, role,
 * name, site, boot); programs that speak another MSG_PROTOCOL are refused with
 * a log line that names both. Both sides send a heartbeat each second; a peer
 * that is silent for BUS_SILENCE_MS (or the link's own silence_ms) is down. A
 * peer that restarted (another boot) is reported down and up again.
 *
 * Promise: messages to one peer arrive in order or not at all, and what was
 * sent before a `down` may be lost. So whoever needs more keeps a message
 * until its answer and sends it again at the next `up`.
 *
 * Messages are gathered into frames: one goes out after BUS_GATHER_MS, at
 * BUS_FRAME_BYTES, or at bus_flush(). At most `queue_bytes` wait for a peer
 * that does not read; beyond that bus_send() refuses and counts.
 */
#ifndef COMMON_BUS_H
#define COMMON_BUS_H

#include "common/err.h"
#include "common/msg.h"

#include <stdbool.h>
#include <uv.h>

#define BUS_SILENCE_MS  3000
#define BUS_GATHER_MS   10
#define BUS_FRAME_BYTES 32768
#define BUS_KEY_LEN     40 /* of a CURVE key in Z85, without its NUL */

struct bus;
struct bus_link; /* a bound or connected socket */
struct bus_peer; /* the other side of a conversation */

struct bus_self {
	const char *role, *name, *site, *version; /* borrowed for ever */
};

struct bus_handlers {
	/* The hello fits: sending is possible from now on. */
	void (*up)(struct bus_peer *peer, void *arg);
	/* Frees what `up` made; the peer is gone after the return. */
	void (*down)(struct bus_peer *peer, const char *why, void *arg);
	/* The message borrows memory that is gone after the return. */
	void (*message)(struct bus_peer *peer, const struct msg *m, void *arg);
};

struct bus_curve {
	char public_key[BUS_KEY_LEN + 1], secret_key[BUS_KEY_LEN + 1];
	char server_key[BUS_KEY_LEN + 1]; /* dial only: the listener's */
	/* listen only: may a client with this public key come in? */
	bool (*allow)(const char *key, void *arg);
	void *allow_arg;
};

struct bus_options {
	const struct bus_curve *curve; /* NULL: ipc:// and inproc:// only */
	size_t queue_bytes;            /* 0: 16 MiB a peer */
	int silence_ms; /* a silent peer is down after it; 0: BUS_SILENCE_MS */
	/*
	 * listen only: may the peer come in, whose hello is known? NULL, or
	 * why not, in words that both sides log. `arg` is the handlers'.
	 */
	const char *(*refuse)(struct bus_peer *peer, void *arg);
};

struct bus *bus_new(uv_loop_t *loop, const struct bus_self *self);
/* Closes every link without a callback. */
void bus_free(struct bus **bus);

/*
 * `endpoint` is ZeroMQ's: "ipc:///path" or "tcp://127.0.0.1:6555". Listening
 * replaces a stale ipc socket. NULL with a reason on failure.
 */
struct bus_link *bus_listen(struct bus *bus, const char *endpoint,
    const struct bus_options *options, const struct bus_handlers *handlers,
    void *arg, struct err *err_r);
/* Connects in the background, again and again; `up` tells when. */
struct bus_link *bus_dial(struct bus *bus, const char *endpoint,
    const struct bus_options *options, const struct bus_handlers *handlers,
    void *arg, struct err *err_r);
/* Calls `down` for each peer. */
void bus_close(struct bus_link **link);

/* Gathers the message. 0, or -1: the peer's queue is full, nothing was sent. */
int bus_send(struct bus_peer *peer, const struct msg *m);
/* A listener ends the conversation: tells why, then `down`. */
void bus_peer_end(struct bus_peer *peer, const char *why);
/* What is gathered goes out now. For what a person waits for. */
void bus_flush(struct bus_peer *peer);

/* The dialled peer while it is up, else NULL. */
struct bus_peer *bus_dialled(struct bus_link *link);
/* Why a dialled link is not up, in words; "" if nothing is known. */
const char *bus_dial_trouble(const struct bus_link *link);
/* Each peer of a link that is up; NULL starts and ends. */
struct bus_peer *bus_next_peer(struct bus_link *link, struct bus_peer *prev);
const char *bus_peer_role(const struct bus_peer *peer);
const char *bus_peer_name(const struct bus_peer *peer);
const char *bus_peer_site(const struct bus_peer *peer);
const char *bus_peer_version(const struct bus_peer *peer);
/* The peer's public CURVE key, "" without CURVE. */
const char *bus_peer_key(const struct bus_peer *peer);
/* Bytes that wait to be sent. */
size_t bus_peer_queued(const struct bus_peer *peer);
void bus_peer_set_data(struct bus_peer *peer, void *data);
void *bus_peer_data(const struct bus_peer *peer);

/*
 * One to many without answer. Each published frame is sent as it is given
 * (encode with msg_put; begin with a stream_head, so that readers see gaps).
 */
struct bus_link *bus_publish(
    struct bus *bus, const char *endpoint, struct err *err_r);
int bus_publish_frame(struct bus_link *link, struct slice frame);
/* `message` only; there is no peer (NULL). */
struct bus_link *bus_subscribe(struct bus *bus, const char *endpoint,
    const struct bus_handlers *handlers, void *arg, struct err *err_r);

struct bus_counters {
	uint64_t sent, received; /* messages */
	uint64_t bytes_sent, bytes_received;
	uint64_t refused_full; /* bus_send refused */
	uint64_t damaged;      /* frames that could not be decoded */
	uint64_t strangers;    /* peers refused: protocol, key */
};
const struct bus_counters *bus_counters(const struct bus *bus);

/*
 * For commands of the command line, which wait: one question, one answer.
 * Sends `ask` (a command, query, reload or counters with any id) to the
 * daemon's own socket and calls `got` for the answer. 0, or -1 with a reason
 * (not running, refused by version, no answer within timeout_ms).
 */
typedef void bus_got_fn(const struct msg *answer, void *arg);
int bus_ask(const char *endpoint, const struct bus_self *self,
    const struct msg *ask, int timeout_ms, bus_got_fn *got, void *arg,
    struct err *err_r);

/* A new CURVE key pair, Z85 text. */
void bus_keypair(
    char public_key[BUS_KEY_LEN + 1], char secret_key[BUS_KEY_LEN + 1]);

#endif
