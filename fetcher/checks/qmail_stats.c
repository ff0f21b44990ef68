/* SPDX-License-Identifier: Apache-2.0
 *
 * Mails in qmail's queue.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_DEFERRED
};

static const struct check_param params[] = {
    {"deferred", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(10, 20),
	"on mails in the queue"},
    {0}};

static const struct check_metric metrics[] = {
    {"queue", "", "mails in the queue"}, {0}};

static const struct value_row row = {
    "Deferred mails", "queue", render_count, VALUE_PARAM(P_DEFERRED), 0, false};

static const struct section_type section = SECTION_LINES("qmail_stats");

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double mails = lines_number(s, SLICE(""), "messages in queue");

	/* The plugin may leave the number alone. */
	if (isnan(mails) && s->n > 0)
		mails = text_number(s->lines[0].text);
	if (isnan(mails))
		check_say(out, CHECK_UNKNOWN, "No number of mails");
	value_say(c, out, &row, mails, 0);
}

const struct check check_qmail_stats = {
    .name = "qmail_stats",
    .title = "Qmail queue",
    .manual = "How many mails wait in qmail's queue (`qmail-qstat`).",
    .ruleset = "qmail_stats",
    .description = "Qmail Queue",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
