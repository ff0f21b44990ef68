/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette availability: how long hosts and services were in which state, from
 * the site's table `statehist`.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/settings.h"
#include "livestatusd/availability/report.h"
#include "site/ask.h"
#include "site/cmd.h"
#include "site/simulate/scenario.h"
#include "site/term.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HEADER_LEN 16 /* of fixed16 */
#define MAX_TIME_S 30

struct report {
	struct avail_options options;
	int64_t from, until, now; /* wall seconds */
	bool timeline;
	json_t *rows; /* of the answer */
};

/* Local time, seconds since 1970, or how long ago: 7d. */
static bool
read_time(const char *text, int64_t now, int64_t *at_r)
{
	int64_t ms;

	if (strcmp(text, "now") == 0) {
		*at_r = now;
		return true;
	}
	if (sim_local_time(text, at_r))
		return true;
	if (num_range(slice_of(text), 86400 * 365, INT64_C(1) << 40, at_r))
		return true;
	if (!num_duration_ms(slice_of(text), &ms) || ms <= 0)
		return false;
	*at_r = now - ms / 1000;
	return true;
}

static int
read_groups(struct avail_options *o, const char *text)
{
	struct slice rest = slice_of(text), word;

	while (text != NULL && slice_next(&rest, ',', &word))
		if (!avail_set_group(o, word))
			return cmd_fail("availability",
			    "--count-as %.*s: write, for instance, warn=ok or "
			    "unreach=down",
			    (int)word.len, word.s);
	return 0;
}

static int
read_options(const struct cmd_call *call, struct report *r)
{
	const char *from = cmd_value(call, "from"), *to = cmd_value(call, "to");
	const char *s = cmd_value(call, "short");
	int64_t ms = 0;

	avail_defaults(&r->options);
	if (!read_time(from == NULL ? "1d" : from, r->now, &r->from))
		return cmd_fail("availability",
		    "--from %s: write a local time (2026-03-02T08:00:00), "
		    "seconds since 1970, or how long ago (7d)",
		    from);
	if (!read_time(to == NULL ? "now" : to, r->now, &r->until))
		return cmd_fail("availability",
		    "--to %s: write a local time (2026-03-02T08:00:00), "
		    "seconds since 1970, how long ago (7d), or now",
		    to);
	if (r->from >= r->until)
		return cmd_fail("availability",
		    "the range is empty (--from must lie before --to)");
	if (!avail_rule_named(
		cmd_value(call, "downtimes"), &r->options.downtimes))
		return cmd_fail("availability",
		    "--downtimes: write honour, exclude or ignore");
	if (!avail_rule_named(
		cmd_value(call, "service-period"), &r->options.service_period))
		return cmd_fail("availability",
		    "--service-period: write honour, exclude or ignore");
	if (s != NULL && (!num_duration_ms(slice_of(s), &ms) || ms < 0))
		return cmd_fail("availability", "--short %s: write 5m", s);
	r->options.short_s = ms / 1000;
	r->options.downtime_ok = cmd_flag(call, "downtime-ok");
	r->options.flapping = !cmd_flag(call, "no-flapping");
	r->options.host_down = !cmd_flag(call, "no-host-down");
	r->options.with_unmonitored = cmd_flag(call, "with-unmonitored");
	r->timeline = cmd_flag(call, "timeline");
	return read_groups(&r->options, cmd_value(call, "count-as"));
}

/* --- asking ----------------------------------------------------------------
 */

