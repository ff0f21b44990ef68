/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to another site's Livestatus: Unix socket, TCP, or TLS over
 * TCP. One request at a time; answers have fixed16.
 */
#ifndef LIVESTATUSD_SITES_CHANNEL_H
#define LIVESTATUSD_SITES_CHANNEL_H

#include "common/str.h"
#include "livestatusd/sites/conf.h"

#include <uv.h>

#define CHANNEL_MAX_BODY ((size_t)100 << 20) /* more ends the connection */

struct channel;

struct channel_handlers {
	/* It is connected, hands are shaken. */
	void (*up)(void *arg);
	/* May an answer of so many bytes come? false: it is refused (413). */
	bool (*room)(void *arg, size_t bytes);
	/* It has come, or will not: the room is free. */
	void (*left)(void *arg, size_t bytes);
	/* Some bytes came. */
	void (*moved)(void *arg, size_t bytes);
	/* An answer; the body may be taken. */
	void (*answer)(void *arg, unsigned code, struct str *body);
	/* It is gone, or could not be made. To be closed. */
	void (*down)(void *arg, const char *why);
};

/*
 * `conf` and `ctx` (NULL: no TLS) are not needed after the call. Of a name's
 * several addresses number `attempt` is taken, in turn.
 */
struct channel *channel_open(uv_loop_t *loop, const struct site_conf *conf,
    SSL_CTX *ctx, unsigned attempt, const struct channel_handlers *handlers,
    void *arg);
/* Sends; only while it is up. Calls no handler. */
void channel_send(struct channel *ch, struct slice request);
/* No handler is called any more. */
void channel_close(struct channel **ch);

#endif
