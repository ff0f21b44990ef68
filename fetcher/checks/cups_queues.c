/* SPDX-License-Identifier: Apache-2.0
 *
 * Print queues of CUPS: `lpstat -p`, a line "---", `lpstat -o`.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"
#include "fetcher/sections/timespan.h"

enum {
	P_COUNT,
	P_AGE,
	P_IDLE,
	P_PRINTING,
	P_DISABLED
};

static const struct check_param params[] = {
    {"job_count", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(5, 10),
	"on the jobs in the queue"},
    {"job_age", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(360, 720),
	"on the age of the oldest job"},
    {"is_idle", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_OK),
	"state of a printer that is idle"},
    {"now_printing", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_OK),
	"state of one that prints"},
    {"disabled_since", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_CRIT),
	"state of one that is disabled"},
    {0}};

static const struct check_metric metrics[] = {
    {"jobs", "", "jobs in the queue"}, {0}};

static const struct section_type section = SECTION_LINES("cups_queues");

/* "printer lp1 is idle. enabled since ...": the rest behind the name. */
static bool
read_printer(struct slice line, struct slice *name_r, struct slice *rest_r)
{
	struct slice word;

	if (!slice_word(&line, &word) || !slice_eqs(word, "printer") ||
	    !slice_word(&line, name_r))
		return false;
	*rest_r = slice_trim(line);
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice name, rest;

	for (size_t i = 0; i < s->n && *s->lines[i].text.s != '-'; i++)
		if (read_printer(s->lines[i].text, &name, &rest))
			check_found_add(found, name, NULL);
}

static void
say_printer(
    const struct check_context *c, struct slice text, struct check_out *out)
{
	uint32_t state = CHECK_UNKNOWN;

	if (slice_starts(text, "is idle"))
		state = (uint32_t)c->params[P_IDLE].number;
	else if (slice_starts(text, "now printing"))
		state = (uint32_t)c->params[P_PRINTING].number;
	else if (slice_starts(text, "disabled since"))
		state = (uint32_t)c->params[P_DISABLED].number;
	check_say(out, state, "%.*s", value_cut(text, 200), text.s);
}

/* lpstat writes local time, without saying so. */
static bool
read_time(struct slice text, double *when_r)
{
	struct slice word[7];
	size_t n = 0;
	char plain[64];

	while (n < 7 && slice_word(&text, &word[n]))
		n++;
	if (n < 5)
		return false;
	/* "Tue Jun 29 09:02:35 2010", or "Tue 29 Jun 2010 09:05:54 AM CEST" */
	if (memchr(word[4].s, ':', word[4].len) != NULL)
		snprintf(plain, sizeof(plain), "%.*s %.*s %.*s %.*s %.*s",
		    value_cut(word[0], 9), word[0].s, value_cut(word[2], 9),
		    word[2].s, value_cut(word[1], 9), word[1].s,
		    value_cut(word[4], 9), word[4].s, value_cut(word[3], 9),
		    word[3].s);
	else
		snprintf(plain, sizeof(plain), "%.*s %.*s %.*s %.*s %.*s",
		    value_cut(word[0], 9), word[0].s, value_cut(word[1], 9),
		    word[1].s, value_cut(word[2], 9), word[2].s,
		    value_cut(word[3], 9), word[3].s, value_cut(word[4], 9),
		    word[4].s);
	if (!timespan_read_date(slice_of(plain), when_r))
		return false;
	if (n > 5 && slice_eqs(word[5], "PM") &&
	    fmod(*when_r, 86400) < 12 * 3600.0)
		*when_r += 12 * 3600;
	*when_r = value_local_time(*when_r);
	return true;
}

/* "lp1-17 root 1024 Tue Jun 29 09:02:35 2010": is it this queue's? */
static bool
read_job(struct slice line, struct slice queue, double *when_r)
{
	struct slice id, word;

	if (!slice_word(&line, &id) || id.len <= queue.len + 1 ||
	    memcmp(id.s, queue.s, queue.len) != 0 || id.s[queue.len] != '-')
		return false;
	for (size_t i = queue.len + 1; i < id.len; i++)
		if (id.s[i] < '0' || id.s[i] > '9')
			return false;
	*when_r = 0;
	if (slice_word(&line, &word) && slice_word(&line, &word))
		read_time(line, when_r);
	return true;
}

static void
say_jobs(const struct check_context *c, const struct section_lines *s,
    size_t from, struct check_out *out)
{
	static const struct value_row row = {
	    "Jobs", "jobs", render_count, VALUE_PARAM(P_COUNT), 0, false};
	double n = 0, oldest = 0, when;
	struct str text = {0};

	for (size_t i = from; i < s->n; i++) {
		if (!read_job(s->lines[i].text, c->item, &when))
			continue;
		n++;
		if (when > 0 && (oldest <= 0 || when < oldest))
			oldest = when;
	}
	value_say(c, out, &row, n, 0);
	if (oldest <= 0)
		return;
	str_add(&text, "Oldest job is from ");
	render_date(&text, oldest);
	check_say_str(out, CHECK_OK, &text);
	str_free(&text);
	check_value_say(out, false, "Age of oldest job",
	    c->now > oldest ? c->now - oldest : 0, value_levels(c, P_AGE), NULL,
	    render_timespan);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice name, rest;
	bool any = false;
	size_t i = 0;

	for (; i < s->n && *s->lines[i].text.s != '-'; i++) {
		if (any || !read_printer(s->lines[i].text, &name, &rest) ||
		    !slice_eq(name, c->item))
			continue;
		any = true;
		say_printer(c, rest, out);
		/* The line below says why, if it is not another printer. */
		if (i + 1 < s->n && *s->lines[i + 1].text.s != '-' &&
		    !slice_starts(s->lines[i + 1].text, "printer "))
			check_say(out, CHECK_OK, "(%.*s)",
			    value_cut(s->lines[i + 1].text, 200),
			    s->lines[i + 1].text.s);
	}
	if (any)
		say_jobs(c, s, i, out);
	else
		check_say(out, CHECK_UNKNOWN, "Queue not found");
}

const struct check check_cups_queues = {
    .name = "cups_queues",
    .title = "CUPS: print queues",
    .manual =
	"The state of a printer, and how many jobs wait for it and for how "
	"long. CRIT if it is disabled.",
    .ruleset = "cups_queues",
    .description = "CUPS Queue %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
