/* SPDX-License-Identifier: Apache-2.0
 *
 * What the configuration says about the discovery of one host: compiled from
 * rules and from the host's file of var/vedette/discovered into one JSON
 * object, which travels as the parameters of the service Check_MK Discovery
 * (its keys are listed at discover_plan_keys below). Pure.
 */
#ifndef FETCHER_DISCOVER_PLAN_H
#define FETCHER_DISCOVER_PLAN_H

#include "common/err.h"
#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define DISCOVER_INTERVAL_S 7200 /* of the periodic discovery, by default */

/* What a service's discovery comes to. */
enum discover_state {
	DISCOVER_UNDECIDED, /* found, not monitored */
	DISCOVER_MONITORED, /* found and monitored, nothing differs */
	DISCOVER_CHANGED,   /* the same, with other parameters or labels */
	DISCOVER_VANISHED,  /* monitored, not found any more */
	DISCOVER_IGNORED,   /* found, shut out by a rule or by hand */
	DISCOVER_STATES
};
const char *discover_state_name(enum discover_state state);

struct discover_plan {
	json_t *doc;
	const json_t *params;  /* object: check -> parameters; NULL: none */
	const json_t *known;   /* object: description -> sum, 8 hex digits */
	const json_t *by_hand; /* object: description -> true */
	const json_t *ignored; /* object: description -> true */
	const json_t *ignored_checks; /* array of names */
	const json_t *elsewhere;      /* object: description -> true, of a node:
				       * monitored on its cluster */
	const json_t *labels; /* host labels as they are known; NULL: none */
	const json_t *update; /* automatic update; NULL: none */
	struct discover_shut *shut; /* rules of ignored_services */
	size_t n_shut;
	uint32_t interval_s;                /* 0: no periodic discovery */
	uint32_t severity[DISCOVER_STATES]; /* 0-3, if there is one */
	uint32_t label_severity;            /* new host labels */
};

/*
 * An empty text is a plan with nothing in it. 0, or -1 with a reason: *plan is
 * to be freed either way.
 */
int discover_plan_read(
    struct discover_plan *plan, struct slice text, struct err *err_r);
void discover_plan_free(struct discover_plan *plan);

/* Is the service shut out, by rules (the first that matches) or by hand? */
bool discover_plan_ignores(const struct discover_plan *plan, const char *check,
    const char *description);

/* A sum over what discovery remembers of a service; 0: nothing (or NULL). */
uint32_t discover_sum(const json_t *params);
/* The sum under which the service is known; 0: none. */
uint32_t discover_plan_sum(
    const struct discover_plan *plan, const char *description);

#endif
