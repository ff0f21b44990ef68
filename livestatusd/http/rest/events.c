/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of the event console. Its tables are eventd's, so that reading them
 * takes a question and an answer; a change first asks which events are meant.
 */
#include "common/mem.h"
#include "livestatusd/http/rest/rest.h"

#include <inttypes.h>
#include <stdlib.h>

#define COLUMNS                                                                \
	"event_id event_state event_sl event_host event_rule_id "              \
	"event_application event_comment event_contact event_ipaddress "       \
	"event_facility event_priority event_last event_first event_count "    \
	"event_phase event_text event_owner"

static const char *const states[] = {
    "ok", "warning", "critical", "unknown", NULL};

/* What is done with the events that are found. */
struct wish {
	enum {
		LIST,
		SHOW,
		CHANGE,
		UPDATE,
		DELETE
	} what;
	bool by_id;
	int state;                /* CHANGE */
	char *comment, *contact;  /* UPDATE */
	const char *acknowledged; /* UPDATE: "1" or "0" */
};

static void
wish_free(struct wish *w)
{
	free(w->comment);
	free(w->contact);
	free(w);
}

static int
state_of(const char *name)
{
	int i = 0;

	while (states[i] != NULL && strcmp(states[i], name) != 0)
		i++;
	return i;
}

static json_t *
event_object(struct http_request *r, const json_t *row)
{
	static const char *const names[] = {NULL, NULL, "service_level", "host",
	    "rule_id", "application", "comment", "contact", "ipaddress",
	    "facility", "priority", NULL, NULL, "count", "phase", "text",
	    "owner"};
	int64_t id = json_integer_value(json_array_get(row, 0));
	int64_t state = json_integer_value(json_array_get(row, 1));
	char *text = xasprintf("%" PRId64, id);
	char *last = rest_format_time(
	    (int64_t)json_number_value(json_array_get(row, 11)));
	char *first = rest_format_time(
	    (int64_t)json_number_value(json_array_get(row, 12)));
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s}", "site_id",
	    r->h->d->site, "state", states[state >= 0 && state < 3 ? state : 3],
	    "last", last, "first", first);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] != NULL)
			json_object_set(doc, names[i], json_array_get(row, i));
	doc = rest_object(r, "event_console", text,
	    json_string_value(json_array_get(row, 15)), doc);
	free(text);
	free(last);
	free(first);
	return doc;
}

static char *
command_for(struct http_request *r, const struct wish *w, const json_t *row)
{
	int64_t id = json_integer_value(json_array_get(row, 0));

	switch (w->what) {
	case CHANGE:
		return xasprintf(
		    "EC_CHANGESTATE;%" PRId64 ";%s;%d", id, r->user, w->state);
	case UPDATE:
		return xasprintf("EC_UPDATE;%" PRId64 ";%s;%s;%s;%s", id,
		    r->user, w->acknowledged, w->comment, w->contact);
	case DELETE:
	case LIST:
	case SHOW:
		break;
	}
	return xasprintf("EC_DELETE;%" PRId64 ";%s", id, r->user);
}

static void
act(struct http_request *r, const struct wish *w, const json_t *rows)
{
	char **lines = xcalloc(json_array_size(rows) + 1, sizeof(*lines));
	size_t i, n = 0;
	json_t *row;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row) lines[n++] =
	    command_for(r, w, row);
	rest_act(r, json_incref((json_t *)(uintptr_t)rows), lines, n);
}

static void
on_rows(struct http_request *r, json_t *rows, void *arg)
{
	struct wish *w = arg;
	json_t *values, *row;
	size_t i;

	if (r == NULL || rows == NULL) {
		wish_free(w);
		return;
	}
	if (w->what == LIST) {
		values = json_array();
		json_array_foreach(rows, i, row)
		    json_array_append_new(values, event_object(r, row));
		rest_collection(r, "event_console", values);
	} else if (json_array_size(rows) == 0 && w->by_id)
		rest_problem(
		    r, MHD_HTTP_NOT_FOUND, "There is no such event.", NULL);
	else if (w->what == SHOW)
		http_json(
		    r, MHD_HTTP_OK, event_object(r, json_array_get(rows, 0)));
	else
		act(r, w, rows);
	wish_free(w);
}

