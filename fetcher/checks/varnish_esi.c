/* SPDX-License-Identifier: Apache-2.0
 *
 * Varnish: ESI.
 */
#include "fetcher/checks/varnish_rates.h"
#include "fetcher/discover.h"

enum {
	P_ERRORS,
	P_WARNINGS
};

static const struct check_param params[] = {
    {"errors", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_LEVELS(1, 2), "on errors"},
    {"warnings", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on warnings"}, {0}};

static const struct check_metric metrics[] = {
    {"varnish_esi_errors_rate", "1/s", "errors"},
    {"varnish_esi_warnings_rate", "1/s", "warnings"}, {0}};

static const struct varnish_rate rates[] = {
    {"esi_errors",
	{"ESI parse errors", "varnish_esi_errors_rate", value_per_second,
	    VALUE_PARAM(P_ERRORS), 0, false}},
    {"esi_warnings",
	{"ESI parse warnings", "varnish_esi_warnings_rate", value_per_second,
	    VALUE_PARAM(P_WARNINGS), 0, false}},
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(varnish_counter(c->sections[0], "esi_errors")))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	varnish_say_rates(c, rates, sizeof(rates) / sizeof(rates[0]), out);
}

const struct check check_varnish_esi = {
    .name = "varnish_esi",
    .title = "Varnish: ESI",
    .manual = "Errors and warnings of a Varnish cache that puts pages together "
	      "(ESI). The first check has no rates and gives no result.",
    .ruleset = "varnish_esi",
    .description = "Varnish ESI",
    .sections = (const struct section_type *const[]){&section_varnish, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
