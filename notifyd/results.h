/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of deliveries, for the site where the notification came from:
 * kept until that site has it, sent again at each connection. And the other
 * way: what another site tells becomes a line of our history.
 */
#ifndef NOTIFYD_RESULTS_H
#define NOTIFYD_RESULTS_H

#include "common/msg.h"
#include "notifyd/peers.h"
#include "notifyd/spool/forward.h"

struct results;

struct results_counters {
	uint64_t sent, received, unknown, duplicates;
};

struct results *results_new(
    uv_loop_t *loop, struct spool *spool, struct peers *peers);
/* The peers go; nothing is sent any more. */
void results_stop(struct results *results);
void results_free(struct results **results);
/* After peers_configure(): what is for nobody any more goes. */
void results_configure(struct results *results);

/* Something was committed. */
void results_kick(struct results *results);
/* A connection came: everything from the beginning. */
void results_up(struct results *results, const struct peer *peer);
void results_taken(
    struct results *results, const struct peer *peer, uint64_t number);
/* Another site tells; answered once it is durable. */
void results_receive(struct results *results, struct peer *peer,
    const struct msg_forward_result *m);
const struct results_counters *results_counters(const struct results *results);

#endif