static void
add_conditions(struct str *lql, const json_t *given)
{
	const char *host = json_string_value(json_object_get(given, "host"));
	const char *program =
	    json_string_value(json_object_get(given, "application"));
	const char *state = json_string_value(json_object_get(given, "state"));
	const char *phase = json_string_value(json_object_get(given, "phase"));

	if (host != NULL)
		rest_add_filter(lql, "event_host", "=", host);
	if (program != NULL)
		rest_add_filter(lql, "event_application", "=", program);
	if (state != NULL)
		str_addf(lql, "Filter: event_state = %d\n", state_of(state));
	if (phase != NULL)
		rest_add_filter(lql, "event_phase", "=", phase);
}

/* Takes the wish. */
static void
ask(struct http_request *r, const struct rest_call *call, struct wish *w,
    const json_t *conditions)
{
	const char *id = call->names[0];
	struct str lql = {0};

	str_add(&lql, "Columns: " COLUMNS "\n");
	w->by_id = id != NULL;
	if (id != NULL && strspn(id, "0123456789") != strlen(id))
		id = "0";
	if (id != NULL)
		rest_add_filter(&lql, "event_id", "=", id);
	if (json_object_get(call->in, "event_id") != NULL)
		str_addf(&lql, "Filter: event_id = %" PRId64 "\n",
		    rest_number(call, "event_id", 0));
	add_conditions(&lql, conditions);
	if (rest_add_query(r, call, "eventconsoleevents", &lql))
		http_ask(r, "eventconsoleevents", str_get(&lql), on_rows, w);
	else
		wish_free(w);
	str_free(&lql);
}

static struct wish *
wish_new(int what)
{
	struct wish *w = xnew(struct wish);

	w->what = what;
	return w;
}

void
rest_events(struct http_request *r, const struct rest_call *call)
{
	ask(r, call, wish_new(LIST), call->in);
}

void
rest_event(struct http_request *r, const struct rest_call *call)
{
	ask(r, call, wish_new(SHOW), NULL);
}

/* "all" has to be said; "params" without any would mean the same by mistake. */
static bool
says_which(struct http_request *r, const struct rest_call *call)
{
	const char *kind = rest_text(call, "filter_type");
	const json_t *filters = json_object_get(call->in, "filters");

	if (kind == NULL || strcmp(kind, "params") != 0 ||
	    json_object_size(filters) > 0)
		return true;
	rest_problem(r, MHD_HTTP_BAD_REQUEST,
	    "These fields have problems: filters",
	    json_pack("{s:[s]}", "filters",
		"Expected one of host, application, state, phase."));
	return false;
}

void
rest_event_change(struct http_request *r, const struct rest_call *call)
{
	struct wish *w;

	if (!says_which(r, call))
		return;
	w = wish_new(CHANGE);
	w->state = state_of(rest_text(call, "new_state"));
	ask(r, call, w, json_object_get(call->in, "filters"));
}

void
rest_event_acknowledge(struct http_request *r, const struct rest_call *call)
{
	const char *comment = rest_text(call, "change_comment");
	const char *contact = rest_text(call, "change_contact");
	const char *phase = rest_text(call, "phase");
	struct wish *w;

	if (!says_which(r, call))
		return;
	w = wish_new(UPDATE);
	w->comment = rest_clean(comment == NULL ? "" : comment, false);
	w->contact = rest_clean(contact == NULL ? "" : contact, false);
	w->acknowledged =
	    phase != NULL && strcmp(phase, "open") == 0 ? "0" : "1";
	ask(r, call, w, json_object_get(call->in, "filters"));
}

void
rest_event_delete(struct http_request *r, const struct rest_call *call)
{
	if (says_which(r, call))
		ask(r, call, wish_new(DELETE),
		    json_object_get(call->in, "filters"));
}
