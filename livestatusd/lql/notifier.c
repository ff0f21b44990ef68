/* SPDX-License-Identifier: Apache-2.0
 *
 * What notifyd is asked for a query of the tables of notifications: `rows` with
 * the columns' names. For notification_explain also of which object, as the
 * query's conditions say; what they leave open is the object's present state.
 */
#include "livestatusd/lql/query.h"

#include <jansson.h>
#include <stdlib.h>

/* The condition COLUMN = VALUE that all rows must fit; NULL: there is none. */
static const struct node *
equals(const struct node *n, const char *column)
{
	const struct node *found = NULL;

	if (n == NULL)
		return NULL;
	for (size_t i = 0; n->kind == NODE_AND && i < n->n && found == NULL;
	     i++)
		found = equals(n->kids[i], column);
	if (n->kind == NODE_LEAF && n->op == OP_EQUAL && !n->negate &&
	    n->ref.column != NULL && n->ref.join->entity == ENTITY_SELF &&
	    strcmp(n->ref.column->name, column) == 0)
		found = n;
	return found;
}

static const char *
state_word(bool service, int64_t state)
{
	static const char *const of_host[] = {"UP", "DOWN", "UNREACH"},
				 *const of_service[] = {
				     "OK", "WARN", "CRIT", "UNKNOWN"};

	if (service)
		return of_service[state & 3];
	return of_host[state < 0 || state > 2 ? 1 : state];
}

/* Of the condition `state`, or of the object, or what it would be. */
static int64_t
state_of(const struct node *all, const struct mirror *m, uint32_t object)
{
	const struct node *state = equals(all, "state");
	const struct node *type = equals(all, "type");
	bool service = m->snap->objects[object].is_service != 0;
	int64_t most = service ? 3 : 2, now = mirror_get(m, object, state);

	if (state != NULL)
		return state->i < 0 || state->i > most ? most : state->i;
	if (type != NULL && slice_eqs(type->value, "RECOVERY"))
		return 0;
	return now != 0 ? now : service ? 2 : 1;
}

static json_t *
text_json(struct slice s)
{
	json_t *text = json_stringn(s.s, s.len);

	return text != NULL ? text : json_string("");
}

/* What notifyd is to explain; false: there is no such object. */
static bool
add_object(json_t *ask, const struct node *all, const struct mirror *m,
    struct slice host, struct slice service)
{
	uint32_t object = snap_find_host(m->snap, host);
	const struct node *number = equals(all, "number");
	const struct node *time = equals(all, "time");
	const struct node *type = equals(all, "type");
	int64_t state;

	if (object != SNAP_NONE && service.len > 0)
		object = snap_find_service(m->snap, object, service);
	if (object == SNAP_NONE)
		return false;
	state = state_of(all, m, object);
	json_object_set_new(ask, "host", text_json(host));
	json_object_set_new(ask, "service", text_json(service));
	json_object_set_new(
	    ask, "state", json_string(state_word(service.len > 0, state)));
	json_object_set_new(ask, "state_id", json_integer(state));
	json_object_set_new(ask, "output", text_json(mirror_output(m, object)));
	json_object_set_new(ask, "number",
	    json_integer(number != NULL
		    ? number->i
		    : mirror_get(m, object, notification_number) + 1));
	if (time != NULL)
		json_object_set_new(ask, "time", json_integer(time->i));
	if (type != NULL)
		json_object_set_new(ask, "type", text_json(type->value));
	return true;
}

bool
lql_notifier_question(
    struct lql_query *q, const struct mirror *m, struct str *text)
{
	const struct node *all = lql_nodes_all(&q->filter);
	const struct node *host = equals(all, "host_name");
	const struct node *service = equals(all, "service_description");
	json_t *ask, *names = json_array();
	bool known = true;
	char *dump;

	for (size_t i = 0; i < q->event_want.n; i++)
		json_array_append_new(names,
		    json_string(
			table_event_name(q->table, q->event_want.column[i])));
	ask = json_pack("{s:o, s:s}", "columns", names, "table",
	    table_event_source(q->table));
	if (q->table->kind == TABLE_EXPLAIN && host == NULL) {
		lql_query_fail(q, LQL_BAD,
		    "notification_explain wants Filter: host_name = NAME (and "
		    "perhaps service_description, time, type, state, number)");
		known = false;
	} else if (q->table->kind == TABLE_EXPLAIN) {
		known = add_object(ask, all, m, host->value,
		    service == NULL ? (struct slice){"", 0} : service->value);
	}
	dump = json_dumps(ask, JSON_COMPACT);
	if (known && dump != NULL) {
		str_add(text, "rows ");
		str_add(text, dump);
	}
	free(dump);
	json_decref(ask);
	return known;
}
