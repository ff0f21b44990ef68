/* SPDX-License-Identifier: Apache-2.0
 *
 * The workers that are up, and which of them may take a host's job.
 *
 * A fetcher on another machine may claim hosts by folder or label. Its hosts
 * go to it (to any of those that claim them); while none of these is up they
 * go to whoever claims nothing, unless all that claim them are `alone`: then
 * they wait. Who claims hosts takes no others. Each worker by itself keeps
 * places for each kind of job (share.h).
 */
#ifndef CORE_SCHEDULE_WORKERS_H
#define CORE_SCHEDULE_WORKERS_H

#include "common/bus.h"
#include "common/config/snapshot.h"
#include "common/fetcher_key.h"
#include "core/schedule/schedule.h"

struct worker {
	struct worker *next;
	struct bus_peer *peer;
	char name[64];
	int def; /* index of its definition; -1: local */
	uint32_t credit, busy, running_of[SCHEDULE_KINDS];
	bool draining, refused;
	int64_t since; /* wall seconds */
	uint64_t taken, answered, given_away;
	double latency, line; /* smoothed seconds: until it starts; beside the
				 work itself */
};

struct claim {       /* hosts that the same fetchers claim */
	uint64_t by; /* bits of definitions */
	uint32_t hosts;
	struct claim_line { /* jobs that none of them can take now */
		struct due *items;
		uint32_t n, cap;
	} waiting[SCHEDULE_KINDS];
};

struct workers {
	struct worker *first;
	struct fetcher_defs defs;
	int64_t lost_since[FETCHERS_MOST]; /* by definition; 0: never up */
	uint64_t claiming, alone;          /* bits of definitions */
	struct claim *claims;
	uint8_t *claim_of; /* by host: index + 1; NULL: nobody claims any */
	uint32_t n_claims, n_hosts;
	uint64_t lost, joined, strangers, waited;
	unsigned kinds_used; /* bits of those that had work since a reload */
	/* how often one waited though there was room: places are kept */
	uint64_t held_back;
};

/* Takes the definitions; who is up and has none any more is ended. */
void workers_define(
    struct workers *w, struct fetcher_defs *defs, const struct snapshot *snap);
/* Another configuration: who claims what. Nothing may wait. */
void workers_claim(struct workers *w, const struct snapshot *snap);
void workers_free(struct workers *w);

struct worker *workers_add(
    struct workers *w, struct bus_peer *peer, int64_t now);
void workers_remove(struct workers *w, struct worker *worker, int64_t now);
/* Index of a key's definition, or -1. */
int workers_def_of(const struct workers *w, const char *key);

/* The claim on an object's host, or NULL. */
struct claim *workers_claim_on(
    const struct workers *w, const struct snapshot *snap, uint32_t object);
/* The one with most of its credit left; NULL: none has any for that kind. */
struct worker *workers_pick(
    struct workers *w, const struct claim *c, unsigned kind);
/* Of this machine's only. */
struct worker *workers_pick_local(const struct workers *w);
/* Is there anybody with credit? */
bool workers_any(const struct workers *w);
void claim_wait(struct claim *c, unsigned kind, const struct due *due);
/* Of all kinds. */
uint32_t claim_waiting(const struct claim *c);

/* A JSON array for people and programs; appended. */
void workers_list(const struct workers *w, struct str *to);

#endif
