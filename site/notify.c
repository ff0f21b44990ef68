/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of an object and the rules, for `vedette notify`.
 */
#include "site/notify.h"

#include "common/mem.h"
#include "site/ask.h"
#include "site/cmd.h"
#include "site/opened.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 10000

enum {
	COL_STATE,
	COL_TYPE,
	COL_NUMBER,
	COL_OUTPUT
};

/* Owned. */
static char *
question(const char *host, const char *service)
{
	char *filter = service == NULL
	    ? xasprintf("Filter: name = %s\n", host)
	    : xasprintf("Filter: host_name = %s\nFilter: description = %s\n",
		  host, service);
	char *text = xasprintf(
	    "GET %s\nColumns: state state_type current_notification_number "
	    "plugin_output\n%sOutputFormat: json\n\n",
	    service == NULL ? "hosts" : "services", filter);

	free(filter);
	return text;
}

static int
number_at(const json_t *row, size_t column)
{
	return (int)json_integer_value(json_array_get(row, column));
}

static void
take_row(const json_t *row, bool is_service, struct notify_object *o)
{
	static const char *const hosts[] = {"DOWN", "DOWN", "UNREACH"},
				 *const services[] = {
				     "CRIT", "WARN", "CRIT", "UNKNOWN"};
	const char *output = json_string_value(json_array_get(row, COL_OUTPUT));
	int state = number_at(row, COL_STATE);

	o->good = state == 0;
	o->hard = number_at(row, COL_TYPE) != 0;
	if (state < 0 || state > (is_service ? 3 : 2))
		state = 0;
	o->state = is_service ? services[state] : hosts[state];
	o->output = xstrdup(output == NULL ? "" : output);
	o->number = number_at(row, COL_NUMBER) + 1;
}

/* The rows; NULL with a reason. */
static json_t *
ask_rows(const struct site *site, const char *text, struct err *err_r)
{
	char *path = site_path(site, "tmp/run/live");
	struct str answer = {0};
	json_t *rows = NULL;
	json_error_t bad;

	if (ask_socket(path, text, TIMEOUT_MS, &answer, err_r) == 0) {
		rows = json_loads(str_get(&answer), 0, &bad);
		if (!json_is_array(rows)) {
			err_set(err_r, "Livestatus: %s", str_get(&answer));
			json_decref(rows);
			rows = NULL;
		}
	}
	str_free(&answer);
	free(path);
	return rows;
}

int
notify_object_read(const struct site *site, const char *host,
    const char *service, struct notify_object *o_r, struct err *err_r)
{
	bool named = strpbrk(host, "\n\r") == NULL &&
	    (service == NULL || strpbrk(service, "\n\r") == NULL);
	char *text = question(host, service);
	json_t *rows = named ? ask_rows(site, text, err_r) : json_array();
	int rc = rows == NULL ? -1 : 0;

	*o_r = (struct notify_object){0};
	if (rc == 0 && json_array_size(rows) == 0) {
		err_set(err_r, "there is no %s %s%s%s",
		    service == NULL ? "host" : "service", host,
		    service == NULL ? "" : " / ",
		    service == NULL ? "" : service);
		rc = -1;
	}
	if (rc == 0)
		take_row(json_array_get(rows, 0), service != NULL, o_r);
	json_decref(rows);
	free(text);
	return rc;
}

json_t *
notify_held_by(const struct site *site, const char *host, const char *service,
    const json_t *args, struct err *err_r)
{
	static const char *const all[] = {"OK", "WARN", "CRIT", "UNKNOWN"},
				 *const of_host[] = {"UP", "DOWN", "UNREACH"};
	const json_t *at = json_object_get(args, "time");
	const char *state = json_string_value(json_object_get(args, "state"));
	struct str text = {0};
	json_t *rows, *held;

	str_addf(&text,
	    "GET notification_explain\nColumns: suppressed_by\n"
	    "Filter: host_name = %s\n",
	    host);
	if (service != NULL)
		str_addf(&text, "Filter: service_description = %s\n", service);
	if (at != NULL)
		str_addf(&text, "Filter: time = %lld\n",
		    (long long)json_integer_value(at));
	for (size_t i = 0; i < (service == NULL ? 3 : 4); i++)
		if (state != NULL &&
		    slice_starts(
			slice_of(state), (service == NULL ? of_host : all)[i]))
			str_addf(&text, "Filter: state = %zu\n", i);
	str_add(&text, "Limit: 1\nOutputFormat: json\n\n");
	rows = ask_rows(site, str_get(&text), err_r);
	str_free(&text);
	held = json_array_get(json_array_get(rows, 0), 0);
	held = rows == NULL ? NULL
	    : held == NULL  ? json_array()
			    : json_incref(held);
	json_decref(rows);
	return held;
}

void
notify_object_clear(struct notify_object *o)
{
	free(o->output);
	*o = (struct notify_object){0};
}

static json_t *
rule_row(const json_t *rule, size_t number)
{
	const json_t *when = json_object_get(rule, "when");
	const char *method = json_string_value(json_object_get(rule, "method"));
	const char *id = json_string_value(json_object_get(rule, "id"));
	const char *description =
	    json_string_value(json_object_get(rule, "description"));
	bool off = json_is_true(json_object_get(rule, "disabled"));
	bool cancel = json_is_true(json_object_get(rule, "cancel"));
	char *conditions =
	    when == NULL ? xstrdup("") : json_dumps(when, JSON_COMPACT);
	json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "number",
	    (json_int_t)number, "id", id == NULL ? "" : id, "method",
	    method == NULL ? "" : method, "what",
	    off          ? "disabled"
		: cancel ? "cancel"
			 : "add",
	    "when", conditions == NULL ? "" : conditions, "description",
	    description == NULL ? "" : description);

	free(conditions);
	return row;
}

json_t *
notify_rules(const struct site *site)
{
	struct mistakes m = {0};
	struct str text = {0};
	struct opened o;
	json_t *rules, *rows = NULL;
	size_t i;
	const json_t *rule;

	if (opened_path(&o, site->root, 1, &m) == 0) {
		const char *doc = snap_s(o.snap, o.snap->notification_rules);

		rows = json_array();
		rules = json_loads(doc[0] == '\0' ? "[]" : doc, 0, NULL);
		json_array_foreach(rules, i, rule)
		    json_array_append_new(rows, rule_row(rule, i + 1));
		json_decref(rules);
		opened_close(&o);
	} else {
		mistakes_print(&m, &text);
		fputs(str_get(&text), stderr);
		cmd_fail("notify", "the configuration has mistakes");
	}
	mistakes_free(&m);
	str_free(&text);
	return rows;
}
