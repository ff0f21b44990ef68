/* SPDX-License-Identifier: Apache-2.0
 *
 * Words about a notification; see words.h.
 */
#include "notifyd/methods/words.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct type {
	const char *name;
	enum notice_kind kind;
	const char *event, *words; /* before the state in brackets; or NULL */
} types[] = {
    {"PROBLEM", NOTICE_PROBLEM, NULL, NULL},
    {"RECOVERY", NOTICE_RECOVERY, NULL, NULL},
    {"ACKNOWLEDGEMENT", NOTICE_ACK, "Acknowledged", "Acknowledged"},
    {"FLAPPINGSTART", NOTICE_FLAP_START, "Started Flapping",
	"Started flapping"},
    {"FLAPPINGSTOP", NOTICE_FLAP_STOP, "Stopped Flapping", "Stopped flapping"},
    {"FLAPPINGDISABLED", NOTICE_FLAP_OFF, "Disabled Flapping",
	"Flap detection switched off"},
    {"DOWNTIMESTART", NOTICE_DOWNTIME, "Downtime Start", "Downtime start"},
    {"DOWNTIMEEND", NOTICE_DOWNTIME, "Downtime End", "Downtime end"},
    {"DOWNTIMECANCELLED", NOTICE_DOWNTIME, "Downtime Cancelled",
	"Downtime cancelled"},
    {"CUSTOM", NOTICE_CUSTOM, "Custom Notification", "Notification"},
};

static const struct type *
type_of(const struct context *ctx)
{
	const char *name = context_text(ctx, "NOTIFICATIONTYPE");

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	}
	return NULL;
}

static bool
is_handler(const struct context *ctx)
{
	return strncmp(context_text(ctx, "NOTIFICATIONTYPE"), "ALERTHANDLER",
		   12) == 0;
}

enum notice_kind
notice_kind(const struct context *ctx)
{
	const struct type *type = type_of(ctx);

	if (is_handler(ctx))
		return NOTICE_HANDLER;
	return type == NULL ? NOTICE_CUSTOM : type->kind;
}

enum notice_state
notice_state(const struct context *ctx)
{
	static const struct {
		const char *start;
		enum notice_state state;
	} states[] = {{"OK", STATE_GOOD}, {"UP", STATE_GOOD},
	    {"WARN", STATE_WARN}, {"CRIT", STATE_CRIT}, {"DOWN", STATE_DOWN},
	    {"UNREACH", STATE_UNREACH}};
	const char *state = context_of_object(ctx, "", "STATE");

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strncmp(state, states[i].start, strlen(states[i].start)) ==
		    0)
			return states[i].state;
	}
	return STATE_UNKNOWN;
}

static void
add_event_txt(struct context *ctx)
{
	const struct type *type = type_of(ctx);
	const char *state = context_text(ctx, "SHORTSTATE");
	const char *was = context_text(ctx, "LASTSHORTSTATE");

	if (is_handler(ctx))
		context_setf(ctx, "EVENT_TXT", "Alert handler (%s)",
		    context_text(ctx, "ALERTHANDLERSHORTSTATE"));
	else if (type != NULL && type->kind == NOTICE_FLAP_START)
		context_sets(ctx, "EVENT_TXT", type->event);
	else if (type != NULL && type->event != NULL)
		context_setf(ctx, "EVENT_TXT", "%s (%s)", type->event, state);
	else
		context_setf(ctx, "EVENT_TXT", "%s -> %s",
		    was[0] == '\0' ? "?" : was, state);
}

static void
add_event_words(struct context *ctx)
{
	const struct type *type = type_of(ctx);
	const char *state = context_text(ctx, "STATE");
	const char *was = context_text(ctx, "LASTSTATE");

	if (is_handler(ctx))
		context_setf(ctx, "EVENT_WORDS", "Alert handler (%s)",
		    context_text(ctx, "ALERTHANDLERSTATE"));
	else if (type != NULL && type->words != NULL)
		context_setf(ctx, "EVENT_WORDS", "%s (%s)", type->words, state);
	else if (was[0] == '\0' || was[0] == '?' || strcmp(was, state) == 0)
		context_setf(ctx, "EVENT_WORDS", "is %s", state);
	else
		context_setf(ctx, "EVENT_WORDS", "is %s (was %s)", state, was);
}

