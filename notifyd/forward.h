/* SPDX-License-Identifier: Apache-2.0
 *
 * Notices for other sites (notifications.md section 11): from the spool, in
 * order, to the first of `notifications.forward_to` that is connected, in a
 * window; kept until the other side has them on disk.
 *
 * A site that is lost is waited for as long as its cooldown, then the next one
 * gets everything that was not acknowledged. Once a site of higher preference
 * is back and the present one has acknowledged all, the former is used again.
 */
#ifndef NOTIFYD_FORWARD_H
#define NOTIFYD_FORWARD_H

#include "common/settings.h"
#include "notifyd/peers.h"
#include "notifyd/spool/forward.h"

#define FORWARD_WINDOW       1000 /* notices that are sent and unanswered */
#define FORWARD_WINDOW_BYTES (UINT64_C(8) << 20)
/* Without an answer for so long all is sent again; doubles up to the other. */
#define FORWARD_STALL_MS     10000
#define FORWARD_MAX_STALL_MS 300000

struct forwarder;

struct forwarder_counters {
	uint64_t taken;   /* by another site */
	uint64_t again;   /* sent once more */
	uint64_t dropped; /* repetitions given up, the queue was full */
};

struct forwarder *forwarder_new(
    uv_loop_t *loop, struct spool *spool, struct peers *peers);
/* The peers go; nothing is sent any more. */
void forwarder_stop(struct forwarder *forwarder);
void forwarder_free(struct forwarder **forwarder);
/* The settings were checked; peers_configure() came before. */
void forwarder_configure(
    struct forwarder *forwarder, const struct settings *settings);

/* Do new notices go to other sites, and do the rules of this site hold? */
bool forwarder_on(const struct forwarder *forwarder);
bool forwarder_local(const struct forwarder *forwarder);
/*
 * May one more wait? The oldest repetitions are given up beyond the bound; if
 * that is not enough, false: the notice stays with its sender.
 */
bool forwarder_room(struct forwarder *forwarder);
/* A notice that waits for another site was committed. */
void forwarder_added(struct forwarder *forwarder, int64_t bytes);

/* A connection came or went. */
void forwarder_changed(struct forwarder *forwarder);
/* The peer has the notice of that number. */
void forwarder_answer(
    struct forwarder *forwarder, struct peer *peer, uint64_t number);

/* [NAME, ...] in order of preference */
json_t *forwarder_targets_json(const struct forwarder *forwarder);
size_t forwarder_waiting(const struct forwarder *forwarder);
int64_t forwarder_waiting_bytes(const struct forwarder *forwarder);
const struct forwarder_counters *forwarder_counters(
    const struct forwarder *forwarder);

#endif
