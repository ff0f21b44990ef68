/* SPDX-License-Identifier: Apache-2.0
 *
 * Listening stream sockets, each under a key, and the handles of what they
 * accept.
 */
#ifndef EVENTD_RECEIVE_LISTENERS_H
#define EVENTD_RECEIVE_LISTENERS_H

#include "common/err.h"
#include "common/tls.h"

#include <stdbool.h>
#include <uv.h>

union stream_handle { /* a connection, or a listener */
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};
/* Ready for uv_accept() or opening; `data` is the handle's. */
void stream_handle_init(
    union stream_handle *h, uv_loop_t *loop, bool tcp, void *data);

/*
 * Sends what a handshake and its end have to say. Where it cannot be sent the
 * other side is gone, which the next read or a time-out tells.
 */
void stream_handle_push_tls(union stream_handle *h, struct tls *t);

struct listener;
/* Somebody connected: accept from `server`. `kind` is as the listener's. */
typedef void listener_fn(uv_stream_t *server, int kind, void *arg);

struct listeners { /* {loop, fn, arg} is ready */
	uv_loop_t *loop;
	listener_fn *fn;
	void *arg;
	struct listener *first;
};

/* Takes the bound socket over; `key` names it. 0 or -1. */
int listeners_tcp(
    struct listeners *l, int fd, const char *key, int kind, struct err *err_r);
/* Mode 0660; replaces a stale socket. The key is the path. */
int listeners_unix(
    struct listeners *l, const char *path, int kind, struct err *err_r);
/* One that is not there is no failure. */
void listeners_close(struct listeners *l, const char *key);
void listeners_close_all(struct listeners *l);

#endif
