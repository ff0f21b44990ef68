/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values that the notifier gets; see notice.h.
 */
#include "common/notice.h"

#include "common/mem.h"

#include <stdlib.h>

struct context {
	notice_put_fn *put;
	void *arg;
	const struct snapshot *snap;
	const struct snap_object *conf; /* whose keys are written; or NULL */
	const char *kind;               /* HOST or SERVICE */
	struct str key, value;
};

static void
add(struct context *c, const char *key, struct slice value)
{
	c->put(c->arg, slice_of(key), value);
}

/* PREFIX KIND SUFFIX: LAST HOST STATE. A notice has some eighty of these: no
 * formatting, no memory of their own. */
static const char *
key_of(struct context *c, const char *prefix, const char *suffix)
{
	str_clear(&c->key);
	str_add(&c->key, prefix);
	str_add(&c->key, c->kind);
	str_add(&c->key, suffix);
	return str_get(&c->key);
}

static void
add_s(struct context *c, const char *prefix, const char *suffix,
    struct slice value)
{
	add(c, key_of(c, prefix, suffix), value);
}

static void
add_n(struct context *c, const char *prefix, const char *suffix, int64_t n)
{
	str_clear(&c->value);
	str_addi(&c->value, n);
	add(c, key_of(c, prefix, suffix), str_slice(&c->value));
}

static struct slice
text(const struct context *c, snap_str off)
{
	return slice_of(snap_s(c->snap, off));
}

static bool
is_service(const struct context *c)
{
	return c->kind[0] == 'S';
}

const char *
notice_state_word(bool service, uint32_t state)
{
	static const char *const host[] = {"UP", "DOWN", "UNREACHABLE"};
	static const char *const words[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};

	if (service)
		return words[state & 3];
	return host[state < 3 ? state : 2];
}

static void
add_names(struct context *c, const char *suffix, struct snap_list list,
    const struct snap_group *groups)
{
	str_clear(&c->value);
	for (uint32_t i = 0; i < list.n; i++) {
		if (i > 0)
			str_addc(&c->value, ',');
		str_addslice(
		    &c->value, text(c, groups[snap_at(c->snap, list, i)].name));
	}
	add_s(c, "", suffix, str_slice(&c->value));
}

/* STATE and STATEID, HARDSTATE and HARDSTATEID. */
static void
add_state(struct context *c, const char *prefix, const char *suffix,
    const char *suffix_id, uint32_t state)
{
	add_s(c, prefix, suffix,
	    slice_of(notice_state_word(is_service(c), state)));
	add_n(c, prefix, suffix_id, state);
}

/* --- what is configured ----------------------------------------------------
 */

/* A custom variable's value: by command, else as configured. */
static struct slice
variable(struct slice by_command, struct slice name, struct slice value)
{
	struct msg_pair p;

	while (msg_pair_next(&by_command, &p))
		if (slice_eq(p.key, name))
			return p.value;
	return value;
}

static bool
has_variable(const struct context *c, struct slice name)
{
	struct snap_list list = c->conf->custom_variables;

	for (uint32_t i = 0; i + 1 < list.n; i += 2)
		if (slice_eq(text(c, snap_at(c->snap, list, i)), name))
			return true;
	return false;
}

static void
add_key(struct context *c, const char *middle, struct slice name,
    struct slice value)
{
	str_clear(&c->key);
	str_add(&c->key, c->kind);
	str_add(&c->key, middle);
	str_addslice(&c->key, name);
	add(c, str_get(&c->key), value);
}

static void
add_variables(struct context *c, struct slice by_command)
{
	struct snap_list list = {0, 0};
	struct msg_pair p;

	if (c->conf != NULL)
		list = c->conf->custom_variables;
	for (uint32_t i = 0; i + 1 < list.n; i += 2) {
		struct slice name = text(c, snap_at(c->snap, list, i));

		add_key(c, "_", name,
		    variable(by_command, name,
			text(c, snap_at(c->snap, list, i + 1))));
	}
	while (msg_pair_next(&by_command, &p))
		if (c->conf == NULL || !has_variable(c, p.key))
			add_key(c, "_", p.key, p.value);
}

