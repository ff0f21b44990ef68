/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in methods; see table.h. The parameters stand in
 * notifyd/methods/parameters.c.
 */
#include "notifyd/methods/table.h"

#include "common/mem.h"
#include "notifyd/methods/http_methods.h"
#include "notifyd/methods/parameters.h"

#define HTTP(id, name, target, help)                                           \
	{                                                                      \
		name, help, METHOD_HTTP, &parameters_##id, 4, true, target,    \
		    &http_##id                                                 \
	}

static const struct method_def defs[] = {
    HTTP(jira, "jira", NULL,
	"an issue in Jira: created, commented, closed on recovery"),
    {"mail", "a mail in text and HTML by SMTP (notifications.smtp)",
	METHOD_MAIL, &parameters_mail, 4, true, "combine", NULL},
    HTTP(matrix, "matrix", "room", "a message in a Matrix room"),
    HTTP(slack, "mattermost", NULL, "a message in Mattermost"),
    HTTP(teams, "msteams", NULL,
	"an adaptive card in Microsoft Teams, by a workflow's webhook"),
    HTTP(opsgenie, "opsgenie", NULL,
	"an alert in Opsgenie: created, acknowledged, closed"),
    HTTP(pagerduty, "pagerduty", NULL,
	"PagerDuty, Events API v2: trigger, acknowledge, resolve"),
    HTTP(slack, "slack", NULL, "a message in Slack by an incoming webhook"),
    {"sms", "a short message by a program of this machine", METHOD_SMS,
	&parameters_sms, 1, false, NULL, NULL},
    {"snmptrap", "an SNMP trap or inform of NAGIOS-NOTIFY-MIB", METHOD_TRAP,
	&parameters_trap, 4, true, NULL, NULL},
    HTTP(telegram, "telegram", "chat", "a message by a bot of Telegram"),
    HTTP(webhook, "webhook", NULL, "any HTTP request, written as a template"),
};

const struct method_def *
method_def_at(size_t i)
{
	return i < ARRAY_LEN(defs) ? &defs[i] : NULL;
}

const struct method_def *
method_def_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(defs); i++) {
		if (strcmp(defs[i].name, name) == 0)
			return &defs[i];
	}
	return NULL;
}

bool
method_def_bulks(const struct method_def *def)
{
	return def->kind == METHOD_MAIL || def->kind == METHOD_SMS ||
	    (def->kind == METHOD_HTTP && def->http->steps[0].on == NOTICE_ANY);
}

/* --- the parameters of one delivery ---------------------------------------
 */

/* Defaults are written as YAML for people: here each is JSON or a plain word.
 */
void
method_add_defaults(const char *method, json_t *parameters)
{
	const struct method_def *def = method_def_find(method);
	const struct schema_key *k = def == NULL ? NULL : def->parameters->keys;

	for (; k != NULL && k->key != NULL; k++) {
		json_t *value;

		if (k->def == NULL ||
		    json_object_get(parameters, k->key) != NULL)
			continue;
		value = json_loads(k->def, JSON_DECODE_ANY, NULL);
		json_object_set_new(parameters, k->key,
		    value != NULL ? value : json_string(k->def));
	}
}

static void
overlay(json_t *to, const json_t *with)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)with, key, value)
	{
		if (json_is_null(value))
			json_object_del(to, key);
		else
			json_object_set(to, key, value);
	}
}

json_t *
method_parameters(const char *method, const json_t *methods,
    const json_t *of_host, const json_t *of_service, const json_t *of_rule)
{
	json_t *all = json_object();

	overlay(all,
	    json_object_get(json_object_get(methods, method), "parameters"));
	overlay(all, json_object_get(of_host, method));
	overlay(all, json_object_get(of_service, method));
	overlay(all, of_rule);
	return all;
}

bool
method_combines(const char *method, const json_t *parameters)
{
	const struct method_def *def = method_def_find(method);

	if (def == NULL || !def->combines ||
	    json_is_true(json_object_get(parameters, "each_contact")))
		return false;
	return def->target == NULL ||
	    (json_object_get(parameters, def->target) != NULL &&
		!json_is_false(json_object_get(parameters, def->target)));
}

const char *
method_text(const json_t *parameters, const char *key)
{
	const char *text = json_string_value(json_object_get(parameters, key));

	return text == NULL ? "" : text;
}
