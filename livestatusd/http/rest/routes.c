/* SPDX-License-Identifier: Apache-2.0
 *
 * Every end point, with what a request may say; see rest.h. A field that names
 * a kind of request comes first in its table.
 */
#include "livestatusd/http/rest/rest.h"

#define VALUES(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

VALUES(ack_host_types, "host", "hostgroup", "host_by_query");
VALUES(ack_service_types, "service", "servicegroup", "service_by_query");
VALUES(ack_types, "host", "hostgroup", "host_by_query", "service",
    "servicegroup", "service_by_query");
VALUES(comment_host_types, "host", "host_by_query");
VALUES(comment_service_types, "service", "service_by_query");
VALUES(delete_comment_types, "by_id", "query", "params");
VALUES(delete_types, "by_id", "query", "params", "hostgroup", "servicegroup");
VALUES(downtime_types, "host", "service", "both");
VALUES(recurrences, "fixed", "hour", "day", "week", "second_week",
    "fourth_week", "weekday_start", "weekday_end", "day_of_month");
VALUES(event_states, "ok", "warning", "critical", "unknown");
VALUES(event_phases, "open", "ack");
VALUES(event_filters, "by_id", "query", "params", "all");

#define QUERY(of, required)                                                    \
	{                                                                      \
		"query", REST_QUERY, required, of, NULL,                       \
		    "which objects, e.g. {\"op\": \"=\", \"left\": "           \
		    "\"state\", \"right\": \"2\"}"                             \
	}
#define COLUMNS                                                                \
	{                                                                      \
		"columns", REST_TEXTS, false, NULL, NULL,                      \
		    "columns of Livestatus"                                    \
	}
#define SITES                                                                  \
	{                                                                      \
		"sites", REST_TEXTS, false, NULL, NULL, "only of these sites"  \
	}
#define HOST    "name of a host"
#define SERVICE "description of a service"

static const struct rest_field site_list[] = {
    {"query", REST_QUERY, false, NULL, NULL, "taken, without effect"}, {0}};
static const struct rest_field host_list[] = {
    QUERY(NULL, false), COLUMNS, SITES, {0}};
static const struct rest_field service_list[] = {QUERY(NULL, false), COLUMNS,
    SITES, {"host_name", REST_TEXT, false, NULL, NULL, HOST}, {0}};
static const struct rest_field columns_only[] = {COLUMNS, SITES, {0}};
static const struct rest_field show_service[] = {
    {"service_description", REST_TEXT, true, NULL, NULL, SERVICE}, COLUMNS,
    {0}};

#define ACKNOWLEDGE                                                            \
	{"sticky", REST_BOOL, false, NULL, NULL,                               \
	    "until the object is well again; true if absent"},                 \
	    {"persistent", REST_BOOL, false, NULL, NULL,                       \
		"the comment stays when it ends"},                             \
	    {"notify", REST_BOOL, false, NULL, NULL,                           \
		"contacts are told; true if absent"},                          \
	    {"comment", REST_TEXT, true, NULL, NULL, "why"},                   \
	{                                                                      \
		"expire_on", REST_TIME, false, NULL, NULL, "when it ends"      \
	}

static const struct rest_field ack_hosts[] = {
    {"acknowledge_type", REST_TEXT, true, NULL, ack_host_types, "which"},
    {"host_name", REST_TEXT, true, "host", NULL, HOST},
    {"hostgroup_name", REST_TEXT, true, "hostgroup", NULL, "a host group"},
    QUERY("host_by_query", true), ACKNOWLEDGE, {0}};
static const struct rest_field ack_services[] = {
    {"acknowledge_type", REST_TEXT, true, NULL, ack_service_types, "which"},
    {"host_name", REST_TEXT, true, "service", NULL, HOST},
    {"service_description", REST_TEXT, true, "service", NULL, SERVICE},
    {"servicegroup_name", REST_TEXT, true, "servicegroup", NULL,
	"a service group"},
    QUERY("service_by_query", true), ACKNOWLEDGE, {0}};
static const struct rest_field unack[] = {
    {"acknowledge_type", REST_TEXT, true, NULL, ack_types, "which"},
    {"host_name", REST_TEXT, false, NULL, NULL, HOST},
    {"service_description", REST_TEXT, true, "service", NULL, SERVICE},
    {"hostgroup_name", REST_TEXT, true, "hostgroup", NULL, "a host group"},
    {"servicegroup_name", REST_TEXT, true, "servicegroup", NULL,
	"a service group"},
    {"query", REST_QUERY, false, NULL, NULL, "which objects"}, {0}};