/* Labels and tags: a key each. */
static void
add_dictionaries(struct context *c)
{
	struct snap_list labels = c->conf->labels, tags = c->conf->tags;

	for (uint32_t i = 0; i + 2 < labels.n; i += 3)
		add_key(c, "LABEL_", text(c, snap_at(c->snap, labels, i)),
		    text(c, snap_at(c->snap, labels, i + 1)));
	str_clear(&c->value);
	for (uint32_t i = 0; i + 1 < tags.n; i += 2) {
		struct slice tag = text(c, snap_at(c->snap, tags, i + 1));

		add_key(c, "TAG_", text(c, snap_at(c->snap, tags, i)), tag);
		if (i > 0)
			str_addc(&c->value, ' ');
		str_addslice(&c->value, tag);
	}
	add_s(c, "", "TAGS", str_slice(&c->value));
}

/* What is configured of hosts and services alike. */
static void
add_configured(struct context *c)
{
	const struct snapshot *snap = c->snap;

	add_s(c, "", "CHECKCOMMAND", text(c, c->conf->check_command));
	add_names(c, "GROUPNAMES", c->conf->groups,
	    is_service(c) ? snap->service_groups : snap->host_groups);
	add_names(c, "CONTACTGROUPNAMES", c->conf->contact_groups,
	    snap->contact_groups);
	add_s(c, "", "NOTESURL", text(c, c->conf->notes_url));
	add_dictionaries(c);
}

static void
add_host(struct context *c)
{
	const struct snap_object *h = c->conf;
	struct slice address = text(c, h->address == 0 ? h->name : h->address);
	bool six = h->family == 6 || memchr(address.s, ':', address.len);

	add(c, "HOSTALIAS", text(c, h->alias == 0 ? h->name : h->alias));
	add(c, "HOSTADDRESS", address);
	add(c, six ? "HOSTADDRESS_6" : "HOSTADDRESS_4", address);
	add(c, six ? "HOSTADDRESS_4" : "HOSTADDRESS_6", SLICE(""));
	add(c, "HOSTADDRESS_FAMILY", six ? SLICE("6") : SLICE("4"));
	add(c, "HOSTFOLDER", text(c, h->folder));
	str_clear(&c->value);
	for (uint32_t i = 0; i < h->parents.n; i++) {
		if (i > 0)
			str_addc(&c->value, ',');
		str_addslice(&c->value,
		    text(c,
			c->snap->objects[snap_at(c->snap, h->parents, i)]
			    .name));
	}
	if (h->parents.n > 0)
		add(c, "HOSTPARENTS", str_slice(&c->value));
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A service's contacts are its host's too; each once. */
static void
add_contacts(struct context *c, uint32_t object)
{
	const struct snapshot *snap = c->snap;
	const struct snap_object *o = &snap->objects[object];
	struct snap_list own = o->contacts, host = {0, 0};
	uint32_t *all, n = 0;

	if (o->is_service)
		host = snap->objects[o->host].contacts;
	all = xcalloc(own.n + host.n + 1, sizeof(*all));
	for (uint32_t i = 0; i < own.n; i++)
		all[n++] = snap_at(snap, own, i);
	for (uint32_t i = 0; i < host.n; i++)
		all[n++] = snap_at(snap, host, i);
	qsort(all, n, sizeof(*all), by_number);
	str_clear(&c->value);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && all[i] == all[i - 1])
			continue;
		if (i > 0)
			str_addc(&c->value, ',');
		str_addslice(&c->value, text(c, snap->contacts[all[i]].name));
	}
	add(c, "CONTACTS", str_slice(&c->value));
	free(all);
}

/* --- what the alert says ---------------------------------------------------
 */

static void
add_object(struct context *c, const struct msg_alert_object *o)
{
	add_state(c, "", "STATE", "STATEID", o->state);
	add_state(c, "LAST", "STATE", "STATEID", o->last_state);
	add_state(c, "PREVIOUS", "HARDSTATE", "HARDSTATEID", o->previous_hard);
	add_n(c, "", "ATTEMPT", o->attempt);
	add_n(c, "MAX", "ATTEMPTS", o->max_attempts);
	add_s(c, "", "OUTPUT", o->output);
	add_s(c, "LONG", "OUTPUT", o->long_output);
	add_s(c, "", "PERFDATA", o->perfdata);
	add_n(c, "", "DOWNTIME", o->downtime_depth);
	add_n(c, "", "PROBLEMID", (int64_t)o->problem_id);
	add_n(c, "LAST", "STATECHANGE", o->last_change);
	add_n(c, "LAST", is_service(c) ? "OK" : "UP", o->last_good);
	add_n(c, "", "NOTIFICATIONNUMBER", o->number);
	if (o->acknowledged) {
		add_s(c, "", "ACKAUTHOR", o->ack_author);
		add_s(c, "", "ACKCOMMENT", o->ack_comment);
	}
	if (c->conf != NULL)
		add_configured(c);
	add_variables(c, o->variables);
}

