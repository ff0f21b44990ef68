/* SPDX-License-Identifier: Apache-2.0
 *
 * The notifier's additions to a context.
 */
#include "notifyd/additions.h"

#include "common/mem.h"
#include "common/num.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PARAMETER_DEPTH 8

static void
set_absent(struct context *ctx, const char *key, const char *value)
{
	if (context_get(ctx, key) == NULL)
		context_sets(ctx, key, value);
}

/* The time of the notification, for people. */
static void
times_fill(struct additions_times *t, int64_t at)
{
	time_t time = (time_t)at;
	struct tm tm;

	*t = (struct additions_times){.at = at};
	localtime_r(&time, &tm);
	strftime(t->day, sizeof(t->day), "%Y-%m-%d", &tm);
	strftime(t->brief, sizeof(t->brief), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(t->full, sizeof(t->full), "%a %b %d %H:%M:%S %Z %Y", &tm);
}

static void
set_times(struct context *ctx, int64_t at, struct additions_times *last)
{
	struct additions_times own = {.at = -1}, *t = last;

	if (t == NULL)
		t = &own;
	if (t->at != at || t->full[0] == '\0')
		times_fill(t, at);
	context_sets(ctx, "DATE", t->day);
	context_sets(ctx, "SHORTDATETIME", t->brief);
	context_sets(ctx, "LONGDATETIME", t->full);
}

/* `n` >= 0 with `least` digits at least; `end` is behind the last one. */
static char *
digits_before(char *end, int64_t n, int least)
{
	for (; n > 0 || least > 0; n /= 10, least--)
		*--end = (char)('0' + n % 10);
	return end;
}

/* "3d 04:05:06" */
static void
set_age(struct context *ctx, const char *key, int64_t s)
{
	char text[40], *end = text + sizeof(text), *at = end;

	at = digits_before(at, s % 60, 2);
	*--at = ':';
	at = digits_before(at, s / 60 % 60, 2);
	*--at = ':';
	at = digits_before(at, s / 3600 % 24, 2);
	*--at = ' ';
	*--at = 'd';
	at = digits_before(at, s / 86400, 1);
	context_set(ctx, key, (struct slice){at, (size_t)(end - at)});
}

static void
set_number(struct context *ctx, const char *key, int64_t n)
{
	char text[24], *end = text + sizeof(text);
	char *at = digits_before(end, n, 1);

	context_set(ctx, key, (struct slice){at, (size_t)(end - at)});
}

/* RFC 3986: unreserved characters stay. */
static void
add_url(struct str *url, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c < 0x80 && isalnum(c)) || strchr("-._~", c) != NULL) {
			str_addc(url, *p);
		} else {
			str_addc(url, '%');
			str_addc(url, digits[c >> 4]);
			str_addc(url, digits[c & 15]);
		}
	}
}

static void
add_dates(struct context *ctx, const struct additions *with)
{
	static const char *const times[][2] = {
	    {"LASTHOSTSTATECHANGE", "LASTHOSTSTATECHANGE_REL"},
	    {"LASTHOSTUP", "LASTHOSTUP_REL"},
	    {"LASTSERVICESTATECHANGE", "LASTSERVICESTATECHANGE_REL"},
	    {"LASTSERVICEOK", "LASTSERVICEOK_REL"}};
	int64_t us, at;

	if (!num_i64(slice_of(context_text(ctx, "MICROTIME")), &us) || us < 0) {
		us = with->created_us;
		context_setf(ctx, "MICROTIME", "%lld", (long long)us);
	} else {
		set_number(ctx, "MICROTIME", us);
	}
	at = us / 1000000;
	if (!with->foreign || context_get(ctx, "LONGDATETIME") == NULL)
		set_times(ctx, at, with->times);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		const char *text = context_get(ctx, times[i][0]);
		int64_t t;

		if (text != NULL && num_i64(slice_of(text), &t) && t >= 0)
			set_age(ctx, times[i][1], t > at ? 0 : at - t);
	}
}

/* Where the core did not tell the hard state before this one. */
static void
add_previous(
    struct context *ctx, const char *key, const char *last, const char *attempt)
{
	const char *type;

