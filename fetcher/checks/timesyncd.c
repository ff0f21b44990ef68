/* SPDX-License-Identifier: Apache-2.0
 *
 * Time kept by systemd-timesyncd.
 */
#include "fetcher/sections/timesyncd.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"

enum {
	P_STRATUM,
	P_OFFSET,
	P_JITTER,
	P_SYNC,
	P_MESSAGE,
	P_NEVER
};

static const struct check_param params[] = {
    {"stratum", CHECK_PARAM_NUMBER, "", CHECK_DEF_NUMBER(10),
	"from this stratum on it is CRIT"},
    {"offset", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(0.2, 0.5),
	"on the distance from the right time, in either direction"},
    {"jitter", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(0.2, 0.5),
	"on how much the offset varies"},
    {"last_sync", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(3600, 7200),
	"on the time since the clock was last set"},
    {"last_message", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(3600, 7200),
	"on the time since the last answer of a server"},
    {"never", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(300, 3600),
	"on the time without any synchronisation, from the first check"},
    {0}};

static const struct check_metric metrics[] = {
    {"time_offset", "s", "distance from the right time"},
    {"jitter", "s", "variation of the offset"},
    {"last_sync_time", "s", "since the clock was last set"},
    {"last_sync_receive_time", "s", "since the last answer of a server"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	(void)c;
	check_found_add(found, SLICE(""), NULL);
}

static void
say_age(const struct check_context *c, struct check_out *out, const char *label,
    const char *metric, double when, size_t param)
{
	double age = c->now > when ? c->now - when : 0;
	check_value_say(out, false, label, age, &c->params[param].levels, NULL,
	    render_timespan);
	check_metric(out, metric, age, &c->params[param].levels, NAN, NAN);
}

static void
say_sync(const struct check_context *c, const struct section_timesyncd *s,
    struct check_out *out)
{
	double since = c->now;

	if (s->has_sync) {
		say_age(c, out, "Time since last sync", "last_sync_time",
		    s->synced_at, P_SYNC);
		return;
	}
	check_store_get(c->store, "first", &since);
	check_store_put(c->store, "first", c->now, since);
	check_value_say(out, false, "Never synchronized, watched for",
	    c->now - since, &c->params[P_NEVER].levels, NULL, render_timespan);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_timesyncd *s = c->sections[0];
	const struct section_timesyncd_message *message = c->sections[1];
	const struct check_value *stratum = &c->params[P_STRATUM];
	struct check_levels l = {
	    CHECK_LEVELS_ABSOLUTE, stratum->number, stratum->number};

	if (s->has_offset) {
		check_value_say(out, false, "Offset", fabs(s->offset),
		    &c->params[P_OFFSET].levels, NULL, render_seconds);
		check_metric(out, "time_offset", fabs(s->offset),
		    &c->params[P_OFFSET].levels, NAN, NAN);
	}
	say_sync(c, s, out);
	if (message != NULL && message->received_at > 0)
		say_age(c, out, "Time since last NTP message",
		    "last_sync_receive_time", message->received_at, P_MESSAGE);
	if (s->server.len == 0) {
		check_say(out, CHECK_CRIT, "Found no time server");
		return;
	}
	if (s->has_stratum)
		check_value_say(out, false, "Stratum", s->stratum,
		    stratum->set ? &l : NULL, NULL, render_count);
	if (s->has_jitter) {
		check_value_say(out, false, "Jitter", s->jitter,
		    &c->params[P_JITTER].levels, NULL, render_seconds);
		check_metric(out, "jitter", s->jitter,
		    &c->params[P_JITTER].levels, NAN, NAN);
	}
	check_say(out, CHECK_OK, "Synchronized on %.*s",
	    (int)(s->server.len < 200 ? s->server.len : 200), s->server.s);
}

const struct check check_timesyncd = {
    .name = "timesyncd",
    .title = "Time: systemd-timesyncd",
    .manual =
	"Offset, jitter, stratum and the times of the last synchronisation "
	"and the last answer. CRIT without a server.",
    .ruleset = "timesyncd_time",
    .description = "Systemd Timesyncd Time",
    .sections = (const struct section_type *const[]){&section_timesyncd,
	&section_timesyncd_message, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
