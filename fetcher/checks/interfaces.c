/* SPDX-License-Identifier: Apache-2.0
 *
 * Network interfaces: state, speed, traffic, errors.
 */
#include "fetcher/checks/if_names.h"
#include "fetcher/checks/if_rates.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lnx_if.h"
#include "fetcher/sections/uptime.h"

#include <ctype.h>
#include <stdio.h>

enum {
	P_FOUND_STATE,
	P_FOUND_SPEED,
	P_STATE,
	P_SPEED,
	P_ERRORS_IN,
	P_ERRORS_OUT,
	P_DISCARDS_IN,
	P_DISCARDS_OUT,
	P_TRAFFIC_IN,
	P_TRAFFIC_OUT,
	P_AVERAGE,
	P_ITEM,
	P_DISCOVER_STATES,
	P_GROUPS,
	P_UNICAST,
	P_MULTICAST,
	P_BROADCAST,
	P_TOTAL,
	P_STATES
};

static const struct check_param params[] = {
    {"discovered_oper_status", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"states seen at discovery, by number; others are CRIT"},
    {"discovered_speed", CHECK_PARAM_NUMBER, "bit/s", CHECK_DEF_NONE,
	"speed seen at discovery; another one is WARN"},
    {"state", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"states that are fine (1 up, 2 down, 4 unknown), instead of those "
	"seen at discovery; an empty list allows all"},
    {"speed", CHECK_PARAM_NUMBER, "bit/s", CHECK_DEF_NONE,
	"speed that is expected, instead of the one seen at discovery"},
    {"errors_in", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_PERCENT(0.01, 0.1),
	"on received packets with errors; percentages are of all packets"},
    {"errors_out", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_PERCENT(0.01, 0.1),
	"on packets that could not be sent"},
    {"discards_in", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on received packets that were dropped"},
    {"discards_out", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on dropped packets that were to be sent"},
    {"traffic_in", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on the incoming traffic; percentages are of the speed"},
    {"traffic_out", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on the outgoing traffic"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"levels on traffic hold for the average of so many minutes"},
    {"item", CHECK_PARAM_STRING, "", CHECK_DEF_TEXT("index"),
	"what services are named by: index, alias or description; on Linux "
	"the latter two are the interface's name"},
    {"discover_states", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"states, by number, of the ports to discover; by default 1 (up)"},
    {"groups", CHECK_PARAM_GROUPS, "", CHECK_DEF_NONE,
	"name: names or aliases of ports, with * for any text; these are one "
	"service, with the speed and traffic of those that are up"},
    {"unicast", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on unicast packets, in each direction; percentages are of all "
	"packets"},
    {"multicast", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on multicast packets, in each direction"},
    {"broadcast", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on broadcast packets, in each direction"},
    {"total", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on both directions together, which gives the metric total; "
	"percentages are of twice the speed"},
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"states of the service by number of the port's state (2 is down), "
	"instead of CRIT for all that are not expected"},
    {0}};

static const struct check_metric metrics[] = {
    {"in", "B/s", "incoming traffic; maximum: the speed"},
    {"inucast", "1/s", "received unicast packets"},
    {"inmcast", "1/s", "received multicast packets"},
    {"inbcast", "1/s", "received broadcast packets"},
    {"innucast", "1/s", "received packets that were not unicast"},
    {"indisc", "1/s", "received packets that were dropped"},
    {"inerr", "1/s", "received packets with errors"},
    {"out", "B/s", "outgoing traffic; and out... as above"},
    {"total", "B/s", "both together (total)"},
    {"outqlen", "", "length of the output queue"}, {0}};

static bool
is_listed(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), text) ==
		    0)
			return true;
	return false;
}

static bool
is_port(const struct check_context *c, const struct lnx_if_entry *e)
{
	static const unsigned types[] = {
	    6, 32, 62, 117, 127, 128, 129, 180, 181, 182, 205, 229};
	const json_t *states = c->params[P_DISCOVER_STATES].json;
	char state[16];
	bool wanted = false;

	for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++)
		wanted = wanted || e->type == types[k];
	snprintf(state, sizeof(state), "%d", (int)e->status);
	return wanted && e->index > 0 && !slice_starts(e->name, "veth") &&
	    (states == NULL ? e->status == LNX_IF_UP
			    : is_listed(states, state));
}

static void
discover_groups(const struct check_context *c, struct check_found *found)
{
	const struct section_lnx_if *s = c->sections[0];
	json_t *groups = (json_t *)c->params[P_GROUPS].json;
	void *at = json_object_iter(groups);

	for (; at != NULL; at = json_object_iter_next(groups, at)) {
		json_t *patterns = json_object_iter_value(at);
		const char *name = json_object_iter_key(at);
		bool any = false;
		for (size_t i = 0; i < s->n && !any; i++)
			any = s->entries[i].index > 0 &&
			    if_in_group(patterns, &s->entries[i]);
		if (any)
			check_found_add(found, slice_of(name),
			    json_pack("{s:{s:O}}", "groups", name, patterns));
	}
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lnx_if *s = c->sections[0];

	discover_groups(c, found);
	for (size_t i = 0; i < s->n; i++) {
		const struct lnx_if_entry *e = &s->entries[i];
		char state[16];
		if (!is_port(c, e))
			continue;
		snprintf(state, sizeof(state), "%d", (int)e->status);
		json_t *seen =
		    json_pack("{s:[s]}", "discovered_oper_status", state);
		if (e->speed > 0)
			json_object_set_new(seen, "discovered_speed",
			    json_integer((json_int_t)e->speed));
		struct str name = {0};
		if_item(s, e, c->params[P_ITEM].text, &name);
		check_found_add(found, str_slice(&name), seen);
		str_free(&name);
	}
}

/* The patterns of the group that the item is; NULL: it is none. */
static const json_t *
members_of(const struct check_context *c)
{
	char name[256];
	if (c->item.len >= sizeof(name) || c->params[P_GROUPS].json == NULL)
		return NULL;
	memcpy(name, c->item.s, c->item.len);
	name[c->item.len] = '\0';
	return json_object_get(c->params[P_GROUPS].json, name);
}

/*
 * A group: the speed of its members that are up, degraded if some are down.
 * False if the item is no group or the group has no member.
 */
static bool
sum_group(const struct check_context *c, struct lnx_if_entry *sum)
{
	const struct section_lnx_if *s = c->sections[0];
	const json_t *patterns = members_of(c);
	size_t n = 0, up = 0;

	*sum = (struct lnx_if_entry){
	    .name = c->item, .status = LNX_IF_DOWN, .has_counters = true};
	for (size_t i = 0; i < s->n; i++) {
		const struct lnx_if_entry *e = &s->entries[i];
		if (e->index == 0 || !if_in_group(patterns, e))
			continue;
		n++;
		if (e->status != LNX_IF_UP)
			continue;
		up++;
		sum->speed += e->speed;
		sum->counters[LNX_IF_OUT_FIFO] += e->counters[LNX_IF_OUT_FIFO];
	}
	if (up > 0)
		sum->status = up == n ? LNX_IF_UP : LNX_IF_DEGRADED;
	return n > 0;
}

static void
say_state(const struct check_context *c, const struct lnx_if_entry *e,
    struct check_out *out)
{
	const json_t *fine = c->params[P_STATE].json;
	uint32_t state = CHECK_OK;
	char number[16];

	if (fine == NULL)
		fine = c->params[P_FOUND_STATE].json;
	snprintf(number, sizeof(number), "%d", (int)e->status);
	if (json_array_size(fine) > 0) {
		state = is_listed(fine, number) ? CHECK_OK : CHECK_CRIT;
	} else if (e->index == 0 && fine == NULL) { /* a group */
		state = e->status == LNX_IF_UP     ? CHECK_OK
		    : e->status == LNX_IF_DEGRADED ? CHECK_WARN
						   : CHECK_CRIT;
	}
	check_params_state(&c->params[P_STATES], number, &state);
	check_say(out, state, "(%s)",
	    e->status == LNX_IF_UP                ? "up"
		: e->status == LNX_IF_DOWN        ? "down"
		: e->status == LNX_IF_DEGRADED    ? "degraded"
		: e->status == LNX_IF_TESTING     ? "testing"
		: e->status == LNX_IF_DORMANT     ? "dormant"
		: e->status == LNX_IF_NOT_PRESENT ? "not present"
		: e->status == LNX_IF_LOWER_DOWN  ? "lower layer down"
						  : "unknown");
}

static void
say_mac(const struct lnx_if_entry *e, struct check_out *out)
{
	char mac[64];
	size_t n = 0;
	for (; n < e->mac.len && n + 1 < sizeof(mac); n++)
		mac[n] = (char)toupper((unsigned char)e->mac.s[n]);
	mac[n] = '\0';
	if (n > 0)
		check_say(out, CHECK_OK, "MAC: %s", mac);
}

/* Returns what percentages are taken of, bit/s; 0 if nobody knows. */
static double
say_speed(const struct check_context *c, const struct lnx_if_entry *e,
    struct check_out *out)
{
	const struct check_value *wanted = &c->params[P_SPEED];
	struct str text = {0};
	uint32_t state = CHECK_OK;
	double speed = e->speed;

	if (!wanted->set)
		wanted = &c->params[P_FOUND_SPEED];
	if (speed > 0) {
		str_add(&text, "Speed: ");
		render_bit_rate(&text, speed);
		if (wanted->set && fabs(wanted->number - speed) > 1) {
			state = CHECK_WARN;
			str_add(&text, " (expected: ");
			render_bit_rate(&text, wanted->number);
			str_addc(&text, ')');
		}
	} else if (wanted->set && wanted->number > 0) {
		speed = wanted->number;
		str_add(&text, "Speed: ");
		render_bit_rate(&text, speed);
		str_add(&text, " (assumed)");
	} else {
		str_add(&text, "Speed: unknown");
	}
	check_say_str(out, state, &text);
	str_free(&text);
	return speed;
}

/* What one direction counts; the names of metrics are also kept keys. */
struct direction {
	const char *label;
	const char *traffic, *ucast, *mcast, *bcast, *nucast, *disc, *err;
	double octets, packets, multicast, broadcast, discards, errors;
	size_t p_errors, p_discards, p_traffic;
};

static void
say_traffic(const struct check_context *c, const struct direction *d,
    double rate, double speed, struct check_out *out)
{
	const struct check_value *p = &c->params[d->p_traffic];
	struct check_levels l = check_levels_of(&p->levels, speed / 8);
	double judged = rate, minutes = c->params[P_AVERAGE].number;
	struct str text = {0};

	if (!p->set || (p->levels.kind == CHECK_LEVELS_PERCENT && speed <= 0))
		l.kind = CHECK_LEVELS_NONE;
	str_add(&text, d->label);
	if (c->params[P_AVERAGE].set && minutes > 0) {
		char key[STORE_MAX_KEY];
		snprintf(key, sizeof(key), "%s.average", d->traffic);
		judged =
		    check_store_average(c->store, key, c->now, rate, minutes);
		str_addf(&text, " average %g min", minutes);
	}
	str_add(&text, ": ");
	render_byte_rate(&text, judged);
	if (speed > 0) {
		str_add(&text, " (");
		render_percent(&text, 100 * judged * 8 / speed);
		str_addc(&text, ')');
	}
	check_levels_text(&text, judged, &l, NULL, render_byte_rate);
	check_say_str(out, check_judge(judged, &l, NULL), &text);
	str_free(&text);
	check_metric(out, d->traffic, rate, &l, 0, speed > 0 ? speed / 8 : NAN);
}

/* Rates of packets that should be few, in shares of all or by themselves. */
static void
say_bad(const struct check_context *c, const char *label, const char *what,
    double rate, double all, size_t param, struct check_out *out)
{
	const struct check_value *p = &c->params[param];
	struct check_levels l = p->set ? p->levels : (struct check_levels){0};
	char text[64];

	snprintf(text, sizeof(text), "%s %s", label, what);
	if (l.kind == CHECK_LEVELS_PERCENT) {
		l.kind = CHECK_LEVELS_ABSOLUTE;
		check_value_say(out, true, text, all > 0 ? 100 * rate / all : 0,
		    &l, NULL, render_percent);
	} else {
		check_value_say(
		    out, true, text, rate, &l, NULL, if_render_packets);
	}
}

static struct direction
direction_of(const struct lnx_if_entry *e, bool in)
{
	const double *n = e->counters;
	return in
	    ? (struct direction){"In", "in", "inucast", "inmcast", "inbcast",
		  "innucast", "indisc", "inerr", n[LNX_IF_IN_OCTETS],
		  /* by SNMP unicast ones are counted by themselves */
		  n[LNX_IF_IN_PACKETS] +
		      (e->by_snmp ? 0 : n[LNX_IF_IN_MULTICAST]),
		  n[LNX_IF_IN_MULTICAST], n[LNX_IF_IN_BROADCAST],
		  n[LNX_IF_IN_DISCARDS], n[LNX_IF_IN_ERRORS], P_ERRORS_IN,
		  P_DISCARDS_IN, P_TRAFFIC_IN}
	    : (struct direction){"Out", "out", "outucast", "outmcast",
		  "outbcast", "outnucast", "outdisc", "outerr",
		  n[LNX_IF_OUT_OCTETS], n[LNX_IF_OUT_PACKETS],
		  n[LNX_IF_OUT_MULTICAST], n[LNX_IF_OUT_BROADCAST],
		  n[LNX_IF_OUT_DISCARDS], n[LNX_IF_OUT_ERRORS], P_ERRORS_OUT,
		  P_DISCARDS_OUT, P_TRAFFIC_OUT};
}

/* A device counts by its own clock: the uptime, where that was read too. */
static bool
is_by_uptime(const struct check_context *c)
{
	const struct section_lnx_if *s = c->sections[0];

	return c->sections[1] != NULL && s->n > 0 && s->entries[0].by_snmp;
}

static double
time_of(const struct check_context *c)
{
	const struct section_uptime *uptime = c->sections[1];

	return is_by_uptime(c) ? uptime->seconds : c->now;
}

/* Adds the port's rates. */
static void
add_rates(const struct check_context *c, const struct direction *d,
    unsigned member, struct if_rates *r)
{
	const struct if_counter_value values[IF_COUNTERS] = {
	    [IF_OCTETS] = {d->traffic, d->octets},
	    [IF_UCAST] = {d->ucast, d->packets},
	    [IF_MCAST] = {d->mcast, d->multicast},
	    [IF_BCAST] = {d->bcast, d->broadcast},
	    [IF_DISCARDS] = {d->disc, d->discards},
	    [IF_ERRORS] = {d->err, d->errors}};

	if_rates_add(r, c->store, time_of(c), values, member);
}

/* Of one port, or of a group the sum of those that are up. */
static void
rates_of(const struct check_context *c, const struct lnx_if_entry *e, bool in,
    struct if_rates *r)
{
	const struct section_lnx_if *s = c->sections[0];
	const json_t *patterns;

	if (e->index > 0 || (patterns = members_of(c)) == NULL) {
		struct direction d = direction_of(e, in);
		add_rates(c, &d, 0, r);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct lnx_if_entry *m = &s->entries[i];
		struct direction d = direction_of(m, in);
		if (m->index > 0 && m->status == LNX_IF_UP &&
		    if_in_group(patterns, m))
			add_rates(c, &d, m->index, r);
	}
}

static void
say_packets(const struct check_context *c, const struct direction *d,
    const struct if_rates *r, struct check_out *out)
{
	double ucast = r->rate[IF_UCAST], mcast = r->rate[IF_MCAST];
	double bcast = r->rate[IF_BCAST], all = ucast + mcast + bcast;
	bool whole = !r->missing[IF_UCAST] && !r->missing[IF_MCAST] &&
	    !r->missing[IF_BCAST];

	if (!r->missing[IF_UCAST])
		check_metric(out, d->ucast, ucast, NULL, 0, NAN);
	if (!r->missing[IF_MCAST] && !r->missing[IF_BCAST]) {
		check_metric(out, d->mcast, mcast, NULL, 0, NAN);
		check_metric(out, d->bcast, bcast, NULL, 0, NAN);
		check_metric(out, d->nucast, mcast + bcast, NULL, 0, NAN);
	}
	if (!r->missing[IF_DISCARDS])
		check_metric(out, d->disc, r->rate[IF_DISCARDS], NULL, 0, NAN);
	if (!r->missing[IF_ERRORS])
		check_metric(out, d->err, r->rate[IF_ERRORS], NULL, 0, NAN);
	if (whole && !r->missing[IF_ERRORS])
		say_bad(c, d->label, "errors", r->rate[IF_ERRORS],
		    all + r->rate[IF_ERRORS], d->p_errors, out);
	if (whole && !r->missing[IF_DISCARDS])
		say_bad(c, d->label, "discards", r->rate[IF_DISCARDS],
		    all + r->rate[IF_DISCARDS], d->p_discards, out);
	if (whole && c->params[P_UNICAST].set)
		say_bad(c, d->label, "unicast", ucast, all, P_UNICAST, out);
	if (whole && c->params[P_MULTICAST].set)
		say_bad(c, d->label, "multicast", mcast, all, P_MULTICAST, out);
	if (whole && c->params[P_BROADCAST].set)
		say_bad(c, d->label, "broadcast", bcast, all, P_BROADCAST, out);
}

/* Returns the traffic, B/s; NAN without a rate. */
static double
say_direction(const struct check_context *c, const struct lnx_if_entry *e,
    bool in, double speed, struct check_out *out)
{
	const struct direction direction = direction_of(e, in), *d = &direction;
	struct if_rates r = {.by_uptime = is_by_uptime(c)};

	rates_of(c, e, in, &r);
	if (!if_rates_say_missing(&r, d->label, out))
		return NAN;
	if (!r.missing[IF_OCTETS])
		say_traffic(c, d, r.rate[IF_OCTETS], speed, out);
	say_packets(c, d, &r, out);
	return r.missing[IF_OCTETS] ? NAN : r.rate[IF_OCTETS];
}

static void
say_total(const struct check_context *c, double total, double speed,
    struct check_out *out)
{
	const struct check_value *p = &c->params[P_TOTAL];
	struct check_levels l = check_levels_of(&p->levels, speed / 4);

	if (!p->set || isnan(total))
		return;
	if (p->levels.kind == CHECK_LEVELS_PERCENT && speed <= 0)
		l.kind = CHECK_LEVELS_NONE;
	check_value_say(out, false, "Total", total, &l, NULL, render_byte_rate);
	check_metric(out, "total", total, &l, 0, speed > 0 ? speed / 4 : NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct lnx_if_entry *e = if_find(c->sections[0], c->item);
	struct lnx_if_entry sum;

	if (e == NULL && sum_group(c, &sum))
		e = &sum;
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	if_say_name(e, c->item, out);
	say_state(c, e, out);
	say_mac(e, out);
	double speed = say_speed(c, e, out);
	if (e->status == LNX_IF_DOWN || !e->has_counters)
		return;
	double in = say_direction(c, e, true, speed, out);
	double total = in + say_direction(c, e, false, speed, out);
	say_total(c, total, speed, out);
	check_metric(
	    out, "outqlen", e->counters[LNX_IF_OUT_FIFO], NULL, 0, NAN);
}

const struct check check_interfaces = {
    .name = "interfaces",
    .title = "Network interfaces",
    .manual =
	"State, speed, traffic and errors of a network interface. Ports that "
	"are up are discovered; the item is the interface's number, padded "
	"with zeros, or with `item` its name. Several may be one service: "
	"`groups`; such a service is WARN if some of them are down and CRIT if "
	"all are. The state and the speed seen at discovery are expected "
	"from then on. An interface that is down is not counted.",
    .ruleset = "interfaces",
    .description = "Interface %s",
    .sections = (const struct section_type *const[]){&section_lnx_if,
	&section_uptime, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
