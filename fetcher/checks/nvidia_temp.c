/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphics cards of NVIDIA: temperatures.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(60, 65)), {0}};

static const struct section_type section = SECTION_LINES("nvidia");

/* "GPUCoreTemp: 52"; `item` has room for 80 bytes. */
static bool
read_line(struct slice line, char *item, double *value_r)
{
	struct slice key;

	slice_next(&line, ':', &key);
	key = slice_trim(key);
	*value_r = text_number(line);
	if (key.len <= 4 || memcmp(key.s + key.len - 4, "Temp", 4) != 0 ||
	    !isfinite(*value_r))
		return false;
	key.len -= 4;
	if (slice_eqs(key, "GPUCore"))
		snprintf(item, 80, "GPU NVIDIA");
	else
		snprintf(
		    item, 80, "System NVIDIA %.*s", value_cut(key, 60), key.s);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	char item[80];
	double value;

	for (size_t i = 0; i < s->n; i++)
		if (read_line(s->lines[i].text, item, &value))
			check_found_add(found, slice_of(item), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct celsius warmest = {.value = NAN};
	char item[80];
	double value;

	for (size_t i = 0; i < s->n; i++)
		if (read_line(s->lines[i].text, item, &value) &&
		    slice_eq(slice_of(item), c->item))
			warmest.value = fmax(warmest.value, value);
	if (isfinite(warmest.value))
		celsius_say(c, &warmest, out);
	else
		value_lost(out);
}

const struct check check_nvidia_temp = {
    .name = "nvidia_temp",
    .title = "NVIDIA graphics cards: temperatures",
    .manual =
	"Temperature of an NVIDIA graphics card, as nvidia-settings gives "
	"it. Of several cards it is the warmest one's.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
