/* SPDX-License-Identifier: Apache-2.0
 *
 * Time kept by chrony.
 */
#include "fetcher/sections/chrony.h"
#include "fetcher/checks/out.h"
#include "fetcher/discover.h"
#include "fetcher/sections/ntp.h"

enum {
	P_STRATUM,
	P_OFFSET,
	P_SYNC
};

static const struct check_param params[] = {
    {"stratum", CHECK_PARAM_NUMBER, "", CHECK_DEF_NUMBER(10),
	"from this stratum on it is CRIT"},
    {"offset", CHECK_PARAM_UPPER, "ms", CHECK_DEF_LEVELS(200, 500),
	"on the distance from the right time, in either direction"},
    {"last_sync", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(1800, 3600),
	"on the time since the last synchronisation"},
    {0}};

static const struct check_metric metrics[] = {
    {"offset", "ms", "distance from the right time"},
    {"last_sync_time", "s", "since the last synchronisation"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_chrony *s = c->sections[0];
	const struct section_ntp *ntp = c->sections[1];
	/* Where ntpd keeps the time, chrony's complaint is no news. */
	if (s->error.len == 0 || ntp == NULL || ntp->n == 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
render_ms(struct str *out, double value)
{
	str_addf(out, "%.4f ms", value);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_chrony *s = c->sections[0];
	const struct check_value *stratum = &c->params[P_STRATUM];
	struct check_levels l = {
	    CHECK_LEVELS_ABSOLUTE, stratum->number, stratum->number};

	if (s->error.len > 0) {
		check_say(out, CHECK_CRIT, "%.*s",
		    (int)(s->error.len < 300 ? s->error.len : 300), s->error.s);
		return;
	}
	if (s->address.len == 0) {
		check_say(out, CHECK_WARN, "NTP servers: unreachable");
		check_tell(out, CHECK_OK, "Reference ID: %.*s",
		    (int)s->reference.len, s->reference.s);
	} else {
		check_tell(out, CHECK_OK, "NTP servers: %.*s",
		    (int)s->address.len, s->address.s);
		check_tell(out, CHECK_OK, "Reference ID: %.*s",
		    (int)s->reference.len, s->reference.s);
	}
	/* Without a server these say nothing. */
	if (s->has_stratum && s->address.len > 0)
		check_value_say(out, false, "Stratum", s->stratum,
		    stratum->set ? &l : NULL, NULL, render_count);
	if (s->has_offset && s->address.len > 0) {
		l = c->params[P_OFFSET].levels;
		check_value_say(out, false, "Offset", fabs(s->offset) * 1000,
		    &l, NULL, render_ms);
		check_metric(
		    out, "offset", fabs(s->offset) * 1000, &l, NAN, NAN);
	}
	if (s->has_ref_time) {
		double age = c->now - s->ref_time;
		l = c->params[P_SYNC].levels;
		check_value_say(out, false, "Time since last sync",
		    age > 0 ? age : 0, &l, NULL, render_timespan);
		check_metric(
		    out, "last_sync_time", age > 0 ? age : 0, &l, NAN, NAN);
	}
}

const struct check check_chrony = {
    .name = "chrony",
    .title = "Time: chrony",
    .manual =
	"How far the clock is off according to chrony. WARN without a server, "
	"CRIT if chrony cannot be asked, if its stratum is 10 or more, or if "
	"the offset or the time since the last synchronisation is too large.",
    .ruleset = "ntp_time",
    .description = "NTP Time",
    .sections = (const struct section_type *const[]){&section_chrony,
	&section_ntp, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
