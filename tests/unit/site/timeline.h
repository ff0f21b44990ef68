/* SPDX-License-Identifier: Apache-2.0
 *
 * Random scenarios for `vedette simulate`, one for each seed: a small
 * configuration and a timeline of results, commands, reloads, restarts,
 * crashes and jumps of the clock. A scenario is a list of lines, so that
 * lines may be left out while it is made smaller.
 */
#ifndef TESTS_UNIT_SITE_TIMELINE_H
#define TESTS_UNIT_SITE_TIMELINE_H

#include "common/mem.h"
#include "common/str.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

enum part { /* of the file, in this order */
	PART_HEAD,
	PART_HOST,
	PART_SERVICE,
	PART_ITEM,
	PARTS
};

#define MAX_HOSTS    5u
#define MAX_SERVICES 3u /* of one host */

struct piece {
	enum part part;
	char *text; /* without LF */
	int64_t at; /* of an item */
	int group;  /* of a result: who is related has the same; else -1 */
	bool gone;  /* left out */
};
struct timeline {
	uint64_t seed, state; /* of the numbers */
	struct piece *pieces;
	uint32_t n, cap;
	int64_t base, at, jump; /* wall seconds at the start, item's offset */
	unsigned n_hosts, n_services[MAX_HOSTS];
	int group[MAX_HOSTS];
	unsigned ids;        /* of downtimes, about */
	bool jumps, crashes; /* there are such items */
};

static inline uint64_t
rnd(struct timeline *t)
{
	uint64_t z = t->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}
static inline unsigned
below(struct timeline *t, unsigned n)
{
	return (unsigned)(rnd(t) % n);
}
/* True n times in a hundred. */
static inline bool
chance(struct timeline *t, unsigned n)
{
	return below(t, 100) < n;
}
#define PICK(t, list) ((list)[below(t, ARRAY_LEN(list))])

static inline struct piece *
put(struct timeline *t, enum part part, struct str *text)
{
	struct piece *p;

	ARRAY_GROW(t->pieces, t->n, t->cap);
	p = &t->pieces[t->n++];
	*p = (struct piece){.part = part,
	    .text = xstrdup(str_get(text)),
	    .at = t->at,
	    .group = -1};
	str_clear(text);
	return p;
}

/* --- the configuration -----------------------------------------------------
 */

static inline void
put_head(struct timeline *t)
{
	static const struct {
		const char *local;
		int64_t wall;
	} starts[] = {{"2026-03-02T08:00:00", 1772434800},
	    {"2026-03-02T07:55:00", 1772434500},
	    {"2026-03-29T00:30:00", 1774740600},
	    {"2026-10-25T00:30:00", 1792881000}};
	unsigned which = below(t, ARRAY_LEN(starts));
	struct str text = {0};

	t->base = starts[which].wall;
	str_addf(&text,
	    "start: %s\ntimezone: Europe/Berlin\nchecks: %s\nconfig:\n"
	    "  contacts: {ann: {email: ann@example.com}}\n"
	    "  timeperiods:\n"
	    "    never: {}\n"
	    "    work: {monday: [\"08:00-17:00\"], sunday: [\"01:30-02:30\", "
	    "\"08:10-08:20\"]}\n"
	    "    inner: {monday: [\"08:05-08:30\", \"09:00-24:00\"], sunday: "
	    "[\"00:00-24:00\"], exclude: [short]}\n"
	    "    short: {monday: [\"10:00-10:01\"], sunday: "
	    "[\"02:00-02:01\"]}",
	    starts[which].local, chance(t, 40) ? "repeat" : "timeline");
	put(t, PART_HEAD, &text);
	str_free(&text);
}

