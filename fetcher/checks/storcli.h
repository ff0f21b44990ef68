/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of storcli: "Controller = 0", then lines of cells, one a disk or a
 * drive. Pure.
 */
#ifndef FETCHER_CHECKS_STORCLI_H
#define FETCHER_CHECKS_STORCLI_H

#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#define STORCLI_CELLS 6
#define STORCLI_ITEM  60

struct storcli_list {
	size_t cells; /* that a line has at least; up to STORCLI_CELLS */
	/*
	 * Writes what names the thing on its controller; false: the line is
	 * about something else. The first two cells have at most 20 bytes.
	 */
	bool (*name)(const struct slice *cells, char name[STORCLI_ITEM]);
};

struct storcli_state {
	const char *abbreviation, *word; /* NULL ends a table */
	uint32_t state;
};

/* Items are "C0.NAME", of the check's first section. */
void storcli_discover(const struct storcli_list *list,
    const struct check_context *c, struct check_found *found);
/* The cells of the check's item; false: it is gone. */
bool storcli_find(const struct storcli_list *list,
    const struct check_context *c, struct slice cells[STORCLI_CELLS]);
/*
 * "LABELWORD" by the table, CRIT for what is not in it; the check's first
 * parameter, `states`, may say otherwise.
 */
void storcli_say(const struct check_context *c, struct check_out *out,
    const char *label, struct slice abbreviation,
    const struct storcli_state *states);

#endif
