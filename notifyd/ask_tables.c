/* SPDX-License-Identifier: Apache-2.0
 *
 * The question rows for the tables notification_rules and notification_explain
 * of Livestatus: the rules in their order, and what they say of an object. A
 * row is an object by names of columns until those that were asked for are
 * taken from it.
 */
#include "notifyd/ask.h"

#include "common/clock.h"
#include "common/mem.h"

#include <stdlib.h>

static const char *const rule_columns[] = {"number", "id", "user",
    "description", "comment", "method", "action", "disabled", "locked", "when",
    "to", "definition"};
static const char *const explain_columns[] = {"host_name",
    "service_description", "position", "what", "rule", "match", "contact",
    "method", "reason", "time", "type", "state", "number"};

static bool
is_known(const char *name, const char *const *columns, size_t n)
{
	for (size_t i = 0; name != NULL && i < n; i++) {
		if (strcmp(columns[i], name) == 0)
			return true;
	}
	return false;
}

/* False: it was refused. */
static bool
check_columns(struct ask *a, const char *const *columns, size_t n)
{
	json_t *names = json_object_get(a->args, "columns"), *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		if (!is_known(json_string_value(name), columns, n)) {
			ask_refuse(a, "a column that is not known");
			return false;
		}
	}
	if (json_array_size(names) > 0)
		return true;
	ask_refuse(a, "columns: a list of names was expected");
	return false;
}

/* Takes the row's columns; `row` is given away. */
static void
add_row(json_t *rows, const json_t *names, json_t *row)
{
	json_t *cells = json_array(), *name;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)names, i, name)
	    json_array_append(
		cells, json_object_get(row, json_string_value(name)));
	json_array_append_new(rows, cells);
	json_decref(row);
}

static void
answer_rows(struct ask *a, json_t *rows)
{
	ask_answer_json(a, rows);
	json_decref(rows);
}

/* --- the rules
 * ------------------------------------------------------------ */

static json_t *
text_of(const json_t *object, const char *key, const char *none)
{
	const char *text = json_string_value(json_object_get(object, key));

	return json_string(text == NULL ? none : text);
}

/* The value as JSON; "" without it. */
static json_t *
dump_of(const json_t *value)
{
	char *text = value == NULL
	    ? NULL
	    : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_t *string = json_string(text == NULL ? "" : text);

	free(text);
	return string;
}

static json_t *
rule_row(const json_t *rule, const char *user, size_t number)
{
	bool cancel = json_is_true(json_object_get(rule, "cancel"));
	bool steps = json_object_get(rule, "escalation") != NULL;

	return json_pack("{s:I, s:o, s:s, s:o, s:o, s:o, s:s, s:i, s:i, s:o, "
			 "s:o, s:o}",
	    "number", (json_int_t)number, "id", text_of(rule, "id", ""), "user",
	    user, "description", text_of(rule, "description", ""), "comment",
	    text_of(rule, "comment", ""), "method",
	    text_of(rule, "method", "mail"), "action",
	    cancel      ? "cancel"
		: steps ? "escalate"
			: "add",
	    "disabled", json_is_true(json_object_get(rule, "disabled")),
	    "locked", json_is_false(json_object_get(rule, "allow_disable")),
	    "when", dump_of(json_object_get(rule, "when")), "to",
	    dump_of(json_object_get(rule, "to")), "definition", dump_of(rule));
}

static void
add_rules(
    json_t *rows, const json_t *names, const json_t *rules, const char *user)
{
	size_t i;
	json_t *rule;

	json_array_foreach((json_t *)(uintptr_t)rules, i, rule)
	    add_row(rows, names, rule_row(rule, user, i + 1));
}

void
asks_rule_rows(struct ask *a)
{
	const struct snapshot *snap = rulebook_snapshot(a->n->book);
	json_t *names = json_object_get(a->args, "columns");
	json_t *rows, *rules;

	if (!check_columns(a, rule_columns, ARRAY_LEN(rule_columns)))
		return;
	rows = json_pack("[O]", names);
	rules = json_loads(snap_s(snap, snap->notification_rules), 0, NULL);
	add_rules(rows, names, rules, "");
	json_decref(rules);
	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		const struct snap_contact *c = &snap->contacts[i];
		json_t *contact = json_loads(snap_s(snap, c->json), 0, NULL);

		add_rules(rows, names,
		    json_object_get(contact, "notification_rules"),
		    snap_s(snap, c->name));
		json_decref(contact);
	}
	answer_rows(a, rows);
}

/* --- what they say
 * -------------------------------------------------------- */

struct explained {
	json_t *rows;
	const json_t *names;
	const struct ask *a;
	const char *type;
	int64_t at, position;
};

static void
add_explained(struct explained *e, const char *what, const char *rule,
    bool match, const char *contact, const char *method, const char *reason)
{
	const struct ask *a = e->a;

	add_row(e->rows, e->names,
	    json_pack("{s:s, s:s, s:I, s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:s, "
		      "s:I, s:I}",
		"host_name", ask_text(a, "host"), "service_description",
		ask_text(a, "service"), "position", (json_int_t)++e->position,
		"what", what, "rule", rule, "match", match, "contact", contact,
		"method", method, "reason", reason == NULL ? "" : reason,
		"time", (json_int_t)e->at, "type", e->type, "state",
		(json_int_t)ask_int(a, "state_id", 0), "number",
		(json_int_t)ask_int(a, "number", 1)));
}

static void
add_plan(struct explained *e, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_verdicts; i++) {
		const struct plan_verdict *v = &plan->verdicts[i];
		char *id = v->user == NULL
		    ? xstrdup(v->rule)
		    : xasprintf("%s:%s", v->user, v->rule);

		add_explained(e, "rule", id, v->match, "", "", v->reason);
		free(id);
	}
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *p = &plan->entries[i];

		add_explained(e, "told", p->rule, true, p->contact, p->method,
		    p->gather.why);
	}
	for (size_t i = 0; i < plan->n_skips; i++) {
		const struct plan_skip *s = &plan->skips[i];

		add_explained(
		    e, "not told", "", false, s->contact, s->method, s->reason);
	}
	if (plan->n_entries == 0)
		add_explained(e, "nobody", "", false, "", "", "nobody is told");
}

void
asks_explain_rows(struct ask *a)
{
	struct notifyd *n = a->n;
	json_t *names = json_object_get(a->args, "columns");
	struct explained e = {.names = names,
	    .a = a,
	    .at = ask_int(a, "time", clock_wall() / NS_PER_S)};
	struct context ctx = {0};
	struct plan plan;
	struct err err;

	if (!check_columns(a, explain_columns, ARRAY_LEN(explain_columns)) ||
	    asks_refuse_words(a))
		return;
	if (asks_test_context(a, &ctx, &err) < 0) {
		ask_refuse(a, err.text);
		return;
	}
	process_prepare(n, &ctx, n->d->site, e.at * 1000000, false);
	e.type = context_text(&ctx, "NOTIFICATIONTYPE");
	e.rows = json_pack("[O]", names);
	process_plan(n, &ctx, n->d->site, e.at, true, &plan);
	add_plan(&e, &plan);
	plan_free(&plan);
	answer_rows(a, e.rows);
	context_free(&ctx);
}
