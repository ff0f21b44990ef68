/* SPDX-License-Identifier: Apache-2.0
 *
 * Time kept by ntpd.
 */
#include "fetcher/sections/ntp.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"

enum {
	P_STRATUM,
	P_OFFSET,
	P_JITTER,
	P_SYNC
};

static const struct check_param params[] = {
    {"stratum", CHECK_PARAM_NUMBER, "", CHECK_DEF_NUMBER(10),
	"from this stratum on it is CRIT"},
    {"offset", CHECK_PARAM_UPPER, "ms", CHECK_DEF_LEVELS(200, 500),
	"on the distance from the right time, in either direction"},
    {"jitter", CHECK_PARAM_UPPER, "ms", CHECK_DEF_LEVELS(200, 500),
	"on how much the offset varies"},
    {"no_peer", CHECK_PARAM_UPPER, "s", CHECK_DEF_LEVELS(300, 3600),
	"on the time without a peer that the clock follows"},
    {0}};

static const struct check_metric metrics[] = {
    {"offset", "ms", "distance from the right time"},
    {"jitter", "ms", "variation of the offset"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_ntp *s = c->sections[0];
	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
render_ms(struct str *out, double value)
{
	str_addf(out, "%.4f ms", value);
}

/* Nobody is followed: for how long? Counted from the first check. */
static void
say_lost(const struct check_context *c, const struct section_ntp *s,
    struct check_out *out)
{
	double since = c->now;

	if (s->n > 0)
		check_say(out, CHECK_OK,
		    "Found %zu peers, but none is suitable", s->n);
	else
		check_say(out, CHECK_OK, "No peers");
	check_store_get(c->store, "synced", &since);
	check_store_put(c->store, "synced", c->now, since);
	check_value_say(out, false, "Time since last sync", c->now - since,
	    &c->params[P_SYNC].levels, NULL, render_timespan);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_ntp *s = c->sections[0];
	const struct check_value *stratum = &c->params[P_STRATUM];
	struct check_levels l = {
	    CHECK_LEVELS_ABSOLUTE, stratum->number, stratum->number};
	const struct ntp_peer *peer = NULL;

	for (size_t i = 0; i < s->n && peer == NULL; i++)
		if (s->peers[i].code == '*' || s->peers[i].code == 'o')
			peer = &s->peers[i];
	if (peer == NULL) {
		say_lost(c, s, out);
		return;
	}
	check_store_put(c->store, "synced", c->now, c->now);
	check_value_say(out, false, "Offset", fabs(peer->offset),
	    &c->params[P_OFFSET].levels, NULL, render_ms);
	check_metric(out, "offset", fabs(peer->offset),
	    &c->params[P_OFFSET].levels, NAN, NAN);
	check_value_say(out, true, "Jitter", peer->jitter,
	    &c->params[P_JITTER].levels, NULL, render_ms);
	check_metric(
	    out, "jitter", peer->jitter, &c->params[P_JITTER].levels, NAN, NAN);
	check_value_say(out, false, "Stratum", peer->stratum,
	    stratum->set ? &l : NULL, NULL, render_count);
	if (peer->when >= 0)
		check_value_say(out, true, "Time since last packet", peer->when,
		    NULL, NULL, render_timespan);
	check_tell(out, CHECK_OK, "Synchronized on %.*s",
	    (int)(peer->name.len < 200 ? peer->name.len : 200), peer->name.s);
}

const struct check check_ntp = {
    .name = "ntp",
    .title = "Time: ntpd",
    .manual =
	"The peer that ntpd follows: its offset, jitter and stratum. Without "
	"such a peer the time since the last one counts.",
    .ruleset = "ntpd_time",
    .description = "NTP Time",
    .sections = (const struct section_type *const[]){&section_ntp, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