#define DOWNTIME                                                               \
	{"start_time", REST_TIME, true, NULL, NULL,                            \
	    "ISO 8601; without an offset it is the site's local time"},        \
	    {"end_time", REST_TIME, true, NULL, NULL, "as start_time"},        \
	    {"recur", REST_TEXT, false, NULL, recurrences,                     \
		"how it recurs; \"fixed\" if absent: not"},                    \
	    {"duration", REST_NUMBER, false, NULL, NULL,                       \
		"minutes; above 0 it is flexible: it begins with the first "   \
		"problem"},                                                    \
	{                                                                      \
		"comment", REST_TEXT, false, NULL, NULL, "why"                 \
	}

static const struct rest_field down_hosts[] = {
    {"downtime_type", REST_TEXT, true, NULL, ack_host_types, "which"},
    {"host_name", REST_TEXT, true, "host", NULL, HOST},
    {"hostgroup_name", REST_TEXT, true, "hostgroup", NULL, "a host group"},
    QUERY("host_by_query", true), DOWNTIME, {0}};
static const struct rest_field down_services[] = {
    {"downtime_type", REST_TEXT, true, NULL, ack_service_types, "which"},
    {"host_name", REST_TEXT, true, "service", NULL, HOST},
    {"service_descriptions", REST_TEXTS, true, "service", NULL, SERVICE},
    {"servicegroup_name", REST_TEXT, true, "servicegroup", NULL,
	"a service group"},
    QUERY("service_by_query", true), DOWNTIME, {0}};
static const struct rest_field down_list[] = {QUERY(NULL, false),
    {"host_name", REST_TEXT, false, NULL, NULL, HOST},
    {"service_description", REST_TEXT, false, NULL, NULL, SERVICE},
    {"downtime_type", REST_TEXT, false, NULL, downtime_types, "of which"},
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"},
    {"sort_by", REST_TEXT, false, NULL, NULL, "taken, without effect"}, {0}};
static const struct rest_field site_only[] = {
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};

#define WHICH                                                                  \
	{"site_id", REST_TEXT, false, NULL, NULL, "a site"},                   \
	    {"host_name", REST_TEXT, true, "params", NULL, HOST},              \
	    {"service_descriptions", REST_TEXTS, false, "params", NULL,        \
		SERVICE},                                                      \
	    QUERY("query", true)
#define WHICH_DOWNTIME                                                         \
	{"downtime_id", REST_NUMBER, true, "by_id", NULL,                      \
	    "number of a downtime"},                                           \
	    WHICH,                                                             \
	    {"hostgroup_name", REST_TEXT, true, "hostgroup", NULL,             \
		"a host group"},                                               \
	{                                                                      \
		"servicegroup_name", REST_TEXT, true, "servicegroup", NULL,    \
		    "a service group"                                          \
	}
static const struct rest_field down_delete[] = {
    {"delete_type", REST_TEXT, true, NULL, delete_types, "which"},
    WHICH_DOWNTIME, {0}};
static const struct rest_field down_modify[] = {
    {"modify_type", REST_TEXT, true, NULL, delete_types, "which"},
    WHICH_DOWNTIME,
    {"end_time", REST_ANY, false, NULL, NULL,
	"new end: a time, minutes to add, or {modify_type, value}"},
    {"comment", REST_TEXT, false, NULL, NULL, "new comment"}, {0}};

#define COMMENT                                                                \
	{"persistent", REST_BOOL, false, NULL, NULL, "survives a restart"},    \
	{                                                                      \
		"comment", REST_TEXT, true, NULL, NULL, "the text"             \
	}
static const struct rest_field comment_hosts[] = {
    {"comment_type", REST_TEXT, true, NULL, comment_host_types, "which"},
    {"host_name", REST_TEXT, true, "host", NULL, HOST},
    QUERY("host_by_query", true), COMMENT, {0}};
static const struct rest_field comment_services[] = {
    {"comment_type", REST_TEXT, true, NULL, comment_service_types, "which"},
    {"host_name", REST_TEXT, true, "service", NULL, HOST},
    {"service_description", REST_TEXT, true, "service", NULL, SERVICE},
    QUERY("service_by_query", true), COMMENT, {0}};