static int
ask_site(const struct cmd_call *call, struct report *r)
{
	char *path = site_path(call->site, "tmp/run/live");
	struct str request = {0}, answer = {0};
	struct err err;
	int rc;

	str_addf(&request,
	    "GET statehist\nColumns: " AVAIL_COLUMNS
	    "\nFilter: time >= %" PRId64 "\nFilter: time < %" PRId64 "\n",
	    r->from, r->until);
	if (call->argc > 0)
		str_addf(&request, "Filter: host_name = %s\n", call->argv[0]);
	if (call->argc > 1)
		str_addf(&request, "Filter: service_description = %s\n",
		    call->argv[1]);
	str_addf(&request,
	    "Limit: %d\nTimelimit: %d\nColumnHeaders: off\n"
	    "OutputFormat: json\nResponseHeader: fixed16\n",
	    AVAIL_ROWS_MAX + 1, MAX_TIME_S);
	rc = ask_socket(path, str_get(&request), -1, &answer, &err);
	free(path);
	str_free(&request);
	if (rc == -1) {
		str_free(&answer);
		return cmd_fail("availability", "%s", err.text);
	}
	if (answer.len > HEADER_LEN && answer.s[0] == '2')
		r->rows = json_loadb(
		    answer.s + HEADER_LEN, answer.len - HEADER_LEN, 0, NULL);
	if (!json_is_array(r->rows))
		rc = cmd_fail("availability", "the site answers: %s",
		    answer.len > HEADER_LEN ? answer.s + HEADER_LEN : "");
	str_free(&answer);
	if (rc == 0 && json_array_size(r->rows) > AVAIL_ROWS_MAX)
		rc = cmd_fail("availability",
		    "more than %d phases (ask for a shorter range or fewer "
		    "objects; nothing is better than a wrong number)",
		    AVAIL_ROWS_MAX);
	return rc;
}

/* --- telling ---------------------------------------------------------------
 */

static void
set_percent(json_t *line, const char *key, const struct report *r,
    const struct avail *a, enum avail_bucket b)
{
	char number_text[32] = "-";

	if (avail_in_base(&r->options, b))
		snprintf(number_text, sizeof(number_text), "%.2f%%",
		    avail_percent(a, b));
	json_object_set_new(line, key, json_string(number_text));
}

static json_t *
object_json(const struct report *r, const struct avail_object *o,
    const struct avail *a, bool of_host)
{
	return avail_json(&r->options, o, a, of_host, r->timeline);
}

/* For people: hosts and services under the same heads. */
static json_t *
object_line(const struct report *r, const struct avail_object *o,
    const struct avail *a, bool of_host)
{
	json_t *line = json_pack("{s:s,s:s}", "host", o->host, "service",
	    of_host ? "-" : o->service);

	set_percent(line, "ok/up", r, a, AVAIL_STATE);
	if (of_host) {
		json_object_set_new(line, "warn", json_string("-"));
		set_percent(line, "crit/down", r, a, AVAIL_STATE + 1);
		set_percent(line, "unknown/unreach", r, a, AVAIL_STATE + 2);
		json_object_set_new(line, "host down", json_string("-"));
	} else {
		set_percent(line, "warn", r, a, AVAIL_STATE + 1);
		set_percent(line, "crit/down", r, a, AVAIL_STATE + 2);
		set_percent(line, "unknown/unreach", r, a, AVAIL_STATE + 3);
		set_percent(line, "host down", r, a, AVAIL_HOST_DOWN);
	}
	set_percent(line, "flapping", r, a, AVAIL_FLAPPING);
	set_percent(line, "downtime", r, a, AVAIL_DOWNTIME);
	set_percent(line, "out of service", r, a, AVAIL_OUT_OF_SERVICE);
	set_percent(line, "unmonitored", r, a, AVAIL_UNMONITORED);
	return line;
}

