/* SPDX-License-Identifier: Apache-2.0
 *
 * A TCP connection to the first of several addresses that accepts one.
 */
#ifndef FETCHER_CONNECT_H
#define FETCHER_CONNECT_H

#include "fetcher/address.h"

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct connect;

/*
 * `tcp` is the receiver's from now on: close it with connect_close_tcp(). NULL:
 * no address accepted, and `why` is the sentence for people. `hint` stands
 * behind "connection refused". The struct connect is gone after the return.
 */
typedef void connect_fn(
    uv_tcp_t *tcp, const union address *peer, const char *why, void *arg);

/* Addresses with their ports set; they are copied. n is at least 1. */
struct connect *connect_start(uv_loop_t *loop, const union address *addresses,
    size_t n, const char *hint, connect_fn *done, void *arg);
/* Another time for one address than LIMIT_CONNECT_MS; right after the start. */
void connect_within(struct connect *c, uint32_t ms);
/* Ends it without a callback. NULL is fine. */
void connect_stop(struct connect **c);
/* Did an address answer, be it with a refusal? */
bool connect_answered(const struct connect *c);
/* The address that is being tried. */
const union address *connect_trying(const struct connect *c);
void connect_close_tcp(uv_tcp_t *tcp);

#endif
