/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP methods: what is sent where, by the documents of each service.
 * What there is to say is cut to the service's limits.
 */
#include "notifyd/methods/http_methods.h"

/* clang-format off */

const struct http_method http_webhook = {
	.secret = "secret_file",
	.secret_optional = true,
	.auth = HTTP_BASIC,
	.free_form = true,
	.steps = {{.on = NOTICE_ANY, .url = "$URL$"}},
};

/* Incoming webhooks: 200 and "ok". Mattermost takes the same. */
const struct http_method http_slack = {
	.steps = {{.on = NOTICE_ANY, .url = "$URL$", .body =
"{\"text\": \"$PARAMETER_MENTION$$MARK$*$OBJECT:markup$* $EVENT_TXT:markup$\","
" \"channel?\": \"$PARAMETER_CHANNEL$\","
" \"username?\": \"$PARAMETER_USERNAME$\","
" \"icon_url?\": \"$PARAMETER_ICON_URL$\","
" \"attachments\": [{"
"  \"color\": \"$COLOR$\","
"  \"fallback<1000\": \"$OBJECT:markup$ $EVENT_TXT:markup$: $OUTPUT:markup$\","
"  \"title\": \"$OBJECT:markup$\","
"  \"title_link?\": \"$LINK$\","
"  \"text<7000\": \"$OUTPUT:1000:markup$\\n$LONGOUTPUT:4000:markup$\","
"  \"fields\": ["
"   {\"title\": \"Host\", \"value\": \"$HOSTNAME:markup$ ($HOSTADDRESS:markup$)\", \"short\": true},"
"   {\"$if\": \"$SERVICEDESC$\", \"title\": \"Service\", \"value\": \"$SERVICEDESC:markup$\", \"short\": true},"
"   {\"title\": \"Time\", \"value\": \"$SHORTDATETIME$\", \"short\": true},"
"   {\"title\": \"Site\", \"value\": \"$OMD_SITE:markup$\", \"short\": true},"
"   {\"$if\": \"$NOTIFICATIONCOMMENT$\", \"title\": \"$NOTIFICATIONAUTHOR:markup$\", \"value\": \"$NOTIFICATIONCOMMENT:markup$\", \"short\": false},"
"   {\"$if\": \"$PARAMETER_MENTION_CONTACTS$\", \"title\": \"Please take a look\", \"value\": \"$MENTIONS:markup$\", \"short\": false}"
"  ]}]}"}},
};

/* A workflow "when a Teams webhook request is received": 202; the older
 * connectors answer 200 and hide their failures in the text. */
const struct http_method http_teams = {
	.busy = "HTTP error 429",
	.levels = {"Good", "Warning", "Attention", "Accent", "Attention", "Accent"},
	.steps = {{.on = NOTICE_ANY, .url = "$URL$", .body =
"{\"type\": \"message\", \"attachments\": [{"
" \"contentType\": \"application/vnd.microsoft.card.adaptive\","
" \"contentUrl\": null,"
" \"content\": {"
"  \"$schema\": \"http://adaptivecards.io/schemas/adaptive-card.json\","
"  \"type\": \"AdaptiveCard\", \"version\": \"1.4\","
"  \"msteams\": {\"width\": \"Full\"},"
"  \"body\": ["
"   {\"type\": \"TextBlock\", \"size\": \"Large\", \"weight\": \"Bolder\", \"wrap\": true,"
"    \"color\": \"$LEVEL$\", \"text\": \"$MARK:markdown$$OBJECT:markdown$ $EVENT_TXT:markdown$\"},"
"   {\"type\": \"FactSet\", \"facts\": ["
"    {\"title\": \"Host\", \"value\": \"$HOSTNAME:markdown$ ($HOSTADDRESS:markdown$)\"},"
"    {\"$if\": \"$SERVICEDESC$\", \"title\": \"Service\", \"value\": \"$SERVICEDESC:markdown$\"},"
"    {\"title\": \"State\", \"value\": \"$STATE$\"},"
"    {\"title\": \"Time\", \"value\": \"$LONGDATETIME:markdown$\"},"
"    {\"title\": \"Site\", \"value\": \"$OMD_SITE:markdown$\"},"
"    {\"$if\": \"$NOTIFICATIONCOMMENT$\", \"title\": \"$NOTIFICATIONAUTHOR:markdown$\", \"value\": \"$NOTIFICATIONCOMMENT:markdown$\"}]},"
"   {\"type\": \"TextBlock\", \"wrap\": true, \"text\": \"$OUTPUT:1000:markdown$\"},"
"   {\"$if\": \"$LONGOUTPUT$\", \"type\": \"TextBlock\", \"wrap\": true, \"isSubtle\": true,"
"    \"text\": \"$LONGOUTPUT:4000:markdown$\"}"
"  ],"
"  \"actions?\": [{\"$if\": \"$LINK$\", \"type\": \"Action.OpenUrl\","
"   \"title\": \"Open in Vedette\", \"url\": \"$LINK$\"}]"
" }}]}"}},
};

