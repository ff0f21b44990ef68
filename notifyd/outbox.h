/* SPDX-License-Identifier: Apache-2.0
 *
 * History lines on their way to core: they lie in the spool until core has
 * taken them, so that they reach the history at least once.
 */
#ifndef NOTIFYD_OUTBOX_H
#define NOTIFYD_OUTBOX_H

#include "common/bus.h"
#include "notifyd/spool/spool.h"

struct outbox;

struct outbox *nd_outbox_new(uv_loop_t *loop, struct spool *spool);
void nd_outbox_free(struct outbox **outbox);
/* Core came, or went (NULL). Everything untaken is sent again. */
void nd_outbox_set_core(struct outbox *outbox, struct bus_peer *core);
/* There may be new lines. */
void nd_outbox_kick(struct outbox *outbox);
void nd_outbox_taken(struct outbox *outbox, uint64_t id);

#endif
