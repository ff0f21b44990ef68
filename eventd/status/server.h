/* SPDX-License-Identifier: Apache-2.0
 *
 * The status port: a Unix socket and, if it is on, TCP (event-console.md
 * section 19.1, EC-30). Requests are text lines ended by an empty line or by
 * the client's end; answers come in order; no client holds up another.
 */
#ifndef EVENTD_STATUS_SERVER_H
#define EVENTD_STATUS_SERVER_H

#include "common/err.h"
#include "common/str.h"
#include "eventd/rule/compile.h"

#include <openssl/types.h>
#include <uv.h>

struct status_server;
struct status_client;

/*
 * A request came; answer with status_answer(), now or later. `commands`: may
 * this client give commands?
 */
typedef void status_request_fn(struct status_client *client,
    struct slice request, bool commands, void *arg);
/* The client is gone: forget its request. */
typedef void status_gone_fn(struct status_client *client, void *arg);

struct status_rules { /* for clients over TCP */
	bool commands;
	const struct networks *allow; /* borrowed; NULL: everyone */
};

struct status_server *status_new(uv_loop_t *loop, status_request_fn *request,
    status_gone_fn *gone, void *arg);
void status_free(struct status_server **s);
void status_set_rules(struct status_server *s, const struct status_rules *r);
/* For those that connect by TCP from now on; taken over. NULL: without TLS. */
void status_set_tls(struct status_server *s, SSL_CTX *context);
int status_listen_unix(
    struct status_server *s, const char *path, struct err *err_r);
/* Takes the bound socket over; `key` names it. */
int status_listen_tcp(
    struct status_server *s, int fd, const char *key, struct err *err_r);
void status_unlisten(struct status_server *s, const char *key);

/* The whole answer, line end included. */
void status_answer(struct status_client *client, struct slice text);
/* Connections since start. */
uint64_t status_connects(const struct status_server *s);

#endif