#define PAGERDUTY_EVENT(action)                                                \
	"\"routing_key\": \"$SECRET$\", \"event_action\": \"" action "\","      \
	" \"dedup_key<255\": \"$DEDUP$\""

/* Events API v2: 202. */
const struct http_method http_pagerduty = {
	.url = "https://events.pagerduty.com/v2/enqueue",
	.secret = "routing_key_file",
	.levels = {"info", "warning", "critical", "error", "critical", "error"},
	.steps = {
		{.on = NOTICE_PROBLEM | NOTICE_FLAP_START, .url = "$URL$", .body =
"{" PAGERDUTY_EVENT("trigger") ","
" \"client\": \"Vedette\", \"client_url?\": \"$LINK$\","
" \"payload\": {"
"  \"summary<1024\": \"$MARK$$OBJECT$ $EVENT_WORDS$: $OUTPUT$\","
"  \"source\": \"$HOSTNAME$\","
"  \"severity\": \"$LEVEL$\","
"  \"timestamp\": \"$ISOTIME$\","
"  \"component?\": \"$SERVICEDESC$\","
"  \"group?\": \"$HOSTGROUPNAMES$\","
"  \"class?\": \"$SERVICECHECKCOMMAND$\","
"  \"custom_details\": {"
"   \"site\": \"$OMD_SITE$\", \"host\": \"$HOSTNAME$\", \"address?\": \"$HOSTADDRESS$\","
"   \"service?\": \"$SERVICEDESC$\", \"state\": \"$STATE$\", \"last_state?\": \"$LASTSTATE$\","
"   \"output<10000?\": \"$OUTPUT$\", \"long_output<20000?\": \"$LONGOUTPUT$\","
"   \"perfdata<10000?\": \"$PERFDATA$\", \"comment?\": \"$NOTIFICATIONCOMMENT$\"}}}"},
		{.on = NOTICE_ACK, .url = "$URL$",
		 .body = "{" PAGERDUTY_EVENT("acknowledge") "}"},
		{.on = NOTICE_RECOVERY | NOTICE_FLAP_STOP, .url = "$URL$",
		 .body = "{" PAGERDUTY_EVENT("resolve") "}"},
	},
};

#define OPSGENIE_ALIAS "vedette-$OMD_SITE$-$INCIDENT$"
#define OPSGENIE_ALERT "$BASE$/v2/alerts/vedette-$OMD_SITE:url$-$INCIDENT$"

/* Alert API: 202 for each. */
const struct http_method http_opsgenie = {
	.url = "https://api.opsgenie.com",
	.secret = "key_file",
	.auth = HTTP_HEADER,
	.auth_header = "Authorization: GenieKey $SECRET$",
	.levels = {"P5", "P3", "P1", "P2", "P1", "P2"},
	.steps = {
		{.on = NOTICE_PROBLEM, .url = "$BASE$/v2/alerts", .body =
"{\"message<130\": \"$MARK$$OBJECT$ $EVENT_WORDS$\","
" \"alias<512\": \"" OPSGENIE_ALIAS "\","
" \"description<15000\": \"$OUTPUT$\\n$LONGOUTPUT$\","
" \"responders?\": \"$PARAMETER_RESPONDERS$\","
" \"tags?\": \"$PARAMETER_TAGS$\","
" \"details\": {"
"  \"site\": \"$OMD_SITE$\", \"host\": \"$HOSTNAME$\", \"address?\": \"$HOSTADDRESS$\","
"  \"service?\": \"$SERVICEDESC$\", \"state\": \"$STATE$\", \"link?\": \"$LINK$\","
"  \"contacts\": \"$CONTACTNAME$\"},"
" \"entity<512\": \"$OBJECT$\","
" \"source<100\": \"Vedette $OMD_SITE$\","
" \"priority\": \"$LEVEL$\"}"},
		{.on = NOTICE_ACK,
		 .url = OPSGENIE_ALERT "/acknowledge?identifierType=alias", .body =
"{\"user<100?\": \"$NOTIFICATIONAUTHOR$\", \"source<100\": \"Vedette $OMD_SITE$\","
" \"note<25000?\": \"$NOTIFICATIONCOMMENT$\"}"},
		{.on = NOTICE_RECOVERY,
		 .url = OPSGENIE_ALERT "/close?identifierType=alias", .body =
"{\"source<100\": \"Vedette $OMD_SITE$\", \"note<25000?\": \"$OUTPUT$\"}"},
	},
};

