/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphics cards of NVIDIA: errors.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_LEVELS
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(1, 1),
	"on the number of errors"},
    {0}};

static const struct check_metric metrics[] = {
    {"nvidia_errors", "", "errors of all cards"}, {0}};

static const struct value_row row = {
    "Errors", "nvidia_errors", render_count, VALUE_PARAM(P_LEVELS), 0, false};

static const struct section_type section = SECTION_LINES("nvidia");

/* "GPUErrors: 0", once a card; NAN: none says so. */
static double
sum_of(const struct section_lines *s)
{
	double sum = NAN;

	for (size_t i = 0; i < s->n; i++) {
		struct slice value = s->lines[i].text, key;
		slice_next(&value, ':', &key);
		double number = text_number(value);
		if (slice_eqs(slice_trim(key), "GPUErrors") && isfinite(number))
			sum = isnan(sum) ? number : sum + number;
	}
	return sum;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	if (isfinite(sum_of(c->sections[0])))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double errors = sum_of(c->sections[0]);

	if (isfinite(errors))
		value_say(c, out, &row, errors, 0);
	else
		value_lost(out);
}

const struct check check_nvidia_errors = {
    .name = "nvidia_errors",
    .title = "NVIDIA graphics cards: errors",
    .manual = "How many errors NVIDIA graphics cards have counted, as "
	      "nvidia-settings gives them. CRIT from the first on.",
    .ruleset = "nvidia_errors",
    .description = "NVIDIA GPU Errors",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
