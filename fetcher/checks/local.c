/* SPDX-License-Identifier: Apache-2.0
 *
 * Local checks: services that scripts on the host make.
 */
#include "fetcher/sections/local.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"

#include <ctype.h>

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_local *local = c->sections[0];
	for (size_t i = 0; i < local->n; i++)
		check_found_add(found, local->entries[i].name, NULL);
}

/* The two characters \n stand for a line break. */
static void
say_text(struct slice text, struct check_out *out)
{
	const char *at = memmem(text.s, text.len, "\\n", 2);
	struct slice first = text;
	if (at != NULL)
		first.len = (size_t)(at - text.s);
	str_addslice(&out->summary, first);
	while (at != NULL) {
		struct slice rest = {
		    at + 2, (size_t)(text.s + text.len - at) - 2};
		at = memmem(rest.s, rest.len, "\\n", 2);
		struct slice line = rest;
		if (at != NULL)
			line.len = (size_t)(at - rest.s);
		if (out->details.len > 0)
			str_addc(&out->details, '\n');
		str_addslice(&out->details, line);
	}
}

static bool
is_metric_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.s[i]) &&
		    memchr("_.-", name.s[i], 3) == NULL)
			return false;
	return name.len > 0;
}

static void
apply_levels(const struct local_metric *m, const struct check_levels *upper,
    struct check_out *out)
{
	struct check_levels lower = {
	    CHECK_LEVELS_ABSOLUTE, m->warn_lower, m->crit_lower};
	char label[64];
	size_t n =
	    m->name.len < sizeof(label) ? m->name.len : sizeof(label) - 1;
	for (size_t i = 0; i < n; i++)
		label[i] = m->name.s[i] == '_' ? ' ' : m->name.s[i];
	label[n] = '\0';
	label[0] = (char)toupper((unsigned char)label[0]);
	if (isnan(m->warn_lower))
		lower.kind = CHECK_LEVELS_NONE;
	check_value_say(
	    out, false, label, m->value, upper, &lower, render_number);
}

static void
judge_metric(const struct local_entry *e, const struct local_metric *m,
    struct check_out *out)
{
	struct check_levels upper = {CHECK_LEVELS_ABSOLUTE, m->warn, m->crit};
	if (isnan(m->warn))
		upper.kind = CHECK_LEVELS_NONE;
	if (e->state == LOCAL_BY_LEVELS)
		apply_levels(m, &upper, out);
	if (!is_metric_name(m->name))
		check_say(out, CHECK_WARN, "invalid metric name: %.*s",
		    (int)m->name.len, m->name.s);
	else
		check_metric_slice(
		    out, m->name, m->value, &upper, m->min, m->max);
}

/* "Cache generated 2 minutes 30 seconds ago, cache interval: ..." */
static void
tell_cache(const struct check_context *c, const struct local_entry *e,
    struct check_out *out)
{
	double age = c->now - (double)e->cached_at;
	struct str *text = &out->details;

	out->cached_at = e->cached_at;
	out->cached_interval = e->cached_interval;
	if (text->len > 0)
		str_addc(text, '\n');
	str_add(text, "Cache generated ");
	render_timespan(text, age > 0 ? age : 0);
	str_add(text, " ago, cache interval: ");
	render_timespan(text, (double)e->cached_interval);
	if (e->cached_interval > 0) {
		str_add(text, ", elapsed cache lifespan: ");
		render_percent(text, 100 * age / (double)e->cached_interval);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_local *local = c->sections[0];
	const struct local_entry *e = NULL;

	for (size_t i = 0; i < local->n; i++)
		if (slice_eq(local->entries[i].name, c->item))
			e = &local->entries[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	say_text(e->text, out);
	if (e->state == LOCAL_BAD_STATE)
		check_say(out, CHECK_UNKNOWN,
		    "invalid data: the state is \"%.*s\", not 0, 1, 2, 3 or P",
		    (int)(e->state_text.len < 40 ? e->state_text.len : 40),
		    e->state_text.s);
	else if (e->state > 0)
		out->state = (uint32_t)e->state;
	for (size_t i = 0; i < e->n_metrics; i++)
		judge_metric(e, &e->metrics[i], out);
	if (e->bad_metric.len > 0)
		check_say(out, CHECK_UNKNOWN, "invalid performance data: %.*s",
		    (int)e->bad_metric.len, e->bad_metric.s);
	if (e->cached_interval > 0)
		tell_cache(c, e, out);
}

const struct check check_local = {
    .name = "local",
    .title = "Local checks",
    .manual =
	"A script in the agent's folder `local` prints one line a service:\n"
	"\n"
	"    STATE NAME METRICS TEXT\n"
	"\n"
	"STATE is 0, 1, 2, 3, or P: then the metrics' own levels decide. NAME "
	"stands in quotes if it has blanks. METRICS is `-`, or entries "
	"`name=value;warn;crit;min;max` joined by `|`, where warn and crit may "
	"be `lower:upper`. `\\n` in TEXT breaks the line.",
    .ruleset = NULL,
    .description = "%s",
    .sections = (const struct section_type *const[]){&section_local, NULL},
    .discover = discover,
    .judge = judge,
};