static const struct rest_field comment_list[] = {QUERY(NULL, false),
    {"host_name", REST_TEXT, false, NULL, NULL, HOST},
    {"service_description", REST_TEXT, false, NULL, NULL, SERVICE},
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};
static const struct rest_field comment_delete[] = {
    {"delete_type", REST_TEXT, true, NULL, delete_comment_types, "which"},
    {"comment_id", REST_NUMBER, true, "by_id", NULL, "number of a comment"},
    WHICH, {0}};

#define EVENT_FILTER                                                           \
	{"host", REST_TEXT, false, NULL, NULL, "host of the event"},           \
	    {"application", REST_TEXT, false, NULL, NULL, "its program"},      \
	    {"state", REST_TEXT, false, NULL, event_states, "its state"},      \
	{                                                                      \
		"phase", REST_TEXT, false, NULL, event_phases, "its phase"     \
	}
static const struct rest_field event_list[] = {
    QUERY(NULL, false), EVENT_FILTER, SITES, {0}};
static const struct rest_field event_change[] = {
    {"new_state", REST_TEXT, true, NULL, event_states, "the new state"},
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};
#define EVENT_FILTERS                                                          \
	{                                                                      \
		"filters", REST_ANY, false, NULL, NULL,                        \
		    "of params: {host, application, state, phase}"             \
	}
static const struct rest_field event_change_many[] = {
    {"filter_type", REST_TEXT, true, NULL, event_filters, "which"},
    QUERY("query", true), EVENT_FILTERS,
    {"event_id", REST_NUMBER, true, "by_id", NULL, "number of an event"},
    {"new_state", REST_TEXT, true, NULL, event_states, "the new state"},
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};
#define EVENT_UPDATE                                                           \
	{"change_comment", REST_TEXT, false, NULL, NULL, "new comment"},       \
	    {"change_contact", REST_TEXT, false, NULL, NULL, "new contact"},   \
	{                                                                      \
		"phase", REST_TEXT, false, NULL, event_phases,                 \
		    "the new phase; \"ack\" if absent"                         \
	}
