/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: the notification spooler.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_UPDATED,
	P_DEFERRED,
	P_CORRUPTED
};

static const struct check_param params[] = {
    {"last_updated", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(90, 90),
	"on the age of the spooler's own state, which it writes every 20 s"},
    {"deferred_age", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(5, 600),
	"on the age of the oldest notification that could not be sent yet"},
    {"corrupted_files", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(1, 1000000),
	"on notifications that cannot be read"},
    {0}};

static const struct check_metric metrics[] = {
    {"last_updated", "s", "age of the spooler's state"},
    {"new_files", "", "notifications to be sent"},
    {"corrupted_files", "", "notifications that cannot be read"},
    {"deferred_files", "", "notifications to be sent again"},
    {"deferred_age", "s", "age of the oldest of these"}, {0}};

static const struct value_row row_new = {
    "New files", "new_files", render_count, 0, 0, true};
static const struct value_row row_corrupted = {"Corrupted files",
    "corrupted_files", render_count, VALUE_PARAM(P_CORRUPTED), 0, false};
static const struct value_row row_deferred = {
    "Deferred files", "deferred_files", render_count, 0, 0, false};
static const struct value_row row_age = {"Oldest", "deferred_age",
    render_timespan, VALUE_PARAM(P_DEFERRED), 0, false};

static const struct section_type section = SECTION_LINES("mknotifyd");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	for (size_t i = 0; i < s->n_blocks; i++)
		check_found_add(found, s->blocks[i], NULL);
}

/* The host's clock: a line before the first site. */
static double
clock_of(const struct section_lines *s, double otherwise)
{
	double number = s->n > 0 && s->lines[0].block.len == 0
	    ? text_number(s->lines[0].text)
	    : NAN;

	return isfinite(number) ? number : otherwise;
}

struct spool {
	double count, oldest; /* NAN: not said */
};

/* "Spool: Deferred", then its "Count: 3" and "Oldest: 1571212726 (...)". */
static struct spool
read_spool(const struct section_lines *s, struct slice site, const char *name)
{
	struct spool spool = {NAN, NAN};
	bool within = false;

	for (size_t i = 0; i < s->n; i++) {
		struct slice value = s->lines[i].text, key;

		if (!slice_eq(s->lines[i].block, site))
			continue;
		slice_next(&value, ':', &key);
		key = slice_trim(key);
		if (slice_eqs(key, "Spool"))
			within = slice_eqs(slice_trim(value), name);
		else if (slice_eqs(key, "Queue") || slice_eqs(key, "Site") ||
		    slice_eqs(key, "Connection"))
			within = false;
		else if (within && slice_eqs(key, "Count"))
			spool.count = text_number(value);
		else if (within && slice_eqs(key, "Oldest"))
			spool.oldest = text_number(value);
	}
	return spool;
}

static void
say_spools(const struct check_context *c, double now, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct spool deferred = read_spool(s, c->item, "Deferred");

	value_say(c, out, &row_new, read_spool(s, c->item, "New").count, 0);
	value_say(c, out, &row_corrupted,
	    read_spool(s, c->item, "Corrupted").count, 0);
	value_say(c, out, &row_deferred, deferred.count, 0);
	if (deferred.count > 0)
		value_say(c, out, &row_age, fmax(0, now - deferred.oldest), 0);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double now = clock_of(s, c->now);
	double updated = lines_number(s, c->item, "Updated");
	struct slice version = {"", 0};

	if (!lines_has_block(s, c->item)) {
		check_say(out, CHECK_CRIT,
		    "No status information, the spooler does not run");
		return;
	}
	lines_get(s, c->item, "Version", &version);
	if (version.len == 0 || !isfinite(updated)) {
		check_say(out, CHECK_CRIT,
		    "The state file is empty or damaged, it is very likely "
		    "that the spooler does not work");
		return;
	}
	double age = fmax(0, now - updated);
	uint32_t state = check_judge(age, value_levels(c, P_UPDATED), NULL);
	struct str text = {0};

	check_say(
	    out, CHECK_OK, "Version: %.*s", value_cut(version, 60), version.s);
	render_timespan(&text, age);
	if (state == CHECK_OK)
		check_say(out, state, "Spooler running");
	else
		check_say(out, state,
		    "Status last updated %s ago, spooler seems crashed or busy",
		    str_get(&text));
	str_free(&text);
	check_metric(
	    out, "last_updated", age, value_levels(c, P_UPDATED), 0, NAN);
	say_spools(c, now, out);
}

const struct check check_mknotifyd = {
    .name = "mknotifyd",
    .title = "OMD sites: notification spooler",
    .manual = "Does the notification spooler of an OMD or Checkmk site on this "
	      "host run, and do notifications wait? CRIT if its state is older "
	      "than 90 seconds or cannot be read.",
    .ruleset = "mknotifyd",
    .description = "OMD %s Notification Spooler",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
