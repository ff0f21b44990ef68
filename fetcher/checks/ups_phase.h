/* SPDX-License-Identifier: Apache-2.0
 *
 * A value of each phase of a UPS, from a table of the UPS-MIB. Pure.
 */
#ifndef FETCHER_CHECKS_UPS_PHASE_H
#define FETCHER_CHECKS_UPS_PHASE_H

#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"

/* The table's cells; the third only where the value itself may be 0. */
enum {
	UPS_PHASE,
	UPS_VALUE,
	UPS_VOLTAGE
};

/* Phases that have a value, or a voltage, above 0. */
extern const struct row_items ups_phases_in_use, ups_phases_with_voltage;

/* Says the value of the item's phase divided by `divisor`, with the check's
 * levels. */
void ups_phase_judge(const struct row_items *phases,
    const struct check_context *c, struct check_out *out, const char *label,
    const char *metric, double divisor, render_fn *render);

#endif
