/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the plan of a host's discovery; see discover_plan.h.
 *
 *	interval   seconds between two periodic discoveries; 0: none
 *	severity   {undecided, vanished, changed, labels}: 0 to 3
 *	params     check -> parameters that rules give for its discovery
 *	ignore     [[out, [patterns], [exceptions]], ...], the first match wins
 *	known      description -> sum of its parameters
 *	by_hand    descriptions of services that are written by hand
 *	ignored    descriptions that are ignored by hand
 *	ignored_checks  names of checks whose services are ignored
 *	elsewhere  descriptions of a node's services that its cluster has
 *	labels     host labels that are known
 *	update     how the automatic update goes
 *	services   a sum over the monitored ones: the text differs with them
 */
#include "fetcher/discover_plan.h"

#include "common/journal.h"
#include "common/log.h"
#include "common/mem.h"
#include "fetcher/checks/pattern.h"

#include <stdio.h>
#include <stdlib.h>

struct discover_shut {
	bool out;
	bool any; /* no patterns: whatever the name */
	struct patterns names, not_names;
};

static const char *const names[DISCOVER_STATES] = {
    [DISCOVER_UNDECIDED] = "undecided",
    [DISCOVER_MONITORED] = "monitored",
    [DISCOVER_CHANGED] = "changed",
    [DISCOVER_VANISHED] = "vanished",
    [DISCOVER_IGNORED] = "ignored",
};

const char *
discover_state_name(enum discover_state state)
{
	return state < DISCOVER_STATES ? names[state] : "";
}

static void
read_shut(struct discover_plan *plan, const json_t *list, struct err *err_r)
{
	size_t n = json_array_size(list);

	if (n == 0)
		return;
	plan->shut = xcalloc(n, sizeof(plan->shut[0]));
	for (size_t i = 0; i < n; i++) {
		const json_t *rule = json_array_get(list, i);
		struct discover_shut *s = &plan->shut[plan->n_shut++];

		s->out = json_is_true(json_array_get(rule, 0));
		s->any = !json_is_array(json_array_get(rule, 1));
		patterns_read(&s->names, json_array_get(rule, 1), err_r);
		patterns_read(&s->not_names, json_array_get(rule, 2), err_r);
	}
}

static uint32_t
severity(const json_t *doc, const char *name)
{
	const json_t *n =
	    json_object_get(json_object_get(doc, "severity"), name);
	json_int_t value = json_is_integer(n) ? json_integer_value(n) : 1;

	return value >= 0 && value <= 3 ? (uint32_t)value : 1;
}

static void
read_doc(struct discover_plan *plan, struct err *err_r)
{
	const json_t *interval = json_object_get(plan->doc, "interval");

	plan->params = json_object_get(plan->doc, "params");
	plan->known = json_object_get(plan->doc, "known");
	plan->by_hand = json_object_get(plan->doc, "by_hand");
	plan->ignored = json_object_get(plan->doc, "ignored");
	plan->ignored_checks = json_object_get(plan->doc, "ignored_checks");
	plan->elsewhere = json_object_get(plan->doc, "elsewhere");
	plan->labels = json_object_get(plan->doc, "labels");
	plan->update = json_object_get(plan->doc, "update");
	if (json_is_integer(interval) && json_integer_value(interval) >= 0 &&
	    json_integer_value(interval) <= INT32_MAX)
		plan->interval_s = (uint32_t)json_integer_value(interval);
	for (unsigned s = 0; s < DISCOVER_STATES; s++)
		plan->severity[s] =
		    s == DISCOVER_MONITORED || s == DISCOVER_IGNORED
		    ? 0
		    : severity(plan->doc, names[s]);
	plan->label_severity = severity(plan->doc, "labels");
	read_shut(plan, json_object_get(plan->doc, "ignore"), err_r);
}

int
discover_plan_read(
    struct discover_plan *plan, struct slice text, struct err *err_r)
{
	struct err why = {""};
	json_error_t json;

	*plan = (struct discover_plan){.interval_s = DISCOVER_INTERVAL_S};
	plan->doc = text.len == 0 ? json_object()
				  : json_loadb(text.s, text.len, 0, &json);
	if (!json_is_object(plan->doc)) {
		err_set(err_r, "the plan of discovery is no JSON object");
		return -1;
	}
	read_doc(plan, &why);
	if (why.text[0] == '\0')
		return 0;
	*err_r = why;
	return -1;
}

void
discover_plan_free(struct discover_plan *plan)
{
	for (size_t i = 0; i < plan->n_shut; i++) {
		patterns_free(&plan->shut[i].names);
		patterns_free(&plan->shut[i].not_names);
	}
	free(plan->shut);
	json_decref(plan->doc);
	*plan = (struct discover_plan){0};
}

bool
discover_plan_ignores(const struct discover_plan *plan, const char *check,
    const char *description)
{
	struct slice text = slice_of(description);

	if (json_object_get(plan->ignored, description) != NULL)
		return true;
	for (size_t i = 0; i < json_array_size(plan->ignored_checks); i++) {
		const json_t *name = json_array_get(plan->ignored_checks, i);

		if (json_is_string(name) &&
		    strcmp(json_string_value(name), check) == 0)
			return true;
	}
	for (size_t i = 0; i < plan->n_shut; i++) {
		const struct discover_shut *s = &plan->shut[i];

		if ((s->any || patterns_start(&s->names, text)) &&
		    !patterns_start(&s->not_names, text))
			return s->out;
	}
	return false;
}

uint32_t
discover_sum(const json_t *params)
{
	uint32_t sum = 0;
	char *text;

	if (json_object_size(params) == 0)
		return 0;
	text = json_dumps(
	    params, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
	if (text != NULL)
		sum = crc32c(text, strlen(text));
	free(text);
	return sum == 0 ? 1 : sum;
}

uint32_t
discover_plan_sum(const struct discover_plan *plan, const char *description)
{
	const char *text =
	    json_string_value(json_object_get(plan->known, description));

	return text == NULL ? 0 : (uint32_t)strtoul(text, NULL, 16);
}