	if (context_text(ctx, key)[0] != '\0' || context_get(ctx, last) == NULL)
		return;
	type = context_text(ctx, "NOTIFICATIONTYPE");
	if (strcmp(type, "RECOVERY") == 0 ||
	    strcmp(context_text(ctx, attempt), "1") == 0)
		context_sets(ctx, key, context_text(ctx, last));
	else
		context_sets(ctx, key, "?");
}

/* KEYSTATE -> KEYSHORTSTATE, four letters. */
static void
add_short_states(struct context *ctx)
{
#define STATE(prefix)                                                          \
	{                                                                      \
		prefix "STATE", prefix "SHORTSTATE"                            \
	}
	static const char *const states[][2] = {STATE("HOST"), STATE("SERVICE"),
	    STATE("LASTHOST"), STATE("LASTSERVICE"), STATE("PREVIOUSHOSTHARD"),
	    STATE("PREVIOUSSERVICEHARD")};
#undef STATE

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		const char *state = context_get(ctx, states[i][0]);

		if (state != NULL)
			context_set(ctx, states[i][1],
			    (struct slice){state, strnlen(state, 4)});
	}
}

/* The light vertical bar, which some layers write for "|". */
static void
restore_bars(struct context *ctx, const char *key)
{
	static const char bar[] = "\xe2\x9d\x98";
	const char *text = context_text(ctx, key), *at;
	struct str to = {0};

	if (strchr(text, bar[0]) == NULL || strstr(text, bar) == NULL)
		return;
	while ((at = strstr(text, bar)) != NULL) {
		str_addn(&to, text, (size_t)(at - text));
		str_addc(&to, '|');
		text = at + strlen(bar);
	}
	str_add(&to, text);
	context_set(ctx, key, str_slice(&to));
	str_free(&to);
}

/* Service levels: custom variables EC_SL, as Checkmk has them, or SL. */
static void
add_levels(struct context *ctx)
{
	static const char *const levels[][3] = {
	    {"HOST_SL", "HOST_EC_SL", "HOST_SL"},
	    {"SVC_SL", "SERVICE_EC_SL", "SERVICE_SL"}};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		for (size_t k = 1; k < 3; k++) {
			const char *level = context_text(ctx, levels[i][k]);

			if (level[0] != '\0')
				set_absent(ctx, levels[i][0], level);
		}
	}
}

/* HOSTFORURL, HOSTURL and the same of the service. */
static void
add_urls(struct context *ctx)
{
	static const char path[] = "/#/host/";
	const size_t skip = sizeof(path) - 1;
	struct str url = {0};
	struct slice all;
	size_t host;

	str_reserve(&url, 200);
	str_add(&url, path);
	add_url(&url, context_text(ctx, "HOSTNAME"));
	all = str_slice(&url);
	context_set(ctx, "HOSTURL", all);
	context_set(
	    ctx, "HOSTFORURL", (struct slice){all.s + skip, all.len - skip});
	if (context_is_service(ctx)) {
		str_addc(&url, '/');
		host = url.len;
		add_url(&url, context_text(ctx, "SERVICEDESC"));
		all = str_slice(&url);
		context_set(ctx, "SERVICEURL", all);
		context_set(ctx, "SERVICEFORURL",
		    (struct slice){all.s + host, all.len - host});
	}
	str_free(&url);
}

/* A path of the site, perhaps of another one. */
static void
set_log_folder(struct context *ctx, const char *root)
{
	char path[500];
	size_t len = strlen(root);
	static const char log[] = "/var/log";

	if (len + sizeof(log) > sizeof(path)) {
		context_setf(ctx, "LOGDIR", "%s%s", root, log);
		return;
	}
	memcpy(path, root, len);
	memcpy(path + len, log, sizeof(log));
	context_sets(ctx, "LOGDIR", path);
}

