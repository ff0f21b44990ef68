/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases of a UPS; see ups_phase.h.
 */
#include "fetcher/checks/ups_phase.h"

static bool
is_in_use(const struct row_cells *row)
{
	return rows_number(row, UPS_VALUE, 0) > 0;
}

static bool
has_voltage(const struct row_cells *row)
{
	return rows_number(row, UPS_VOLTAGE, 0) > 0;
}

const struct row_items ups_phases_in_use = {
    0, UPS_PHASE, UPS_PHASE, is_in_use, NULL};
const struct row_items ups_phases_with_voltage = {
    0, UPS_PHASE, UPS_PHASE, has_voltage, NULL};

void
ups_phase_judge(const struct row_items *phases, const struct check_context *c,
    struct check_out *out, const char *label, const char *metric,
    double divisor, render_fn *render)
{
	const struct row_cells *row = row_items_find(phases, c, out);
	double value = row == NULL ? NAN : rows_number(row, UPS_VALUE, NAN);

	if (row == NULL)
		return;
	if (isnan(value))
		check_say(out, CHECK_UNKNOWN, "%s is not given", label);
	else
		measure_param_say(
		    c, out, label, metric, value / divisor, render);
}
