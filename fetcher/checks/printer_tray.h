/* SPDX-License-Identifier: Apache-2.0
 *
 * Trays of a printer for paper that goes in or comes out: the same cells in two
 * tables of the Printer-MIB. Pure.
 */
#ifndef FETCHER_CHECKS_PRINTER_TRAY_H
#define FETCHER_CHECKS_PRINTER_TRAY_H

#include "fetcher/checks/measure.h"
#include "fetcher/sections/rows.h"

/* The table's cells. */
enum {
	TRAY_INDEX,
	TRAY_NAME,
	TRAY_DESCRIPTION,
	TRAY_STATUS, /* see printer_status.h */
	TRAY_MAX,    /* sheets */
	TRAY_LEVEL   /* sheets; -1 no limit, -2 unknown, -3 at least one */
};

/* A tray that has no limit, is unknown or not there gets no service. */
void tray_discover(const struct check_context *c, struct check_found *found);

/*
 * Description and status; then `some` for one sheet at least, or *level_r of
 * *max_r sheets: true.
 */
bool tray_say(const struct check_context *c, struct check_out *out,
    const char *some, double *level_r, double *max_r);

#endif