void
additions_make(struct context *ctx, const struct additions *with)
{
	static const char *const outputs[] = {"HOSTOUTPUT", "LONGHOSTOUTPUT",
	    "SERVICEOUTPUT", "LONGSERVICEOUTPUT"};
	static const char *const numbers[] = {
	    "HOSTNOTIFICATIONNUMBER", "SERVICENOTIFICATIONNUMBER"};

	context_sets(ctx, "WHAT", context_is_service(ctx) ? "SERVICE" : "HOST");
	set_absent(ctx, "MONITORING_HOST", with->machine);
	set_absent(ctx, "OMD_SITE", with->site);
	set_absent(ctx, "OMD_ROOT", with->root);
	set_log_folder(ctx, with->root);
	add_dates(ctx, with);
	add_previous(
	    ctx, "PREVIOUSHOSTHARDSTATE", "LASTHOSTSTATE", "HOSTATTEMPT");
	add_previous(ctx, "PREVIOUSSERVICEHARDSTATE", "LASTSERVICESTATE",
	    "SERVICEATTEMPT");
	add_short_states(ctx);
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		restore_bars(ctx, outputs[i]);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (strcmp(context_text(ctx, numbers[i]), "0") == 0)
			context_sets(ctx, numbers[i], "1");
	}
	add_levels(ctx);
	add_urls(ctx);
}

/* --- from the snapshot ------------------------------------------------------
 */

/* Strings that come in pairs: PREFIX + name = value. */
static void
set_pairs(struct context *ctx, const struct snapshot *snap,
    struct snap_list list, uint32_t step, const char *prefix)
{
	for (uint32_t i = 0; i + 1 < list.n; i += step) {
		char key[CONTEXT_MAX_KEY + 1];

		snprintf(key, sizeof(key), "%s%s", prefix,
		    snap_s(snap, snap_at(snap, list, i)));
		set_absent(ctx, key, snap_s(snap, snap_at(snap, list, i + 1)));
	}
}

static void
set_groups(struct context *ctx, const char *key, const struct snapshot *snap,
    struct snap_list list, const struct snap_group *groups)
{
	struct str names = {0};

	if (context_get(ctx, key) != NULL)
		return;
	for (uint32_t i = 0; i < list.n; i++)
		str_addf(&names, "%s%s", i > 0 ? "," : "",
		    snap_s(snap, groups[snap_at(snap, list, i)].name));
	context_sets(ctx, key, str_get(&names));
	str_free(&names);
}

static void
set_parents(
    struct context *ctx, const struct snapshot *snap, struct snap_list list)
{
	struct str names = {0};

	if (list.n == 0 || context_get(ctx, "HOSTPARENTS") != NULL)
		return;
	for (uint32_t i = 0; i < list.n; i++)
		str_addf(&names, "%s%s", i > 0 ? "," : "",
		    snap_s(snap, snap->objects[snap_at(snap, list, i)].name));
	context_sets(ctx, "HOSTPARENTS", str_get(&names));
	str_free(&names);
}

static void
set_contacts(
    struct context *ctx, const struct snapshot *snap, struct snap_list list)
{
	struct str names = {0};

	if (context_get(ctx, "CONTACTS") != NULL)
		return;
	for (uint32_t i = 0; i < list.n; i++) {
		uint32_t at = snap_at(snap, list, i);

		str_addf(&names, "%s%s", i > 0 ? "," : "",
		    snap_s(snap, snap->contacts[at].name));
	}
	context_sets(ctx, "CONTACTS", str_get(&names));
	str_free(&names);
}