static inline void
add_options(struct timeline *t, struct str *to, bool service)
{
	static const char *const intervals[] = {"6s", "1m", "5m", "1h", "24h"};
	static const char *const periods[] = {
	    "24X7", "work", "inner", "short", "never"};
	static const char *const host_events[] = {
	    "[d, r]", "[d, u, r, f, s]", "[r]", "[d]", "[f, s]"};
	static const char *const service_events[] = {
	    "[c, r]", "[w, u, c, r, f, s]", "[r]", "[c, w]", "[f, s]"};

	if (chance(t, 60))
		str_addf(to, ", max_check_attempts: %u", 1 + below(t, 4));
	if (chance(t, 50))
		str_addf(to, ", check_interval: %s", PICK(t, intervals));
	if (chance(t, 30))
		str_addf(to, ", retry_interval: %s", intervals[below(t, 3)]);
	if (chance(t, 40))
		str_addf(
		    to, ", notification_interval: %um", 5 + 10 * below(t, 3));
	if (chance(t, 30))
		str_addf(
		    to, ", first_notification_delay: %um", 1 + below(t, 5));
	if (chance(t, 30))
		str_addf(to, ", notification_period: %s", PICK(t, periods));
	if (chance(t, 20))
		str_addf(to, ", check_period: %s", PICK(t, periods));
	if (chance(t, 30))
		str_addf(to, ", notification_events: %s",
		    service ? PICK(t, service_events) : PICK(t, host_events));
	if (chance(t, 30))
		str_add(to, ", flap_low: 1, flap_high: 3");
	if (chance(t, 10))
		str_add(to, ", flap_detection: false");
	if (service && chance(t, 15))
		str_add(to, ", volatile: true");
}

static inline void
put_host(struct timeline *t, unsigned h)
{
	static const char *const checks[] = {"ping", "ping", "passive",
	    "always_up", "{tcp: 22}", "{command: x}", "{service: s0}"};
	unsigned n = t->n_services[h] > 0 ? 7 : 6, parents = 0;
	struct str text = {0}, list = {0};

	t->group[h] = (int)h;
	for (unsigned p = 0; p < h && parents < 2; p++) {
		if (!chance(t, 35))
			continue;
		str_addf(&list, "%sh%u", parents++ > 0 ? ", " : "", p);
		for (unsigned i = 0; i < h; i++) /* they are related now */
			if (t->group[i] == t->group[p] && i != p)
				t->group[i] = (int)h;
		t->group[p] = (int)h;
	}
	str_addf(&text, "    h%u: {check: %s", h, checks[below(t, n)]);
	if (parents > 0)
		str_addf(&text, ", parents: [%s]", str_get(&list));
	add_options(t, &text, false);
	str_addc(&text, '}');
	put(t, PART_HOST, &text);
	str_free(&text);
	str_free(&list);
}

static inline void
put_services(struct timeline *t, unsigned h)
{
	static const char *const checks[] = {
	    "passive", "passive", "{command: x}", "{collector: s0}"};
	struct str text = {0};

	for (unsigned i = 0; i < t->n_services[h]; i++) {
		str_addf(&text,
		    "  - {hosts: [h%u], description: s%u, check: %s", h, i,
		    i == 0 ? checks[below(t, 3)] : PICK(t, checks));
		add_options(t, &text, true);
		str_addc(&text, '}');
		put(t, PART_SERVICE, &text);
	}
	str_free(&text);
}

/* --- items -----------------------------------------------------------------
 */

/* An object: `,service` is left out for hosts. */
struct target {
	unsigned host;
	int service; /* -1: the host */
};

static inline struct target
any_object(struct timeline *t)
{
	struct target o = {below(t, t->n_hosts), -1};

	if (t->n_services[o.host] > 0 && chance(t, 65))
		o.service = (int)below(t, t->n_services[o.host]);
	return o;
}

static inline int64_t
wall(const struct timeline *t)
{
	return t->base + t->at + t->jump;
}

