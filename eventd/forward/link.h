/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to a syslog server, fed from a queue. A frame is committed
 * once the other side's kernel has acknowledged its bytes, so a broken
 * connection loses nothing that was under way.
 */
#ifndef EVENTD_FORWARD_LINK_H
#define EVENTD_FORWARD_LINK_H

#include "eventd/forward/options.h"
#include "eventd/forward/queue.h"

#include <openssl/types.h>
#include <uv.h>

struct forward_link;

/* Borrows the queue; takes `tls` over (NULL: none). Connects at once. */
struct forward_link *forward_link_new(uv_loop_t *loop,
    const struct forward_target *target, SSL_CTX *tls, struct forward_queue *q);
/* The queue is not touched any more. */
void forward_link_free(struct forward_link **l);
/* There may be something new in the queue. */
void forward_link_pump(struct forward_link *l);

const char *forward_link_state(const struct forward_link *l);
const char *forward_link_why(const struct forward_link *l);
uint64_t forward_link_sent(const struct forward_link *l);

#endif
