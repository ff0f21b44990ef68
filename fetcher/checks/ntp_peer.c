/* SPDX-License-Identifier: Apache-2.0
 *
 * Each peer of ntpd by itself.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ntp.h"

enum {
	P_STRATUM,
	P_OFFSET,
	P_JITTER,
	P_DISCOVER
};

static const struct check_param params[] = {
    {"stratum", CHECK_PARAM_NUMBER, "", CHECK_DEF_NUMBER(10),
	"from this stratum on it is CRIT"},
    {"offset", CHECK_PARAM_UPPER, "ms", CHECK_DEF_LEVELS(200, 500),
	"on the distance from the right time, in either direction"},
    {"jitter", CHECK_PARAM_UPPER, "ms", CHECK_DEF_LEVELS(200, 500),
	"on how much the offset varies"},
    {"discover", CHECK_PARAM_BOOL, "", CHECK_DEF_NUMBER(0),
	"make a service of each peer"},
    {0}};

static const struct check_metric metrics[] = {
    {"offset", "ms", "distance from the right time"},
    {"jitter", "ms", "variation of the offset"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ntp *s = c->sections[0];

	for (size_t i = 0; i < s->n && c->params[P_DISCOVER].number > 0; i++)
		check_found_add(found, s->peers[i].name, NULL);
}

static void
render_ms(struct str *out, double value)
{
	str_addf(out, "%.4f ms", value);
}

static const struct value_row offset_row = {
    "Offset", "offset", render_ms, VALUE_PARAM(P_OFFSET), 0, false};
static const struct value_row jitter_row = {
    "Jitter", "jitter", render_ms, VALUE_PARAM(P_JITTER), 0, true};

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ntp *s = c->sections[0];
	const struct check_value *stratum = &c->params[P_STRATUM];
	const struct check_levels l = {
	    CHECK_LEVELS_ABSOLUTE, stratum->number, stratum->number};
	const struct ntp_peer *p = NULL;

	for (size_t i = 0; i < s->n && p == NULL; i++)
		if (slice_eq(s->peers[i].name, c->item))
			p = &s->peers[i];
	if (p == NULL) {
		value_lost(out);
		return;
	}
	/* What was never reached has no time to tell. */
	if (p->code == '%' && p->stratum >= 16) {
		check_say(out, CHECK_OK, "Server is unreachable");
		return;
	}
	value_say(c, out, &offset_row, fabs(p->offset), 0);
	value_say(c, out, &jitter_row, p->jitter, 0);
	check_value_say(out, false, "Stratum", p->stratum,
	    stratum->set ? &l : NULL, NULL, render_count);
	if (p->when >= 0)
		check_value_say(out, true, "Time since last packet", p->when,
		    NULL, NULL, render_timespan);
}

const struct check check_ntp_peer = {
    .name = "ntp_peer",
    .title = "Time: a peer of ntpd",
    .manual =
	"Offset, jitter and stratum of one peer that ntpd asks, whether it is "
	"the one that the clock follows or not. Nothing is discovered without "
	"`discover`: peers come and go, and `NTP Time` judges the clock.",
    .ruleset = "ntpd_peer",
    .description = "NTP Peer %s",
    .sections = (const struct section_type *const[]){&section_ntp, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
