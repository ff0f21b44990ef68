/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: connections of the notification spooler to other sites.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

#include <stdio.h>

#define BETWEEN " Notification Spooler connection to "

static const struct check_metric metrics[] = {
    {"notifications_sent", "", "notifications sent since it is connected"},
    {"notifications_received", "", "notifications received since then"}, {0}};

static const struct value_row rows[] = {
    {"Uptime", NULL, render_timespan, 0, 0, false},
    {"Connect time", NULL, render_timespan, 0, 0, false},
    {"Notifications sent", "notifications_sent", render_count, 0, 0, false},
    {"Notifications received", "notifications_received", render_count, 0, 0,
	false}};

static const struct {
	const char *word, *text;
	uint32_t state;
} states[] = {{"established", "Alive", CHECK_OK},
    {"initialized", "Initialized", CHECK_WARN},
    {"connecting", "Trying to connect", CHECK_CRIT},
    {"cooldown", "Connection failed or terminated", CHECK_CRIT}};

static const struct section_type section = SECTION_LINES("mknotifyd");

struct connection {
	char item[256];
	struct slice state, message;
	double since, connect_time, sent, received; /* NAN: not said */
};

/* "remote_site (192.0.2.1)" or "192.0.2.1:49850" */
static struct slice
name_of(struct slice value, bool address)
{
	struct slice name = slice_trim(value);

	for (size_t i = name.len; i > 0; i--)
		if (name.s[i - 1] == (address ? ':' : '(')) {
			name.len = i - 1;
			break;
		}
	return slice_trim(name);
}

static void
begin(struct connection *one, struct slice site, struct slice name)
{
	const struct slice none = {"", 0};

	*one = (struct connection){.state = none,
	    .message = none,
	    .since = NAN,
	    .connect_time = NAN,
	    .sent = NAN,
	    .received = NAN};
	snprintf(one->item, sizeof(one->item), "%.*s" BETWEEN "%.*s",
	    value_cut(site, 100), site.s, value_cut(name, 100), name.s);
}

static void
take(struct connection *one, struct slice key, struct slice value)
{
	value = slice_trim(value);
	if (slice_eqs(key, "State"))
		one->state = value;
	else if (slice_eqs(key, "Status Message"))
		one->message = value;
	else if (slice_eqs(key, "Since"))
		one->since = text_number(value);
	else if (slice_eqs(key, "Connect Time"))
		one->connect_time = text_number(value);
	else if (slice_eqs(key, "Notifications Sent"))
		one->sent = text_number(value);
	else if (slice_eqs(key, "Notifications Received"))
		one->received = text_number(value);
}

/* Line `*at` and on; false: no further connection. */
static bool
next_connection(
    const struct section_lines *s, size_t *at, struct connection *one)
{
	bool any = false, named = false;
	struct slice site = {"", 0};

	for (; *at < s->n; (*at)++) {
		const struct text_line *line = &s->lines[*at];
		struct slice value = line->text, key;

		slice_next(&value, ':', &key);
		key = slice_trim(key);
		bool by_site = slice_eqs(key, "Site");
		bool by_address = slice_eqs(key, "Connection");
		if (any &&
		    (!slice_eq(site, line->block) || by_site ||
			(by_address && !named)))
			return true;
		if (by_site || (by_address && !any)) {
			begin(one, line->block, name_of(value, by_address));
			site = line->block;
			any = true;
			named = by_site;
		} else if (by_address) {
			named = false; /* the one that the line before named */
		} else if (any) {
			take(one, key, value);
		}
	}
	return any;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	struct connection one;
	size_t at = 0;

	while (next_connection(c->sections[0], &at, &one))
		check_found_add(found, slice_of(one.item), NULL);
}

static void
say(const struct check_context *c, const struct connection *one,
    struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double now =
	    s->lines[0].block.len == 0 ? text_number(s->lines[0].text) : NAN;
	const double values[] = {(isfinite(now) ? now : c->now) - one->since,
	    one->connect_time, one->sent, one->received};
	uint32_t state = CHECK_UNKNOWN;
	const char *text = NULL;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (slice_eqs(one->state, states[i].word)) {
			state = states[i].state;
			text = states[i].text;
		}
	if (text != NULL)
		check_say(out, state, "%s", text);
	else
		check_say(out, state, "Unknown state: %.*s",
		    value_cut(one->state, 60), one->state.s);
	if (one->message.len > 0)
		check_say(out, CHECK_OK, "%.*s", value_cut(one->message, 200),
		    one->message.s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (state == CHECK_OK)
			value_say(c, out, &rows[i], values[i], 0);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct connection one;
	size_t at = 0;

	while (next_connection(c->sections[0], &at, &one))
		if (slice_eq(slice_of(one.item), c->item)) {
			say(c, &one, out);
			return;
		}
	check_say(out, CHECK_CRIT, "The spooler has no such connection");
}

const struct check check_mknotifyd_connection = {
    .name = "mknotifyd_connection",
    .title = "OMD sites: connections of the notification spooler",
    .manual =
	"A connection of the notification spooler of an OMD or Checkmk site "
	"on this host to another site. CRIT if it is not established. The item "
	"is the site and the other site, or its address where the spooler "
	"does not say the name.",
    .description = "OMD %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
