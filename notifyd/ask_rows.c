/* SPDX-License-Identifier: Apache-2.0
 *
 * The question rows, for Livestatus: the newest notices as a table, one row
 * for each delivery, or one for a notice without any; other tables by the
 * argument `table` (ask_tables.c). The answer's first row has the columns'
 * names.
 */
#include "notifyd/ask.h"

#include "common/mem.h"

#define ROWS_NOTICES 10000 /* the newest ones */

struct rows_at { /* one row */
	const struct spool_notice *n;
	const struct spool_outcome *o; /* NULL: the notice alone */
};

static const char *
state_of(const struct rows_at *at)
{
	static const char *const forward[] = {[SPOOL_FORWARD_NONE] = "nobody",
	    [SPOOL_FORWARD_WAITS] = "forwarding",
	    [SPOOL_FORWARD_TAKEN] = "forwarded",
	    [SPOOL_FORWARD_DROPPED] = "dropped"};
	static const char *const states[] = {[SPOOL_WAITING] = "waiting",
	    [SPOOL_RUNNING] = "processing",
	    [SPOOL_DEFERRED] = "deferred",
	    [SPOOL_DONE] = "done",
	    [SPOOL_FAILED] = "failed"};

	if (at->o != NULL)
		return at->o->state < SPOOL_STATES ? states[at->o->state] : "?";
	return (size_t)at->n->forward < ARRAY_LEN(forward)
	    ? forward[at->n->forward]
	    : "?";
}

/* In seconds; 0: there is no next try. */
static int64_t
next_of(const struct spool_outcome *o)
{
	bool waits = o != NULL &&
	    (o->state == SPOOL_DEFERRED || o->state == SPOOL_WAITING);

	if (!waits)
		return 0;
	return (o->bulk != 0 ? o->bulk_due_ms : o->next_ms) / 1000;
}

#define TEXT(name, expression)                                                 \
	static json_t *row_##name(const struct rows_at *at)                    \
	{                                                                      \
		const char *text = expression;                                 \
                                                                               \
		return json_string(text == NULL ? "" : text);                  \
	}
#define NUMBER(name, expression)                                               \
	static json_t *row_##name(const struct rows_at *at)                    \
	{                                                                      \
		return json_integer((json_int_t)(expression));                 \
	}
TEXT(id, at->n->id)
NUMBER(time, at->n->created_us / 1000000)
TEXT(type, at->n->what)
TEXT(host, at->n->host)
TEXT(service, at->n->service)
TEXT(site, at->n->site)
TEXT(from_site, at->n->peer)
TEXT(forward_to, at->n->forward_to)
TEXT(contact, at->o == NULL ? "" : at->o->contact)
TEXT(method, at->o == NULL ? "" : at->o->method)
TEXT(rule, at->o == NULL ? "" : at->o->rule)
TEXT(state, state_of(at))
NUMBER(tries, at->o == NULL ? 0 : at->o->tries)
NUMBER(code, at->o == NULL ? -1 : at->o->code)
TEXT(output, at->o == NULL ? "" : at->o->text)
NUMBER(next_try, next_of(at->o))
NUMBER(bulk, at->o == NULL ? 0 : at->o->bulk)

static const struct rows_column {
	const char *name;
	json_t *(*get)(const struct rows_at *at);
} columns[] = {{"id", row_id}, {"time", row_time}, {"type", row_type},
    {"host_name", row_host}, {"service_description", row_service},
    {"site", row_site}, {"from_site", row_from_site},
    {"forward_to", row_forward_to}, {"contact", row_contact},
    {"method", row_method}, {"rule", row_rule}, {"state", row_state},
    {"tries", row_tries}, {"code", row_code}, {"output", row_output},
    {"next_try", row_next_try}, {"bulk", row_bulk}};

static const struct rows_column *
column_find(const json_t *name)
{
	const char *text = json_string_value(name);

	for (size_t i = 0; text != NULL && i < ARRAY_LEN(columns); i++) {
		if (strcmp(columns[i].name, text) == 0)
			return &columns[i];
	}
	return NULL;
}

static void
add_row(json_t *rows, const json_t *names, const struct rows_at *at)
{
	json_t *row = json_array(), *name;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)names, i, name)
	    json_array_append_new(row, column_find(name)->get(at));
	json_array_append_new(rows, row);
}

/* Outcomes are in the order of their notices. */
static void
on_listed(const struct spool_notice *list, size_t n,
    const struct spool_outcome *outcomes, size_t n_outcomes, void *arg)
{
	struct ask *a = arg;
	json_t *names = json_object_get(a->args, "columns");
	json_t *rows = json_array();
	size_t next = 0;

	json_array_append(rows, names);
	for (size_t i = 0; i < n; i++) {
		struct rows_at at = {&list[i], NULL};

		if (next >= n_outcomes || outcomes[next].notice != i)
			add_row(rows, names, &at);
		for (; next < n_outcomes && outcomes[next].notice == i;
		     next++) {
			at.o = &outcomes[next];
			add_row(rows, names, &at);
		}
	}
	ask_answer_json(a, rows);
	json_decref(rows);
}

void
asks_rows(struct ask *a)
{
	struct spool_filter filter = {
	    .id = "", .host = "", .service = "", .last = ROWS_NOTICES};
	json_t *names = json_object_get(a->args, "columns"), *name;
	const char *table = ask_text(a, "table");
	size_t i;

	if (strcmp(table, "rules") == 0) {
		asks_rule_rows(a);
		return;
	}
	if (strcmp(table, "explain") == 0) {
		asks_explain_rows(a);
		return;
	}
	json_array_foreach(names, i, name)
	{
		if (column_find(name) == NULL) {
			ask_refuse(a, "a column that is not known");
			return;
		}
	}
	if (json_array_size(names) == 0) {
		ask_refuse(a, "columns: a list of names was expected");
		return;
	}
	spool_list(a->n->spool, &filter, on_listed, a);
}