void
additions_from_snapshot(struct context *ctx, const struct snapshot *snap)
{
	uint32_t host =
	    snap_find_host(snap, slice_of(context_text(ctx, "HOSTNAME")));
	uint32_t service = SNAP_NONE;
	const struct snap_object *h, *o;

	if (host == SNAP_NONE) {
		set_absent(ctx, "CONTACTS", "?");
		return;
	}
	if (context_is_service(ctx))
		service = snap_find_service(
		    snap, host, slice_of(context_text(ctx, "SERVICEDESC")));
	h = o = &snap->objects[host];
	set_absent(ctx, "HOSTALIAS", snap_s(snap, h->alias));
	set_absent(ctx, "HOSTADDRESS", snap_s(snap, h->address));
	set_absent(ctx, "HOSTFOLDER", snap_s(snap, h->folder));
	set_parents(ctx, snap, h->parents);
	set_pairs(ctx, snap, h->tags, 2, "HOSTTAG_");
	set_pairs(ctx, snap, h->labels, 3, "HOSTLABEL_");
	set_groups(ctx, "HOSTGROUPNAMES", snap, h->groups, snap->host_groups);
	set_groups(ctx, "HOSTCONTACTGROUPNAMES", snap, h->contact_groups,
	    snap->contact_groups);
	if (service != SNAP_NONE) {
		o = &snap->objects[service];
		set_pairs(ctx, snap, o->labels, 3, "SERVICELABEL_");
		set_groups(ctx, "SERVICEGROUPNAMES", snap, o->groups,
		    snap->service_groups);
		set_groups(ctx, "SERVICECONTACTGROUPNAMES", snap,
		    o->contact_groups, snap->contact_groups);
		set_absent(
		    ctx, "SERVICECHECKCOMMAND", snap_s(snap, o->check_command));
	}
	set_contacts(ctx, snap, o->contacts.n > 0 ? o->contacts : h->contacts);
}

/* --- of one delivery ---------------------------------------------------------
 */

static void
add_text(struct str *to, const json_t *value)
{
	if (json_is_string(value))
		str_add(to, json_string_value(value));
	else if (json_is_integer(value))
		str_addf(to, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		str_addf(to, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		str_add(to, json_is_true(value) ? "true" : "false");
}

static char *
parameter_key(const char *prefix, const char *name)
{
	char *key = xasprintf("%s_%s", prefix, name);

	for (char *p = key; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		*p = c < 0x80 && isalnum(c) ? (char)toupper(c) : '_';
	}
	return key;
}

static void
set_parameter(
    struct context *ctx, const char *key, const json_t *value, int depth)
{
	struct str text = {0};
	const char *name;
	json_t *item;
	size_t i;

	if (depth > PARAMETER_DEPTH)
		return;
	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, name, item)
		{
			char *sub = parameter_key(key, name);

			set_parameter(ctx, sub, item, depth + 1);
			free(sub);
		}
		return;
	}
	if (!json_is_array(value)) {
		add_text(&text, value);
		context_set(ctx, key, str_slice(&text));
		str_free(&text);
		return;
	}
	json_array_foreach(value, i, item)
	{
		char *sub = xasprintf("%s_%zu", key, i + 1);

		set_parameter(ctx, sub, item, depth + 1);
		free(sub);
		str_add(&text, i > 0 ? " " : "");
		add_text(&text, item);
	}
	context_set(ctx, key, str_slice(&text));
	str_free(&text);
}

static void
set_who(
    struct context *ctx, const json_t *who, const char *member, const char *key)
{
	const char *text = json_string_value(json_object_get(who, member));

	context_sets(ctx, key, text == NULL ? "" : text);
}

void
additions_of_delivery(struct context *ctx, const char *contact,
    const json_t *who, const json_t *params, unsigned rule_number,
    const char *rule_text, const char *delivery_id)
{
	const char *name;
	json_t *value;

	context_sets(ctx, "CONTACTNAME", contact);
	set_who(ctx, who, "alias", "CONTACTALIAS");
	set_who(ctx, who, "email", "CONTACTEMAIL");
	set_who(ctx, who, "pager", "CONTACTPAGER");
	json_object_foreach(json_object_get(who, "attributes"), name, value)
	{
		char *key = parameter_key("CONTACT", name);

		if (json_is_string(value))
			set_absent(ctx, key, json_string_value(value));
		free(key);
	}
	set_parameter(ctx, "PARAMETER", params, 0);
	if (rule_number > 0) {
		context_setf(
		    ctx, "PARAMETER_MATCHING_RULE_NR", "%u", rule_number);
		context_sets(ctx, "PARAMETER_MATCHING_RULE_TEXT", rule_text);
	}
	context_sets(ctx, "DELIVERY_ID", delivery_id);
}
