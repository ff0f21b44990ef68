/* SPDX-License-Identifier: Apache-2.0
 *
 * A site on a virtual clock: core's engine, schedule, commands and retention,
 * notifyd's rules and livestatusd's queries in one process, driven by a
 * scenario. It sets the process's zone and clocks; it sleeps nowhere and
 * opens nothing but what the scenario names.
 */
#ifndef SITE_SIMULATE_SIMULATE_H
#define SITE_SIMULATE_SIMULATE_H

#include "common/config/mistakes.h"
#include "common/str.h"

#include <stdbool.h>

struct sim_options {
	bool until_quiet; /* play on until nothing waits any more */
	bool table;       /* for people, instead of JSON */
	bool explain;     /* which rules of the semantics decided */
	bool plain;       /* without the short cut for quiet checks */
	int fd;           /* events go there; -1: all of them into *out_r */
};

/*
 * Plays the scenario `bytes`; `file` is its name, for messages and paths in
 * it. Events are written to options->fd or, if that is -1, appended to *out_r.
 * 0, or -1: mistakes were added to `m`, nothing was played.
 */
int sim_run(const char *file, struct slice bytes,
    const struct sim_options *options, struct str *out_r, struct mistakes *m);

#endif