static void
add_incident(struct context *ctx)
{
	const char *names[] = {context_text(ctx, "OMD_SITE"),
	    context_text(ctx, "HOSTNAME"), context_text(ctx, "SERVICEDESC"),
	    context_of_object(ctx, "", "PROBLEMID"),
	    context_text(ctx, "EC_ID")};
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (const char *p = names[i]; *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) *
			    UINT64_C(0x100000001b3);
		hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
	}
	context_setf(ctx, "INCIDENT", "%016llx", (unsigned long long)hash);
}

static void
add_dedup(struct context *ctx)
{
	struct str key = {0}, clean = {0};

	if (context_is_service(ctx))
		str_addf(&key, "%s/", context_text(ctx, "SERVICEDESC"));
	str_addf(&key, "%s:%s", context_text(ctx, "HOSTNAME"),
	    context_text(ctx, "HOSTADDRESS"));
	for (const char *p = str_get(&key); *p != '\0'; p++) {
		if (*p != ' ')
			str_addc(&clean, *p);
	}
	context_set(ctx, "DEDUP", str_slice(&clean));
	str_free(&key);
	str_free(&clean);
}

static void
add_time(struct context *ctx)
{
	char text[40] = "";
	int64_t us = 0;
	struct tm tm;
	time_t at;

	num_i64(slice_of(context_text(ctx, "MICROTIME")), &us);
	at = (time_t)(us / 1000000);
	if (gmtime_r(&at, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		context_sets(ctx, "ISOTIME", text);
}

static void
add_mentions(struct context *ctx)
{
	struct slice rest = slice_of(context_text(ctx, "CONTACTNAME")), name;
	struct str text = {0};

	while (slice_next(&rest, ',', &name)) {
		str_add(&text, text.len > 0 ? ", @" : "@");
		str_addslice(&text, name);
	}
	context_set(ctx, "MENTIONS", str_slice(&text));
	str_free(&text);
}

static void
add_object(struct context *ctx)
{
	static const char *const same[][3] = {{"", "STATE", "STATE"},
	    {"PREVIOUS", "HARDSTATE", "LASTSTATE"}, {"", "OUTPUT", "OUTPUT"},
	    {"LONG", "OUTPUT", "LONGOUTPUT"}, {"", "PERFDATA", "PERFDATA"}};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		context_setf(ctx, same[i][2], "%s",
		    context_of_object(ctx, same[i][0], same[i][1]));
	context_setf(ctx, "SHORTSTATE", "%.4s", context_text(ctx, "STATE"));
	context_setf(
	    ctx, "LASTSHORTSTATE", "%.4s", context_text(ctx, "LASTSTATE"));
	if (context_is_service(ctx))
		context_setf(ctx, "OBJECT", "%s/%s",
		    context_text(ctx, "HOSTNAME"),
		    context_text(ctx, "SERVICEDESC"));
	else
		context_setf(
		    ctx, "OBJECT", "%s", context_text(ctx, "HOSTNAME"));
}

void
words_add(struct context *ctx, const char *url)
{
	static const char *const colors[STATE_COUNT] = {
	    [STATE_GOOD] = "#2eb886",
	    [STATE_WARN] = "#daa038",
	    [STATE_CRIT] = "#c1121f",
	    [STATE_UNKNOWN] = "#e07a1f",
	    [STATE_DOWN] = "#c1121f",
	    [STATE_UNREACH] = "#7a5195"};
	const char *mark = context_text(ctx, "NOTIFICATIONMARK");
	size_t len = strlen(url);

	add_object(ctx);
	add_event_txt(ctx);
	add_event_words(ctx);
	add_incident(ctx);
	add_dedup(ctx);
	add_mentions(ctx);
	add_time(ctx);
	context_sets(ctx, "COLOR", colors[notice_state(ctx)]);
	while (len > 0 && url[len - 1] == '/')
		len--;
	if (len == 0)
		context_sets(ctx, "LINK", "");
	else
		context_setf(ctx, "LINK", "%.*s%s", (int)len, url,
		    context_of_object(ctx, "", "URL"));
	if (mark[0] != '\0')
		context_setf(ctx, "MARK", "[%s] ", mark);
	else
		context_sets(ctx, "MARK", "");
	if (context_get(ctx, "COUNT_NOTIFICATIONS") == NULL)
		context_sets(ctx, "COUNT_NOTIFICATIONS", "1");
	if (context_get(ctx, "COUNT_HOSTS") == NULL)
		context_sets(ctx, "COUNT_HOSTS", "1");
}
