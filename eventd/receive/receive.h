/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes come in: UDP in a thread of its own, TCP, the Unix socket and the
 * FIFO on the loop. Everything is bounded; what is lost is counted
 * (event-console.md 2.1 and 15.3).
 */
#ifndef EVENTD_RECEIVE_RECEIVE_H
#define EVENTD_RECEIVE_RECEIVE_H

#include "common/err.h"
#include "common/settings.h"
#include "eventd/parse/frame.h"
#include "eventd/parse/syslog.h"

#include <openssl/types.h>
#include <uv.h>

/* One message without its frame; `address` is "" where it is unknown. */
typedef void receive_fn(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg);

struct receive_limits {
	size_t max_message;   /* bytes */
	unsigned max_clients; /* streams at once */
};
struct receive_counters {
	struct frame_counters frames;
	uint64_t kernel_drops, queue_drops;
	uint64_t clients, clients_refused;
	uint64_t tls_failed; /* handshakes, and what came later */
	uint64_t udp_bytes;
	uint64_t udp_queued; /* bytes that wait for the loop */
	uint64_t kernel_queued, receive_buffer; /* bytes, by udp_look() */
	uint64_t not_allowed;                   /* connections and datagrams */
	uint64_t bytes[INPUT_COUNT]; /* of messages that were taken */
};

/* --- sockets (bind.c) ------------------------------------------------------
 */

/* A bound socket of a listener. */
struct bound_socket {
	char *address;
	uint16_t port;
	int type; /* SOCK_STREAM, SOCK_DGRAM */
	int fd;
	bool keep; /* scratch for reloading */
};
struct bound_list {
	struct bound_socket *v;
	size_t n;
};
/*
 * Binds each address of the listener (nothing if it is off), taking those
 * over that `have` holds already (they are marked `keep` there and appear as
 * fd -1 here). -1 with a reason that says what to do; then nothing is bound.
 */
int bind_listener(struct bound_list *list, const char *name,
    const struct settings_listener *l, int type, struct bound_list *have,
    struct err *err_r);
void bound_list_free(struct bound_list *list); /* closes what is open */
/* The peer's address as text, v4-mapped ones as v4. */
struct sockaddr;
void ec_address_text(const struct sockaddr *sa, char text[64]);

/* --- UDP (udp.c) -------------------------------------------------------------
 */

struct udp_receiver;

/*
 * The thread starts with the first socket. Of INPUT_UDP the ends of lines are
 * taken off and what is longer is cut; of others every byte is handed on.
 */
struct udp_receiver *udp_new(uv_loop_t *loop, enum input input,
    size_t max_message, struct receive_counters *counters, receive_fn *fn,
    void *arg);
/* Of the datagram that `fn` is being called for: its sender, and the socket. */
struct sockaddr_in6;
void udp_peer(
    const struct udp_receiver *u, struct sockaddr_in6 *from_r, int *fd_r);
void udp_free(struct udp_receiver **u);
/* Takes the sockets over in place of those it has. */
void udp_set_sockets(struct udp_receiver *u, const int *fds, size_t n);
/* Brings what the kernel counts up to date; on the loop. */
void udp_look(struct udp_receiver *u);
void udp_set_max_message(struct udp_receiver *u, size_t max_message);
/* Paused, the queue fills, then datagrams are dropped and counted. */
void udp_pause(struct udp_receiver *u, bool paused);

/* --- streams (stream.c)
 * -------------------------------------------------------- */

struct stream_receiver;

struct stream_receiver *ec_stream_new(uv_loop_t *loop,
    const struct receive_limits *limits, struct receive_counters *counters,
    receive_fn *fn, void *arg);
void ec_stream_free(struct stream_receiver **s);
void ec_stream_set_limits(
    struct stream_receiver *s, const struct receive_limits *limits);
/* Asked for each connection of the network; false: it is closed. */
typedef bool receive_admit_fn(enum input input, const char *address, void *arg);
void ec_stream_set_admit(struct stream_receiver *s, receive_admit_fn *admit);
/* Takes the bound socket over; `key` names it for ec_stream_unlisten. */
int ec_stream_listen_tcp(
    struct stream_receiver *s, int fd, const char *key, struct err *err_r);
/* The same with TLS (RFC 5425), after ec_stream_set_tls(). */
int ec_stream_listen_tls(
    struct stream_receiver *s, int fd, const char *key, struct err *err_r);
/* Takes it over; for those that connect from now on. */
void ec_stream_set_tls(struct stream_receiver *s, SSL_CTX *context);
void ec_stream_unlisten(struct stream_receiver *s, const char *key);
/* Mode 0660; replaces a stale socket. */
int ec_stream_listen_unix(
    struct stream_receiver *s, const char *path, struct err *err_r);
/* Makes the FIFO, mode 0660, and reads it. */
int ec_stream_open_fifo(
    struct stream_receiver *s, const char *path, struct err *err_r);
/* Paused, nothing is read: senders wait. */
void ec_stream_pause(struct stream_receiver *s, bool paused);

#endif
