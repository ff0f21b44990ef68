/* SPDX-License-Identifier: Apache-2.0
 *
 * OMD sites: the event console.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/json.h"

static const struct check_metric metrics[] = {
    {"num_open_events", "", "open events"},
    {"average_message_rate", "1/s", "messages received"},
    {"average_rule_hit_rate", "1/s", "rules that hit"},
    {"average_drop_rate", "1/s", "messages dropped by rules"},
    {"average_event_rate", "1/s", "new events"},
    {"average_connect_rate", "1/s", "connections of its status port"},
    {"average_request_time", "s", "time of a query"},
    {"average_processing_time", "s", "time of a message"},
    {"virtual_memory_size", "B", "memory"}, {0}};

static const struct {
	const char *column;
	struct value_row row;
} values[] = {
    {"status_num_open_events",
	{"Current events", "num_open_events", render_count, 0, 0, false}},
    {"status_average_message_rate",
	{"Received messages", "average_message_rate", value_per_second, 0, 0,
	    false}},
    {"status_average_rule_hit_rate",
	{"Rule hits", "average_rule_hit_rate", value_per_second, 0, 0, false}},
    {"status_average_drop_rate",
	{"Message drops", "average_drop_rate", value_per_second, 0, 0, true}},
    {"status_average_event_rate",
	{"Created events", "average_event_rate", value_per_second, 0, 0,
	    false}},
    {"status_average_connect_rate",
	{"Client connects", "average_connect_rate", value_per_second, 0, 0,
	    true}},
    {"status_average_request_time",
	{"Time per client request", "average_request_time", render_seconds, 0,
	    0, true}},
    {"status_average_processing_time",
	{"Processing time per message", "average_processing_time",
	    render_seconds, 0, 0, true}},
    {"status_virtual_memory_size",
	{"Virtual memory", "virtual_memory_size", render_bytes, 0, 0, true}}};

#define VALUES (sizeof(values) / sizeof(values[0]))

struct console {
	struct slice site;
	bool answers;
	double values[VALUES];
	bool limited[3]; /* by host, by rule, of all */
};
struct section_consoles {
	struct console *list;
	size_t n, cap;
};

static const char *const limits[3] = {"status_event_limit_active_hosts",
    "status_event_limit_active_rules", "status_event_limit_active_overall"};

/* Is the limit of that column reached? They are lists, or true. */
static bool
is_reached(const json_t *value)
{
	return json_is_true(value) || json_array_size(value) > 0 ||
	    (json_is_number(value) && json_number_value(value) > 0);
}

static void
take_table(struct console *one, const json_t *head, const json_t *row)
{
	for (size_t i = 0; i < json_array_size(head); i++) {
		const char *name = json_string_value(json_array_get(head, i));
		const json_t *value = json_array_get(row, i);
		for (size_t k = 0; name != NULL && k < VALUES; k++)
			if (strcmp(name, values[k].column) == 0 &&
			    json_is_number(value))
				one->values[k] = json_number_value(value);
		for (size_t k = 0; name != NULL && k < 3; k++)
			if (strcmp(name, limits[k]) == 0)
				one->limited[k] = is_reached(value);
	}
	one->answers = true;
}

/* ["site"], then [[names of columns], [values]] if its console answers. */
static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_consoles *s = section;
	struct slice line;

	while (split_line(in, &line)) {
		json_error_t why;
		json_t *doc = json_loadb(line.s, line.len, 0, &why);
		const json_t *first = json_array_get(doc, 0);
		bool room = s->n < SECTION_MAX_ENTRIES;
		if (json_is_string(first) && json_array_size(doc) == 1 &&
		    room) {
			ARENA_GROW(arena, s->list, s->n, s->cap);
			struct console *one = &s->list[s->n++];
			*one = (struct console){
			    .site = section_json_text(arena, first)};
			for (size_t k = 0; k < VALUES; k++)
				one->values[k] = NAN;
		} else if (json_is_array(first) && s->n > 0) {
			take_table(
			    &s->list[s->n - 1], first, json_array_get(doc, 1));
		} else {
			json_decref(doc);
			return section_bad(
			    in, err_r, "expected a site or a table, as JSON");
		}
		json_decref(doc);
	}
	return 0;
}

static const struct section_type section = {
    .names = {"mkeventd_status", NULL},
    .size = sizeof(struct section_consoles),
    .parse = parse,
};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_consoles *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].answers)
			check_found_add(found, s->list[i].site, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const words[3] = {"Event limit of hosts is active",
	    "Event limit of rules is active", "Overall event limit is active"};
	const struct section_consoles *s = c->sections[0];
	const struct console *one = NULL;

	for (size_t i = 0; i < s->n && one == NULL; i++)
		if (slice_eq(s->list[i].site, c->item))
			one = &s->list[i];
	if (one == NULL) {
		value_lost(out);
		return;
	}
	if (!one->answers) {
		check_say(out, CHECK_CRIT, "not running");
		return;
	}
	for (size_t k = 0; k < VALUES; k++)
		value_say(c, out, &values[k].row, one->values[k], 0);
	for (size_t k = 0; k < 3; k++)
		if (one->limited[k])
			check_say(out, CHECK_WARN, "%s", words[k]);
}

const struct check check_mkeventd_status = {
    .name = "mkeventd_status",
    .title = "OMD sites: event console",
    .manual = "What the event console of an OMD or Checkmk site on this host "
	      "does. WARN if a limit of events is reached, CRIT if it does not "
	      "answer.",
    .description = "OMD %s Event Console",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
