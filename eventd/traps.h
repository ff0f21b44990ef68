/* SPDX-License-Identifier: Apache-2.0
 *
 * The listener `traps`: datagrams to messages, informs answered once what they
 * caused is durable, refusals counted and said (event-console.md 21).
 */
#ifndef EVENTD_TRAPS_H
#define EVENTD_TRAPS_H

#include "eventd/receive/receive.h"
#include "eventd/trap/reader.h"

#include <uv.h>

struct store;
struct traps;

struct trap_counters {
	uint64_t refused[TRAP_REFUSED_COUNT];
	uint64_t traps, informs; /* taken */
	uint64_t repeated;       /* informs that were answered again */
	uint64_t unanswered;     /* informs above the bound of those waiting */
	uint64_t learned;        /* engines known by learning now */
	uint64_t kernel_drops, queue_drops;
};

/* May that address send one more datagram? */
typedef bool traps_admit_fn(
    const char *address, size_t bytes, int64_t received_us, void *arg);
/* A message; valid until it returns. */
typedef void traps_message_fn(struct message *m, void *arg);

/* `root` is the site's: var/vedette/eventd has our engine's id and the MIBs. */
struct traps *ec_traps_new(uv_loop_t *loop, const char *root,
    traps_admit_fn *admit, traps_message_fn *fn, void *arg);
void ec_traps_free(struct traps **t);
/*
 * Works by these options (which must outlive their use) on these sockets;
 * none: traps are off. -1 with a reason.
 */
int ec_traps_set(struct traps *t, const struct trap_options *o, const int *fds,
    size_t n, struct err *err_r);
/* Whose disk informs wait for. */
void ec_traps_set_store(struct traps *t, struct store *store);
void ec_traps_pause(struct traps *t, bool paused);
const struct trap_counters *ec_traps_counters(struct traps *t);

#endif