/* Lines for people, or for programs; totals of hosts and of services follow. */
static json_t *
tell(const struct report *r, struct avail_object *objects, size_t n,
    bool as_json)
{
	json_t *list = json_array();
	struct avail sums[2] = {{.window = 0}, {.window = 0}};
	size_t counts[2] = {0};
	json_t *(*make)(const struct report *, const struct avail_object *,
	    const struct avail *, bool) = as_json ? object_json : object_line;

	for (size_t i = 0; i < n; i++) {
		bool of_host = objects[i].service[0] == '\0';
		struct avail a = {0};

		avail_compute(
		    &a, &r->options, of_host, objects[i].spans, objects[i].n);
		json_array_append_new(list, make(r, &objects[i], &a, of_host));
		avail_add(&sums[of_host], &a);
		counts[of_host]++;
		avail_free(&a);
	}
	for (int of_host = 1; of_host >= 0; of_host--) {
		struct avail_object total = {
		    .host = "total", .service = of_host ? "" : "all services"};

		if (counts[of_host] > 1)
			json_array_append_new(list,
			    make(r, &total, &sums[of_host], of_host != 0));
	}
	return list;
}

static void
use_zone_of(const struct site *site)
{
	struct str mistakes = {0};
	struct settings *s = settings_load(site->root, &mistakes);

	if (s != NULL && s->timezone != NULL && s->timezone[0] != '\0') {
		setenv("TZ", s->timezone, 1);
		tzset();
	}
	settings_free(&s);
	str_free(&mistakes);
}

static int
run(const struct cmd_call *call)
{
	static const char *const columns[] = {"host", "service", "ok/up",
	    "warn", "crit/down", "unknown/unreach", "host down", "flapping",
	    "downtime", "out of service", "unmonitored"};
	struct report r = {.now = clock_wall() / NS_PER_S};
	struct avail_object *objects;
	json_t *list;
	size_t n;
	int rc;

	use_zone_of(call->site);
	rc = read_options(call, &r);
	if (rc == 0)
		rc = ask_site(call, &r);
	if (rc != 0) {
		json_decref(r.rows);
		return rc;
	}
	objects = avail_gather(r.rows, &n);
	if (n == 0)
		rc = cmd_fail("availability",
		    "the history has nothing about that in this range (vedette "
		    "query 'GET hosts' 'Columns: name' lists the hosts)");
	list = tell(&r, objects, n, cmd_flag(call, "json"));
	if (rc == 0)
		term_table(
		    list, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	avail_objects_free(objects, n);
	json_decref(list);
	json_decref(r.rows);
	return rc;
}

static const struct cmd_option options[] = {
    {"from", 0, "TIME", "local time, seconds since 1970, or how long ago (1d)"},
    {"to", 0, "TIME", "the same, or now (default)"},
    {"downtimes", 0, "RULE", "honour (default), exclude or ignore"},
    {"downtime-ok", 0, NULL, "OK and UP in a downtime count as OK and UP"},
    {"service-period", 0, "RULE", "honour (default), exclude or ignore"},
    {"no-flapping", 0, NULL, "flapping is nothing special"},
    {"no-host-down", 0, NULL, "services of a host that is not UP have states"},
    {"with-unmonitored", 0, NULL, "percentages are of this time, too"},
    {"count-as", 0, "A=B,...", "states as others: warn=ok, unreach=down, ..."},
    {"short", 0, "TIME", "shorter phases between two equal ones are absorbed"},
    {"timeline", 0, NULL, "with --json: each phase"},
    {"json", 0, NULL, "seconds and percentages as JSON"},
    {0},
};

const struct cmd cmd_availability = {
    .name = "availability",
    .args = "[HOST [SERVICE]]",
    .summary = "how long things were up, from the history",
    .details =
	"Prints which part of a range of time a host and its services were\n"
	"in which state; without HOST, all of them. Each moment counts once:\n"
	"as unmonitored, out of its service period, in downtime, with its\n"
	"host down, flapping, or in its state, the first that fits.\n"
	"\n"
	"  vedette availability web01 --from 7d\n"
	"  vedette availability web01 HTTP --from 2026-03-01 --to 2026-04-01 "
	"\\\n"
	"    --downtimes exclude --short 5m\n"
	"\n"
	"More than 5,000 phases are refused: ask for less.",
    .scope = CMD_SITE_OPTION,
    .max_args = 2,
    .options = options,
    .run = run,
};
