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
	COL_OUTPUT,
	COL_REASON,
	COL_ENABLED,
	COL_PERIOD,
	COL_DEPTH,
	COL_HOST_DEPTH,
	COL_ACKNOWLEDGED,
	COL_FLAPPING,
	COL_HOST_STATE
};

static char *
question(const char *host, const char *service)
{
	const char *h = service == NULL ? "" : "host_";
	char *filter = service == NULL
	    ? xasprintf("Filter: name = %s\n", host)
	    : xasprintf("Filter: host_name = %s\nFilter: description = %s\n",
		  host, service);
	char *text = xasprintf(
	    "GET %s\nColumns: state state_type current_notification_number "
	    "plugin_output notification_postponement_reason "
	    "notifications_enabled in_notification_period "
	    "scheduled_downtime_depth %sscheduled_downtime_depth acknowledged "
	    "is_flapping %sstate\n%sOutputFormat: json\n\n",
	    service == NULL ? "hosts" : "services", h, h, filter);

	free(filter);
	return text;
}

static int
number_at(const json_t *row, size_t column)
{
	return (int)json_integer_value(json_array_get(row, column));
}

/* What core would hold a notification back for, as far as its state tells. */
static char *
held_by(const json_t *row, bool is_service)
{
	const char *reason = json_string_value(json_array_get(row, COL_REASON));

	if (reason != NULL && reason[0] != '\0')
		return xstrdup(reason);
	if (number_at(row, COL_ENABLED) == 0)
		return xstrdup("notifications of the object are off");
	if (is_service && number_at(row, COL_HOST_STATE) != 0)
		return xstrdup("the host is not UP");
	if (number_at(row, COL_PERIOD) == 0)
		return xstrdup("outside of the notification period");
	if (number_at(row, COL_FLAPPING) != 0)
		return xstrdup("the object is flapping");
	if (number_at(row, COL_DEPTH) > 0 ||
	    (is_service && number_at(row, COL_HOST_DEPTH) > 0))
		return xstrdup("in downtime");
	if (number_at(row, COL_ACKNOWLEDGED) != 0)
		return xstrdup("the problem is acknowledged");
	if (number_at(row, COL_STATE) != 0 && number_at(row, COL_TYPE) == 0)
		return xstrdup("the state is soft");
	return xstrdup("");
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
	o->reason = held_by(row, is_service);
}

int
notify_object_read(const struct site *site, const char *host,
    const char *service, struct notify_object *o_r, struct err *err_r)
{
	char *path = site_path(site, "tmp/run/live"), *text;
	struct str answer = {0};
	json_error_t bad;
	json_t *rows = NULL;
	int rc;

	*o_r = (struct notify_object){0};
	text = question(host, service);
	rc = strpbrk(host, "\n\r") != NULL ||
		(service != NULL && strpbrk(service, "\n\r") != NULL)
	    ? 0
	    : ask_socket(path, text, TIMEOUT_MS, &answer, err_r);
	if (rc == 0)
		rows = json_loads(str_get(&answer), 0, &bad);
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
	str_free(&answer);
	free(text);
	free(path);
	return rc;
}

void
notify_object_clear(struct notify_object *o)
{
	free(o->output);
	free(o->reason);
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
