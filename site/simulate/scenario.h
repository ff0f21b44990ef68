/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that `vedette simulate` plays: read, checked as a whole, and
 * brought into seconds. Items keep pointing into the document.
 */
#ifndef SITE_SIMULATE_SCENARIO_H
#define SITE_SIMULATE_SCENARIO_H

#include "common/config/schema.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_kind {
	SIM_RESULT,
	SIM_COMMAND,
	SIM_RELOAD,
	SIM_RESTART,
	SIM_CLOCK,
	SIM_SHOW,
	SIM_QUERY,
	SIM_KINDS
};

struct sim_item {
	enum sim_kind kind;
	int64_t at;          /* ns since the start */
	const json_t *value; /* what stands behind the key of its kind */
	size_t index;        /* in the timeline */
	int64_t clock;       /* SIM_CLOCK: ns that the wall clock jumps */
	bool crash;          /* SIM_RESTART */
	int64_t down;        /* SIM_RESTART: ns that the site is off */
};

struct sim_scenario {
	struct yaml_doc *doc;
	char *file;
	int64_t start; /* wall seconds */
	bool repeat;   /* checks: repeat */
	struct sim_item *items;
	size_t n_items;
	int64_t until; /* ns since the start; inclusive */
};

/*
 * Sets the process's zone to the scenario's. Never NULL; where mistakes were
 * added to `m`, only the document may be used, for more of them.
 */
struct sim_scenario *sim_scenario_read(
    const char *file, struct slice text, struct mistakes *m);
void sim_scenario_free(struct sim_scenario **sc);

/* "2026-03-02T08:00:00" in the process's zone to wall seconds. */
bool sim_local_time(const char *text, int64_t *wall_r);
/* Is it a name of the zone database, or UTC? */
bool sim_zone_exists(const char *zone);
/* An offset with an optional sign, "-300s", to nanoseconds. */
bool sim_offset(const char *text, int64_t *ns_r);

#endif
