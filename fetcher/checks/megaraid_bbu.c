/* SPDX-License-Identifier: Apache-2.0
 *
 * Batteries of LSI MegaRAID controllers, as MegaCli tells of them.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

static const struct section_type section = SECTION_LINES("megaraid_bbu");

/* The adapter that the line begins to tell of; -1: none. */
static double
adapter_of(struct slice line)
{
	static const char head[] = "BBU status for Adapter:";
	size_t n = sizeof(head) - 1;
	double number;

	if (!slice_starts(line, head))
		return -1;
	number = text_number((struct slice){line.s + n, line.len - n});
	return isfinite(number) ? number : -1;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		double adapter = adapter_of(s->lines[i].text);
		char item[32];
		if (adapter < 0)
			continue;
		snprintf(item, sizeof(item), "/c%.0f", adapter);
		check_found_add(found, slice_of(item), NULL);
	}
}

/* What is fine; anything else has this state. */
static const struct {
	const char *key, *fine;
	uint32_t state;
} expected[] = {{"Battery State", "Optimal", CHECK_CRIT},
    {"Battery State", "Operational", CHECK_CRIT}, {"Voltage", "OK", CHECK_WARN},
    {"Temperature", "OK", CHECK_CRIT}, {"Learn Cycle Status", "OK", CHECK_WARN},
    {"I2c Errors Detected", "No", CHECK_CRIT},
    {"Battery Pack Missing", "No", CHECK_CRIT},
    {"Battery Replacement required", "No", CHECK_WARN},
    {"Remaining Capacity Low", "No", CHECK_WARN},
    {"isSOHGood", "Yes", CHECK_CRIT}};

#define N_EXPECTED (sizeof(expected) / sizeof(expected[0]))

/* -1: the key is none of them. */
static int
judge_line(struct slice key, struct slice value)
{
	int state = -1;

	for (size_t i = 0; i < N_EXPECTED; i++) {
		if (!slice_eqs(key, expected[i].key))
			continue;
		if (slice_eqs(value, expected[i].fine) ||
		    /* "Voltage: 4073 mV" is another one of that name */
		    isfinite(text_number(value)))
			return CHECK_OK;
		state = (int)expected[i].state;
	}
	return state;
}

static bool
is_charge(struct slice key)
{
	return slice_eqs(key, "Relative State of Charge");
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct str bad = {0}, charge = {0};
	uint32_t worst = CHECK_OK;
	bool mine = false, any = false, learns = false;
	char item[32];

	for (size_t i = 0; i < s->n; i++) {
		struct slice value = s->lines[i].text, key;
		double adapter = adapter_of(value);
		if (adapter >= 0) {
			snprintf(item, sizeof(item), "/c%.0f", adapter);
			mine = slice_eq(slice_of(item), c->item);
			any = any || mine;
		}
		if (!mine)
			continue;
		slice_next(&value, ':', &key);
		key = slice_trim(key);
		value = slice_trim(value);
		if (slice_eqs(key, "Learn Cycle Active"))
			learns = slice_eqs(value, "Yes");
		if (is_charge(key) && charge.len == 0 && value.len > 0)
			str_addslice(&charge, value);
		int state = judge_line(key, value);
		if (state <= CHECK_OK || bad.len > 1000)
			continue;
		worst = check_worst(worst, (uint32_t)state);
		str_addf(&bad, "%s%.*s: %.*s", bad.len > 0 ? ", " : "",
		    value_cut(key, 60), key.s, value_cut(value, 60),
		    value.len > 0 ? value.s : "");
	}
	if (!any)
		check_say(out, CHECK_CRIT, "The battery is gone");
	else if (learns)
		check_say(out, CHECK_OK,
		    "No states to check (controller is in "
		    "learn cycle)");
	else if (bad.len == 0)
		check_say(out, CHECK_OK, "All states as expected");
	else
		check_say_str(out, worst, &bad);
	if (charge.len > 0)
		check_say(out, CHECK_OK, "Charge: %s", str_get(&charge));
	str_free(&bad);
	str_free(&charge);
}

const struct check check_megaraid_bbu = {
    .name = "megaraid_bbu",
    .title = "MegaRAID: battery (MegaCli)",
    .manual =
	"The battery of an LSI MegaRAID controller. CRIT if it is missing, "
	"too hot or not in order, WARN if it is to be replaced, its charge is "
	"low or a learn cycle failed. While a learn cycle runs nothing is "
	"judged.",
    .description = "RAID Adapter/BBU %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