static inline void
put_result(struct timeline *t)
{
	static const char *const host[] = {
	    "UP", "UP", "DOWN", "DOWN", "UNREACH"};
	static const char *const service[] = {
	    "OK", "OK", "WARN", "CRIT", "CRIT", "UNKNOWN"};
	struct target o = any_object(t);
	struct str text = {0};
	struct piece *p;

	str_addf(
	    &text, "- {at: %" PRId64 "s, result: {host: h%u", t->at, o.host);
	if (o.service >= 0)
		str_addf(&text, ", service: s%d", o.service);
	str_addf(&text, ", state: %s",
	    o.service >= 0 ? PICK(t, service) : PICK(t, host));
	if (chance(t, 30))
		str_addf(&text, ", output: \"o%u;x | a=%u\\nlong\"",
		    below(t, 4), below(t, 9));
	if (chance(t, 5))
		str_addf(&text, ", time: -%us", below(t, 200));
	str_add(&text, "}}");
	p = put(t, PART_ITEM, &text);
	p->group = t->group[o.host];
	str_free(&text);
}

static inline void
add_key(struct str *to, struct target o)
{
	str_addf(to, ";h%u", o.host);
	if (o.service >= 0)
		str_addf(to, ";s%d", o.service);
}

static inline void
add_downtime(struct timeline *t, struct str *to, struct target o)
{
	int64_t start = wall(t) + (int64_t)below(t, 4) * 60 - 60;
	unsigned trigger = chance(t, 25) ? 1 + below(t, t->ids + 1) : 0;

	str_addf(to, "SCHEDULE_%s_DOWNTIME", o.service < 0 ? "HOST" : "SVC");
	add_key(to, o);
	str_addf(to, ";%" PRId64 ";%" PRId64 ";%u;%u;%u;ann;works", start,
	    start + 30 + (int64_t)below(t, 1000),
	    chance(t, 80) ? below(t, 2) : below(t, 20), trigger,
	    chance(t, 90) ? 10 + below(t, 600) : 0);
	t->ids++;
}

static inline void
add_switch(struct timeline *t, struct str *to, struct target o)
{
	static const char *const global[] = {"NOTIFICATIONS", "FLAP_DETECTION"};
	static const char *const host[] = {"HOST_NOTIFICATIONS", "HOST_CHECK",
	    "PASSIVE_HOST_CHECKS", "HOST_FLAP_DETECTION",
	    "HOST_SVC_NOTIFICATIONS"};
	static const char *const service[] = {"SVC_NOTIFICATIONS", "SVC_CHECK",
	    "PASSIVE_SVC_CHECKS", "SVC_FLAP_DETECTION"};

	str_add(to, chance(t, 50) ? "ENABLE_" : "DISABLE_");
	if (chance(t, 20)) {
		str_add(to, PICK(t, global));
		return;
	}
	str_add(to, o.service < 0 ? PICK(t, host) : PICK(t, service));
	add_key(to, o);
}

static inline void
add_change(struct timeline *t, struct str *to, struct target o)
{
	static const char *const periods[] = {"24X7", "work", "never", "nix"};
	const char *kind = o.service < 0 ? "HOST" : "SVC";

	switch (below(t, 6)) {
	case 0:
		str_addf(to, "CHANGE_NORMAL_%s_CHECK_INTERVAL", kind);
		add_key(to, o);
		str_addf(to, ";%u", below(t, 4));
		break;
	case 1:
		str_addf(to, "CHANGE_RETRY_%s_CHECK_INTERVAL", kind);
		add_key(to, o);
		str_addf(to, ";%u", below(t, 4));
		break;
	case 2:
		str_addf(to, "CHANGE_MAX_%s_CHECK_ATTEMPTS", kind);
		add_key(to, o);
		str_addf(to, ";%u", below(t, 5));
		break;
	case 3:
		str_addf(to, "CHANGE_%s_%s_TIMEPERIOD", kind,
		    chance(t, 50) ? "CHECK" : "NOTIFICATION");
		add_key(to, o);
		str_addf(to, ";%s", PICK(t, periods));
		break;
	case 4:
		str_addf(to, "CHANGE_%s_MODATTR", kind);
		add_key(to, o);
		str_add(to, ";0");
		break;
	default:
		str_addf(to, "DELAY_%s_NOTIFICATION", kind);
		add_key(to, o);
		str_addf(to, ";%" PRId64, wall(t) + (int64_t)below(t, 600));
		break;
	}
}

