/* SPDX-License-Identifier: Apache-2.0
 *
 * An event as the context of a service notification (event-console.md 16.3).
 */
#include "eventd/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void
add(struct str *list, const char *key, const char *value)
{
	struct msg_pair pair = {slice_of(key), slice_of(value)};

	msg_pair_put(list, &pair);
}

static void
add_number(struct str *list, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	add(list, key, text);
}

static void
add_joined(
    struct str *list, const char *key, const struct strings *s, char separator)
{
	struct str text = {0};

	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			str_addc(&text, separator);
		str_add(&text, s->v[i]);
	}
	add(list, key, str_get(&text));
	str_free(&text);
}

static void
add_times(struct str *list, const struct event *ev)
{
	time_t at = (time_t)(ev->last_us / 1000000);
	char text[64];
	struct tm tm;

	localtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	add(list, "DATE", text);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	add(list, "TIME", text);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	add(list, "SHORTDATETIME", text);
	strftime(text, sizeof(text), "%a %b %d %H:%M:%S %Z %Y", &tm);
	add(list, "LONGDATETIME", text);
	add_number(list, "MICROTIME", ev->last_us);
}

static void
add_contacts(struct str *list, const struct snapshot *snap,
    const struct event *ev, struct snap_list contacts)
{
	struct str names = {0};

	/* The rule's groups stand in for the host's contacts. */
	if (ev->has_contact_groups && ev->groups_notify &&
	    (ev->core_host[0] == '\0' || ev->groups_rule_first)) {
		for (size_t i = 0; i < ev->contact_groups.n; i++) {
			uint32_t g = snap_find_contact_group(
			    snap, slice_of(ev->contact_groups.v[i]));

			for (uint32_t k = 0; g != SNAP_NONE &&
			     k < snap->contact_groups[g].members.n;
			     k++) {
				uint32_t c = snap_at(
				    snap, snap->contact_groups[g].members, k);

				str_addf(&names, "%s%s",
				    names.len > 0 ? "," : "",
				    snap_s(snap, snap->contacts[c].name));
			}
		}
	} else {
		for (uint32_t i = 0; i < contacts.n; i++)
			str_addf(&names, "%s%s", i > 0 ? "," : "",
			    snap_s(snap,
				snap->contacts[snap_at(snap, contacts, i)]
				    .name));
	}
	add(list, "CONTACTS",
	    names.len == 0 && ev->core_host[0] == '\0' ? "?" : str_get(&names));
	str_free(&names);
}

static void
add_groups(struct str *list, const struct snapshot *snap,
    const struct snap_object *host)
{
	struct str names = {0};

	for (uint32_t i = 0; i < host->contact_groups.n; i++)
		str_addf(&names, "%s%s", i > 0 ? "," : "",
		    snap_s(snap,
			snap->contact_groups[snap_at(
						 snap, host->contact_groups, i)]
			    .name));
	add(list, "HOSTCONTACTGROUPNAMES", str_get(&names));
	str_clear(&names);
	for (uint32_t i = 0; i < host->groups.n; i++)
		str_addf(&names, "%s%s", i > 0 ? "," : "",
		    snap_s(snap,
			snap->host_groups[snap_at(snap, host->groups, i)]
			    .name));
	add(list, "HOSTGROUPNAMES", str_get(&names));
	str_free(&names);
	for (uint32_t i = 0; i + 1 < host->custom_variables.n; i += 2) {
		char key[128];

		snprintf(key, sizeof(key), "HOST_%s",
		    snap_s(snap, snap_at(snap, host->custom_variables, i)));
		add(list, key,
		    snap_s(snap, snap_at(snap, host->custom_variables, i + 1)));
	}
}

static void
add_host(struct str *list, const struct snapshot *snap, const struct event *ev)
{
	uint32_t i = snap_find_host(snap, slice_of(ev->core_host));
	struct snap_list none = {0};

	if (i == SNAP_NONE) {
		add(list, "HOSTNAME", ev->host);
		add(list, "HOSTALIAS", ev->host);
		add(list, "HOSTADDRESS",
		    ev->ipaddress[0] != '\0' ? ev->ipaddress : ev->host);
		add_contacts(list, snap, ev, none);
		return;
	}
	add(list, "HOSTNAME", snap_s(snap, snap->objects[i].name));
	add(list, "HOSTALIAS", snap_s(snap, snap->objects[i].alias));
	add(list, "HOSTADDRESS", snap_s(snap, snap->objects[i].address));
	add_contacts(list, snap, ev, snap->objects[i].contacts);
	add_groups(list, snap, &snap->objects[i]);
}

static void
add_service(struct str *list, const struct event *ev, bool recovery)
{
	char text[128];

	add(list, "SERVICEDESC",
	    ev->application[0] != '\0' ? ev->application : "Event Console");
	add(list, "SERVICESTATE", state_name(ev->state));
	add_number(list, "SERVICESTATEID", ev->state);
	add(list, "LASTSERVICESTATE", recovery ? "CRITICAL" : "OK");
	add_number(list, "LASTSERVICESTATEID", recovery ? 2 : 0);
	add(list, "SERVICEOUTPUT", ev->text);
	/* Only reminders count up (EC-26). */
	add_number(list, "SERVICENOTIFICATIONNUMBER",
	    ev->remind_us != 0 && ev->notifications > 0 ? ev->notifications
							: 1);
	snprintf(text, sizeof(text), "ec-%s%s",
	    ev->overflow ? "internal" : "rule-",
	    ev->overflow || ev->rule_id == NULL ? "" : ev->rule_id);
	add(list, "SERVICECHECKCOMMAND", text);
	snprintf(text, sizeof(text), "ec-id-%" PRIu64, ev->id);
	add(list, "SERVICEPROBLEMID", text);
	add_number(list, "SERVICE_SL", ev->sl);
	add_number(list, "SVC_SL", ev->sl);
}

void
notify_context(struct str *list, const struct snapshot *snap,
    const struct event *ev, bool recovery)
{
	add(list, "WHAT", "SERVICE");
	add(list, "NOTIFICATIONTYPE", recovery ? "RECOVERY" : "PROBLEM");
	add(list, "CONTACTNAME", "check-mk-notify");
	add_times(list, ev);
	add_host(list, snap, ev);
	add_service(list, ev, recovery);
	add_number(list, "EC_ID", (int64_t)ev->id);
	add(list, "EC_RULE_ID", ev->rule_id == NULL ? "" : ev->rule_id);
	add_number(list, "EC_PRIORITY", ev->priority);
	add_number(list, "EC_FACILITY", ev->facility);
	add(list, "EC_PHASE", phase_name(ev->phase));
	add(list, "EC_COMMENT", ev->comment);
	add(list, "EC_OWNER", ev->owner);
	add(list, "EC_CONTACT", ev->contact);
	add(list, "SERVICE_EC_CONTACT", ev->contact);
	add_number(list, "EC_PID", ev->pid);
	add_joined(list, "EC_MATCH_GROUPS", &ev->groups, '\t');
	add_joined(list, "EC_CONTACT_GROUPS", &ev->contact_groups, ' ');
	add(list, "EC_ORIG_HOST", ev->orig_host);
}

void
notify_context_mail(struct str *list, const struct action_mail *mail)
{
	add(list, "EC_MAIL_TO", mail->to);
	add(list, "EC_MAIL_SUBJECT", mail->subject);
	add(list, "EC_MAIL_BODY", mail->body);
}
