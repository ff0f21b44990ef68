/* SPDX-License-Identifier: Apache-2.0
 *
 * Names to addresses, off the loop. One lookup serves all who ask for the
 * same name; answers are remembered for a minute, failures for ten seconds,
 * and an old answer is used on while the name servers are silent. Lookups run
 * in libuv's threads for slow work, so names that hang delay other names at
 * most, never fetches or spawns.
 */
#ifndef FETCHER_RESOLVE_H
#define FETCHER_RESOLVE_H

#include "fetcher/address.h"

#include <stddef.h>
#include <uv.h>

struct resolver;

struct resolve_ask { /* embedded by whoever asks; {0} is idle */
	/* n addresses without port, borrowed until the return; n == 0: none,
	 * and `why` says so in words. */
	void (*done)(struct resolve_ask *ask, const union address *addresses,
	    size_t n, const char *why);
	struct resolve_entry *entry; /* private: waits here, or NULL */
	struct resolve_ask *prev, *next;
};

struct resolver *resolver_new(uv_loop_t *loop);
/* Asks are forgotten; lookups that run are left to end by themselves. */
void resolver_free(struct resolver **r);
/* `done` comes later, or at once for numbers and remembered names. */
void resolver_ask(struct resolver *r, const char *name, uint32_t family,
    struct resolve_ask *ask);
/* `done` does not come any more. Idle asks are fine. */
void resolver_cancel(struct resolve_ask *ask);
/* Lookups under way. */
size_t resolver_running(const struct resolver *r);

#endif
