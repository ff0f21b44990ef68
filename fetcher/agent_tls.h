/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of an agent's TLS connection to its output: handshake as client
 * with the UUID as SNI, then the controller's message (agent_message.h). It
 * sees bytes, not sockets.
 */
#ifndef FETCHER_AGENT_TLS_H
#define FETCHER_AGENT_TLS_H

#include "fetcher/agent_message.h"

#include <openssl/types.h>
#include <stdbool.h>

struct agent_tls;

struct agent_tls *agent_tls_new(
    SSL_CTX *ctx, const char *uuid, agent_message_sink *sink, void *arg);
void agent_tls_free(struct agent_tls **t);
/*
 * 0; 1: the agent said that nothing follows; -1 with a reason. Send what
 * agent_tls_take() gives after each call and at the start.
 */
int agent_tls_receive(
    struct agent_tls *t, struct slice bytes, struct err *err_r);
/* No byte follows. 0, or -1 with what is missing. */
int agent_tls_end(const struct agent_tls *t, struct err *err_r);
void agent_tls_take(struct agent_tls *t, struct str *bytes);
bool agent_tls_is_shaking(const struct agent_tls *t);

#endif