static void
add_author(struct context *c, struct slice author)
{
	uint32_t contact = snap_find_contact(c->snap, author);

	add(c, "NOTIFICATIONAUTHOR", author);
	add(c, "NOTIFICATIONAUTHORNAME",
	    contact == SNAP_NONE ? SLICE("") : author);
	add(c, "NOTIFICATIONAUTHORALIAS",
	    contact == SNAP_NONE ? SLICE("")
				 : text(c, c->snap->contacts[contact].alias));
}

/* An alert handler's type has its name, and it has keys of its own. */
static void
add_type(struct context *c, const struct msg_alert *a)
{
	if (a->handler.len == 0) {
		add(c, "NOTIFICATIONTYPE", a->what);
		return;
	}
	str_clear(&c->value);
	str_addslice(&c->value, a->what);
	str_add(&c->value, " (");
	str_addslice(&c->value, a->handler);
	str_addc(&c->value, ')');
	add(c, "NOTIFICATIONTYPE", str_slice(&c->value));
	add(c, "ALERTHANDLERNAME", a->handler);
	add(c, "ALERTHANDLEROUTPUT", a->handler_output);
	add(c, "ALERTHANDLERSTATE", a->failed ? SLICE("FAILED") : SLICE("OK"));
	add(c, "ALERTHANDLERSHORTSTATE",
	    a->failed ? SLICE("FAIL") : SLICE("OK"));
}

void
notice_tell(notice_put_fn *put, void *arg, const struct snapshot *snap,
    const struct msg_alert *a)
{
	struct context c = {
	    .put = put, .arg = arg, .snap = snap, .kind = "HOST"};
	struct slice objects = a->objects;
	struct msg_alert_object state;
	uint32_t host = snap_find_host(snap, a->host), service = SNAP_NONE;

	add_type(&c, a);
	str_addi(&c.value, a->created_us);
	add(&c, "MICROTIME", str_slice(&c.value));
	add(&c, "CONTACTNAME", SLICE("check-mk-notify"));
	add(&c, "NOTIFICATIONCOMMENT", a->comment);
	add_author(&c, a->author);
	if (host != SNAP_NONE && a->service.len > 0)
		service = snap_find_service(snap, host, a->service);
	if (host != SNAP_NONE && (a->service.len == 0 || service != SNAP_NONE))
		add_contacts(&c, service == SNAP_NONE ? host : service);
	if (a->contacts_off.len > 0)
		add(&c, "CONTACTSOFF", a->contacts_off);
	add(&c, "HOSTNAME", a->host);
	if (host != SNAP_NONE) {
		c.conf = &snap->objects[host];
		add_host(&c);
	}
	if (msg_alert_object_next(&objects, &state))
		add_object(&c, &state);
	if (a->service.len > 0) {
		c.conf = service == SNAP_NONE ? NULL : &snap->objects[service];
		c.kind = "SERVICE";
		add(&c, "SERVICEDESC", a->service);
		add(&c, "SERVICEDISPLAYNAME",
		    c.conf == NULL || c.conf->display_name == 0
			? a->service
			: text(&c, c.conf->display_name));
		if (msg_alert_object_next(&objects, &state))
			add_object(&c, &state);
	}
	str_free(&c.key);
	str_free(&c.value);
}

static void
put_pair(void *arg, struct slice key, struct slice value)
{
	struct msg_pair p = {key, value};

	msg_pair_put(arg, &p);
}

void
notice_context(
    struct str *pairs, const struct snapshot *snap, const struct msg_alert *a)
{
	notice_tell(put_pair, pairs, snap, a);
}