/* Bot API: 4096 characters after its markup was taken out. */
const struct http_method http_telegram = {
	.url = "https://api.telegram.org",
	.secret = "token_file",
	.retry_path = "parameters.retry_after",
	.retry_unit_ms = 1000,
	.steps = {{.on = NOTICE_ANY, .url = "$BASE$/bot$SECRET$/sendMessage", .body =
"{\"chat_id\": \"$PARAMETER_CHAT$\","
" \"message_thread_id?\": \"$PARAMETER_THREAD$\","
" \"parse_mode\": \"HTML\","
" \"disable_web_page_preview\": true,"
" \"text\": \"$MARK$<b>$OBJECT:300:html$</b> $EVENT_TXT:100:html$\\n"
"$OUTPUT:1000:html$\\n$LONGOUTPUT:1500:html$\\n"
"$NOTIFICATIONAUTHOR:100:html$ $NOTIFICATIONCOMMENT:300:html$\\n"
"$SHORTDATETIME$ $LINK:400:html$\"}"}},
};

/* Client-server API v3. The delivery's id makes it happen once. */
const struct http_method http_matrix = {
	.secret = "token_file",
	.auth = HTTP_HEADER,
	.auth_header = "Authorization: Bearer $SECRET$",
	.retry_path = "retry_after_ms",
	.retry_unit_ms = 1,
	.steps = {{.on = NOTICE_ANY, .verb = "PUT",
		.url = "$BASE$/_matrix/client/v3/rooms/$PARAMETER_ROOM:url$"
		       "/send/m.room.message/$DELIVERY_ID:url$", .body =
"{\"msgtype\": \"m.text\","
" \"body\": \"$MARK$$OBJECT$ $EVENT_TXT$\\n$OUTPUT:1000$\\n$LONGOUTPUT:4000$\\n"
"$NOTIFICATIONAUTHOR$ $NOTIFICATIONCOMMENT:1000$\\n$LINK$\","
" \"format\": \"org.matrix.custom.html\","
" \"formatted_body\": \"$MARK:html$<strong><font color=\\\"$COLOR$\\\">"
"$OBJECT:html$ $EVENT_TXT:html$</font></strong><br>$OUTPUT:1000:html$"
"<pre>$LONGOUTPUT:4000:html$</pre>$NOTIFICATIONAUTHOR:html$ "
"$NOTIFICATIONCOMMENT:1000:html$<br>$LINK:html$\"}"}},
};

#define JIRA_ISSUE "$BASE$/rest/api/2/issue"

/* REST API v2: the ticket of a problem is remembered; one that another try
 * made is found by its label. */
const struct http_method http_jira = {
	.secret = "token_file",
	.auth = HTTP_LOGIN,
	.tickets = true,
	.steps = {
		{.on = NOTICE_PROBLEM | NOTICE_RECOVERY | NOTICE_ACK,
		 .need = HTTP_WITHOUT_TICKET, .verb = "GET",
		 .url = "$BASE$$PARAMETER_SEARCH$?jql=labels%20%3D%20%22vedette-"
			"$INCIDENT$%22%20AND%20statusCategory%20!%3D%20Done"
			"&fields=key&maxResults=1",
		 .keep = "issues.0.key"},
		{.on = NOTICE_ANY, .need = HTTP_WITH_TICKET,
		 .url = JIRA_ISSUE "/$TICKET$/comment", .body =
"{\"body<32000\": \"$MARK$$OBJECT$ $EVENT_WORDS$\\n\\n$OUTPUT$\\n"
"$NOTIFICATIONAUTHOR$ $NOTIFICATIONCOMMENT$\"}"},
		{.on = NOTICE_PROBLEM, .need = HTTP_WITHOUT_TICKET,
		 .url = JIRA_ISSUE, .keep = "key", .body =
"{\"fields\": {"
"  \"project\": {\"key\": \"$PARAMETER_PROJECT$\"},"
"  \"issuetype\": {\"name\": \"$PARAMETER_ISSUE_TYPE$\"},"
"  \"summary<250\": \"$PARAMETER_SUMMARY$\","
"  \"description<32000\": \"$PARAMETER_DESCRIPTION$\","
"  \"labels\": [\"vedette\", \"vedette-$INCIDENT$\"],"
"  \"$with\": \"$PARAMETER_FIELDS$\"}}"},
		{.on = NOTICE_RECOVERY, .need = HTTP_WITH_TICKET,
		 .parameter = "recovery_transition", .verb = "GET",
		 .url = JIRA_ISSUE "/$TICKET$/transitions",
		 .pick_list = "transitions", .pick_by = "name",
		 .pick_parameter = "recovery_transition", .pick_id = "id"},
		{.on = NOTICE_RECOVERY, .need = HTTP_WITH_TICKET,
		 .parameter = "recovery_transition",
		 .url = JIRA_ISSUE "/$TICKET$/transitions",
		 .body = "{\"transition\": {\"id\": \"$PICKED$\"}}"},
	},
};