static const struct rest_field event_update[] = {
    EVENT_UPDATE, {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};
static const struct rest_field event_update_many[] = {
    {"filter_type", REST_TEXT, true, NULL, event_filters, "which"},
    QUERY("query", true), EVENT_FILTERS,
    {"event_id", REST_NUMBER, true, "by_id", NULL, "number of an event"},
    EVENT_UPDATE, {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};
static const struct rest_field event_delete[] = {
    {"filter_type", REST_TEXT, true, NULL, event_filters, "which"},
    {"event_id", REST_NUMBER, true, "by_id", NULL, "number of an event"},
    QUERY("query", true), EVENT_FILTERS,
    {"site_id", REST_TEXT, false, NULL, NULL, "a site"}, {0}};

static const char *const metric_types[] = {
    "single_metric", "predefined_graph", NULL};
static const char *const reductions[] = {"min", "max", "average", NULL};
static const struct rest_field metric[] = {
    {"type", REST_TEXT, true, NULL, metric_types, "what is asked for"},
    {"metric_id", REST_TEXT, true, "single_metric", NULL, "name of a metric"},
    {"graph_id", REST_TEXT, true, "predefined_graph", NULL,
	"METRIC_ and the name of a metric"},
    {"time_range", REST_ANY, true, NULL, NULL, "{start, end}, ISO 8601"},
    {"reduce", REST_TEXT, false, NULL, reductions,
	"max (default), or averages; of least values averages are kept"},
    {"host_name", REST_TEXT, true, NULL, NULL, HOST},
    {"service_description", REST_TEXT, true, NULL, NULL,
	"a service; _HOST_: the host itself"},
    {"site", REST_TEXT, false, NULL, NULL, "taken, without effect"},
    {"site_id", REST_TEXT, false, NULL, NULL, "taken, without effect"}, {0}};

static const struct rest_field aggregation_states[] = {
    {"filter_names", REST_TEXTS, false, NULL, NULL, "titles or names"},
    {"filter_groups", REST_TEXTS, false, NULL, NULL,
	"groups; no aggregation has one"},
    {0}};

static const struct rest_field complete[] = {
    {"value", REST_TEXT, true, NULL, NULL, "what was typed so far"},
    {"parameters", REST_ANY, false, NULL, NULL, "context of the choice"}, {0}};

#define WHICH_HOSTS                                                            \
	{"object_type", REST_TEXT, true, NULL, ack_host_types, "which"},       \
	    {"host_name", REST_TEXT, true, "host", NULL, HOST},                \
	    {"hostgroup_name", REST_TEXT, true, "hostgroup", NULL,             \
		"a host group"},                                               \
	    QUERY("host_by_query", true)
#define WHICH_SERVICES                                                         \
	{"object_type", REST_TEXT, true, NULL, ack_service_types, "which"},    \
	    {"host_name", REST_TEXT, true, "service", NULL, HOST},             \
	    {"service_description", REST_TEXT, true, "service", NULL,          \
		SERVICE},                                                      \
	    {"servicegroup_name", REST_TEXT, true, "servicegroup", NULL,       \
		"a service group"},                                            \
	    QUERY("service_by_query", true)
#define RESULT                                                                 \
	{"state", REST_NUMBER, true, NULL, NULL, "0 to 3, of hosts to 2"},     \
	    {"output", REST_TEXT, true, NULL, NULL, "what the check says"},    \
	{                                                                      \
		"performance_data", REST_TEXT, false, NULL, NULL, "its values" \
	}
#define NOTIFY                                                                 \
	{"comment", REST_TEXT, true, NULL, NULL, "the message"},               \
	    {"broadcast", REST_BOOL, false, NULL, NULL, "to all contacts"},    \
	{                                                                      \
		"forced", REST_BOOL, false, NULL, NULL,                        \
		    "even where notifications are off"                         \
	}
static const struct rest_field on_hosts[] = {WHICH_HOSTS, {0}};
static const struct rest_field on_services[] = {WHICH_SERVICES, {0}};
static const struct rest_field result_hosts[] = {WHICH_HOSTS, RESULT, {0}};
static const struct rest_field result_services[] = {
    WHICH_SERVICES, RESULT, {0}};
static const struct rest_field notify_hosts[] = {WHICH_HOSTS, NOTIFY, {0}};
static const struct rest_field notify_services[] = {
    WHICH_SERVICES, NOTIFY, {0}};

/* Both routes of an action. */
#define ACTION(name, permission, fields, help)                                 \
	{"POST", "domain-types/host/actions/" name "/invoke", permission,      \
	    fields##_hosts, rest_action, help " of hosts"},                    \
	{                                                                      \
		"POST", "domain-types/service/actions/" name "/invoke",        \
		    permission, fields##_services, rest_action,                \
		    help " of services"                                        \
	}
#define SWITCHES(name, permission, help)                                       \
	ACTION("enable_" name, permission, on, help " on"),                    \
	    ACTION("disable_" name, permission, on, help " off")

#define ACK  "action.acknowledge"
#define DOWN "action.downtimes"
#define NOTE "action.addcomment"
#define EV   "objects/event_console/{event_id}"
#define EVS  "domain-types/event_console"

const struct rest_route rest_routes[] = {
    {"GET", "version", NULL, NULL, rest_version, "versions of the site"},
    {"GET", "openapi.json", NULL, NULL, rest_openapi, "this description"},
    {"GET", "objects/user_config/{username}", NULL, NULL, rest_user,
	"a person"},
    {"GET", "domain-types/user_config/collections/all", "wato.users", NULL,
	rest_users, "all people"},
    {"GET", "domain-types/site_connection/collections/all", NULL, site_list,
	rest_sites, "all sites"},
    {"GET", "objects/site_connection/{site_id}", NULL, NULL, rest_site,
	"a site"},
    {"POST", "objects/autocomplete/{autocomplete_id}", NULL, complete,
	rest_complete, "choices for what was typed"},
    {"POST", "domain-types/metric/actions/get/invoke", NULL, metric,
	rest_metric, "the history of a metric"},

    {"GET", "domain-types/bi_aggregation/actions/aggregation_state/invoke",
	NULL, aggregation_states, rest_aggregation_states,
	"states of aggregations"},
    {"POST", "domain-types/bi_aggregation/actions/aggregation_state/invoke",
	NULL, aggregation_states, rest_aggregation_states,
	"states of aggregations"},

    {"GET", "domain-types/host/collections/all", NULL, host_list, rest_hosts,
	"hosts and their state"},
    {"POST", "domain-types/host/collections/all", NULL, host_list, rest_hosts,
	"hosts and their state"},
    {"GET", "objects/host/{host_name}", NULL, columns_only, rest_host,
	"a host and its state"},
    {"GET", "domain-types/service/collections/all", NULL, service_list,
	rest_services, "services and their state"},
    {"POST", "domain-types/service/collections/all", NULL, service_list,
	rest_services, "services and their state"},
    {"GET", "objects/host/{host_name}/collections/services", NULL, host_list,
	rest_services_of_host, "services of a host"},
    {"POST", "objects/host/{host_name}/collections/services", NULL, host_list,
	rest_services_of_host, "services of a host"},
    {"GET", "objects/host/{host_name}/actions/show_service/invoke", NULL,
	show_service, rest_show_service, "a service and its state"},

    {"POST", "domain-types/acknowledge/collections/host", ACK, ack_hosts,
	rest_acknowledge_hosts, "acknowledge problems of hosts"},
    {"POST", "domain-types/acknowledge/collections/service", ACK, ack_services,
	rest_acknowledge_services, "acknowledge problems of services"},
    {"POST", "domain-types/acknowledge/actions/delete/invoke", ACK, unack,
	rest_unacknowledge, "remove acknowledgements"},

    {"POST", "domain-types/downtime/collections/host", DOWN, down_hosts,
	rest_downtime_hosts, "set downtimes of hosts"},
    {"POST", "domain-types/downtime/collections/service", DOWN, down_services,
	rest_downtime_services, "set downtimes of services"},
    {"GET", "domain-types/downtime/collections/all", NULL, down_list,
	rest_downtimes, "downtimes"},
    {"GET", "objects/downtime/{downtime_id}", NULL, site_only, rest_downtime,
	"a downtime"},
    {"POST", "domain-types/downtime/actions/delete/invoke", DOWN, down_delete,
	rest_downtime_delete, "remove downtimes"},
    {"PUT", "domain-types/downtime/actions/modify/invoke", DOWN, down_modify,
	rest_downtime_modify, "change end or comment of downtimes"},

    {"POST", "domain-types/comment/collections/host", NOTE, comment_hosts,
	rest_comment_hosts, "write comments at hosts"},
    {"POST", "domain-types/comment/collections/service", NOTE, comment_services,
	rest_comment_services, "write comments at services"},
    {"GET", "domain-types/comment/collections/all", NULL, comment_list,
	rest_comments, "comments"},
    {"GET", "domain-types/comment/collections/host", NULL, comment_list,
	rest_comments_of_hosts, "comments at hosts"},
    {"GET", "domain-types/comment/collections/service", NULL, comment_list,
	rest_comments_of_services, "comments at services"},
    {"GET", "objects/comment/{comment_id}", NULL, site_only, rest_comment,
	"a comment"},
    {"POST", "domain-types/comment/actions/delete/invoke", NOTE, comment_delete,
	rest_comment_delete, "remove comments"},

    ACTION("reschedule", "action.reschedule", on, "run checks now"),
    SWITCHES("notifications", "action.notifications", "switch notifications"),
    SWITCHES("active_checks", "action.enablechecks", "switch active checks"),
    SWITCHES("passive_checks", "action.enablechecks", "switch passive checks"),
    SWITCHES("flap_detection", "action.enablechecks", "switch flap detection"),
    ACTION("enter_result", "action.fakechecks", result, "enter results"),
    ACTION("notify", "action.customnotification", notify, "tell the contacts"),

    {"GET", EVS "/collections/all", NULL, event_list, rest_events, "events"},
    {"GET", EV, NULL, site_only, rest_event, "an event"},
    {"POST", EV "/actions/change_state/invoke", "action.update_event",
	event_change, rest_event_change, "change the state of an event"},
    {"POST", EV "/actions/update_and_acknowledge/invoke", "action.update_event",
	event_update, rest_event_acknowledge,
	"change an event, acknowledge it"},
    {"POST", EVS "/actions/change_state/invoke", "action.update_event",
	event_change_many, rest_event_change, "change the state of events"},
    {"POST", EVS "/actions/update_and_acknowledge/invoke",
	"action.update_event", event_update_many, rest_event_acknowledge,
	"change events, acknowledge them"},
    {"POST", EVS "/actions/delete/invoke", "action.delete_event", event_delete,
	rest_event_delete, "archive events"},
    {0}};