static inline void
add_problem(struct timeline *t, struct str *to, struct target o)
{
	const char *kind = o.service < 0 ? "HOST" : "SVC";

	switch (below(t, 6)) {
	case 0:
	case 1:
		str_addf(to, "ACKNOWLEDGE_%s_PROBLEM", kind);
		add_key(to, o);
		str_addf(to, ";%u;%u;%u;ann;seen", below(t, 3), below(t, 2),
		    below(t, 2));
		if (chance(t, 30))
			str_addf(to, ";%" PRId64,
			    wall(t) + (int64_t)below(t, 300) - 5);
		break;
	case 2:
		str_addf(to, "REMOVE_%s_ACKNOWLEDGEMENT", kind);
		add_key(to, o);
		break;
	case 3:
		str_addf(to, "SEND_CUSTOM_%s_NOTIFICATION", kind);
		add_key(to, o);
		str_addf(to, ";%u;ann;look", below(t, 4));
		break;
	case 4:
		str_addf(to, "ADD_%s_COMMENT", kind);
		add_key(to, o);
		str_addf(to, ";%u;ann;a;b", below(t, 2));
		break;
	default:
		str_addf(
		    to, "DEL_%s_COMMENT;%u", kind, 1 + below(t, t->ids + 3));
		break;
	}
}

static inline void
add_command(struct timeline *t, struct str *to)
{
	static const char *const broken[] = {"", ";", "NO_SUCH_COMMAND;x",
	    "[abc] ENABLE_NOTIFICATIONS", "SCHEDULE_SVC_DOWNTIME;h0;s0;1;2",
	    "PROCESS_SERVICE_CHECK_RESULT;h0;s0;9;x",
	    "ACKNOWLEDGE_HOST_PROBLEM;h0;x;0;0;ann;y", "DEL_HOST_DOWNTIME;-1",
	    "CHANGE_MAX_HOST_CHECK_ATTEMPTS;h0;99999999999"};
	struct target o = any_object(t);
	const char *kind = o.service < 0 ? "HOST" : "SVC";
	unsigned what = below(t, 100);

	if (what < 25) {
		add_downtime(t, to, o);
	} else if (what < 33) {
		str_addf(
		    to, "DEL_%s_DOWNTIME;%u", kind, 1 + below(t, t->ids + 1));
	} else if (what < 38) {
		str_addf(to,
		    "MODIFY_%s_DOWNTIME;%u;%" PRId64 ";%" PRId64 ";;;;;moved",
		    kind, 1 + below(t, t->ids + 1),
		    wall(t) + (int64_t)below(t, 400) - 200,
		    wall(t) + (int64_t)below(t, 900) - 100);
	} else if (what < 65) {
		add_problem(t, to, o);
	} else if (what < 77) {
		add_switch(t, to, o);
	} else if (what < 87) {
		add_change(t, to, o);
	} else if (what < 95) {
		str_addf(to, "SCHEDULE_%s%s_CHECK",
		    chance(t, 50) ? "FORCED_" : "", kind);
		add_key(to, o);
		str_addf(
		    to, ";%" PRId64, wall(t) + (int64_t)below(t, 500) - 100);
	} else {
		str_add(to, PICK(t, broken));
	}
}

static inline void
put_reload(struct timeline *t, struct str *text)
{
	unsigned h = below(t, t->n_hosts);

	str_addf(text, "- {at: %" PRId64 "s, reload: ", t->at);
	if (chance(t, 40)) /* changes nothing */
		str_add(text, "{add: {}}}");
	else if (chance(t, 40))
		str_addf(text,
		    "{add: {hosts: {n%u: {check: ping, parents: [h%u]}}}}}",
		    below(t, 3), h);
	else if (chance(t, 50))
		str_addf(text,
		    "{remove: {services: [{host: h%u, description: s0}]}}}", h);
	else
		str_addf(text,
		    "{add: {services: [{hosts: [h%u], description: s%u, "
		    "check: passive}]}}}",
		    h, below(t, 5));
	put(t, PART_ITEM, text);
}

