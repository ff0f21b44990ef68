/* SPDX-License-Identifier: Apache-2.0
 *
 * Which services an agent's output gives. Pure.
 */
#ifndef FETCHER_DISCOVER_H
#define FETCHER_DISCOVER_H

#include "common/str.h"
#include "fetcher/checks/check.h"

struct discovered {
	const struct check *check;
	char *description;
	char *item;     /* "" if the check has no items */
	json_t *params; /* what the check wants to remember; NULL: nothing */
};

struct discovery {
	/* In order of check and of finding; descriptions are unique. */
	struct discovered *services;
	size_t n, cap;
	json_t *host_labels; /* an object; NULL: none */
	/* What could not be used, a line each: "section df: line 3: ...". */
	struct str problems;
};

/*
 * Fills *d, which must be {0}. `host` is the source's name (piggyback for
 * itself is its own). Returns false if the output has no section at all.
 */
bool discover_agent(
    struct slice output, struct slice host, struct discovery *d);

struct discovery_input {
	struct slice output, host; /* as of discover_agent() */
	/* Stored blocks that other hosts sent for this one. */
	const struct slice *piggyback;
	size_t n_piggyback;
	struct slice persisted; /* sections of earlier fetches */
	double now;             /* seconds since 1970 */
	/* An object of check: parameters, as the rules give them for services
	 * of the host without an item; what checks discover depends on some.
	 * NULL: the defaults. */
	const json_t *params;
};
bool discover_host(const struct discovery_input *in, struct discovery *d);
/* The same of sections that are there already; `params` as above. */
struct parsed;
void discover_parsed(struct parsed *parsed, const json_t *params, double now,
    struct discovery *d);
void discovery_free(struct discovery *d);

/* --- for the checks' discover() ------------------------------------------- */
/* Takes over `params` (may be NULL). */
void check_found_add(
    struct check_found *found, struct slice item, json_t *params);

#endif