static inline void
put_item(struct timeline *t)
{
	static const char *const jumps[] = {"+1h", "-1h", "+3s", "-10m"};
	static const int64_t by[] = {3600, -3600, 3, -600};
	unsigned what = below(t, 100), which;
	struct str text = {0};

	if (what < 65) {
		put_result(t);
	} else if (what < 91) {
		str_addf(&text, "- {at: %" PRId64 "s, command: \"", t->at);
		add_command(t, &text);
		str_add(&text, "\"}");
		put(t, PART_ITEM, &text);
	} else if (what < 94) {
		put_reload(t, &text);
	} else if (what < 96) {
		which = below(t, ARRAY_LEN(jumps));
		str_addf(&text, "- {at: %" PRId64 "s, clock: \"%s\"}", t->at,
		    jumps[which]);
		put(t, PART_ITEM, &text);
		t->jump += by[which];
		t->jumps = true;
	} else {
		bool crash = chance(t, 50);
		int64_t down = chance(t, 50) ? 0 : (int64_t)below(t, 400);

		str_addf(&text,
		    "- {at: %" PRId64 "s, restart: {how: %s, down: %" PRId64
		    "s}}",
		    t->at, crash ? "crash" : "clean", down);
		put(t, PART_ITEM, &text);
		t->at += down; /* nothing is done to a site that is off */
		t->crashes = t->crashes || crash;
	}
	str_free(&text);
}

/* --- the whole -------------------------------------------------------------
 */

static inline void
timeline_make(struct timeline *t, uint64_t seed)
{
	static const int64_t steps[] = {
	    0, 0, 0, 1, 2, 5, 20, 60, 60, 60, 61, 120, 300, 300, 900, 4000};
	unsigned n;

	*t = (struct timeline){.seed = seed, .state = seed};
	put_head(t);
	t->n_hosts = 1 + below(t, MAX_HOSTS);
	for (unsigned h = 0; h < t->n_hosts; h++)
		t->n_services[h] = below(t, MAX_SERVICES + 1);
	for (unsigned h = 0; h < t->n_hosts; h++) {
		put_host(t, h);
		put_services(t, h);
	}
	n = 5 + below(t, 50);
	for (unsigned i = 0; i < n; i++) {
		put_item(t);
		t->at += PICK(t, steps);
	}
	t->at += 600;
}

static inline void
timeline_free(struct timeline *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->pieces[i].text);
	free(t->pieces);
	*t = (struct timeline){0};
}

static inline bool
timeline_part(const struct timeline *t, enum part part, struct str *to)
{
	bool any = false;

	for (uint32_t i = 0; i < t->n; i++) {
		if (t->pieces[i].part != part || t->pieces[i].gone)
			continue;
		str_addf(to, "%s\n", t->pieces[i].text);
		any = true;
	}
	return any;
}

/* The file up to its timeline, without the items. */
static inline void
timeline_head(const struct timeline *t, struct str *to)
{
	struct str part = {0};

	timeline_part(t, PART_HEAD, to);
	str_add(to, "  hosts:\n");
	timeline_part(t, PART_HOST, to);
	if (timeline_part(t, PART_SERVICE, &part))
		str_addf(to, "  services:\n%s", str_get(&part));
	str_free(&part);
}

/* The whole file, with more items at its end. */
static inline void
timeline_text(const struct timeline *t, const char *more, struct str *to)
{
	timeline_head(t, to);
	str_add(to, "timeline:\n");
	timeline_part(t, PART_ITEM, to);
	str_addf(to, "%suntil: %" PRId64 "s\n", more, t->at);
}

#endif
