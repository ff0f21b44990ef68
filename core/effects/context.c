/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and values that the notifier gets; values are raw, real line breaks
 * included.
 */
#include "core/effects/context.h"

#include "common/msg.h"
#include "core/state/override.h"

#include <ctype.h>
#include <inttypes.h>

struct context {
	struct str *pairs;
	const struct engine *e;
	uint32_t object;  /* whose keys are written */
	const char *kind; /* HOST or SERVICE */
	struct str key, value;
};

static void
add(struct context *c, const char *key, struct slice value)
{
	struct msg_pair p = {slice_of(key), value};

	msg_pair_put(c->pairs, &p);
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
	return slice_of(snap_s(c->e->snap, off));
}

static void
add_names(struct context *c, const char *suffix, struct snap_list list,
    const struct snap_group *groups)
{
	struct str names = {0};

	for (uint32_t i = 0; i < list.n; i++) {
		if (i > 0)
			str_addc(&names, ',');
		str_addslice(
		    &names, text(c, groups[snap_at(c->e->snap, list, i)].name));
	}
	add_s(c, "", suffix, str_slice(&names));
	str_free(&names);
}

static void
add_state(
    struct context *c, const char *prefix, const char *suffix, uint8_t state)
{
	struct str id = {0};

	add_s(c, prefix, suffix,
	    slice_of(engine_state_word(c->e, c->object, state)));
	str_add(&id, suffix);
	str_add(&id, "ID");
	add_n(c, prefix, str_get(&id), state);
	str_free(&id);
}

static bool
snap_has_variable(
    const struct snapshot *snap, const struct snap_object *o, const char *name)
{
	for (uint32_t i = 0; i + 1 < o->custom_variables.n; i += 2)
		if (strcmp(snap_s(snap, snap_at(snap, o->custom_variables, i)),
			name) == 0)
			return true;
	return false;
}

/* Custom variables, labels and tags: a key each. */
static void
add_dictionaries(struct context *c)
{
	const struct snapshot *snap = c->e->snap;
	const struct snap_object *o = &snap->objects[c->object];
	const struct override *over = c->e->objects[c->object].over;
	struct str key = {0}, tags = {0};

	for (uint32_t i = 0; i + 1 < o->custom_variables.n; i += 2) {
		const char *name =
		    snap_s(snap, snap_at(snap, o->custom_variables, i));

		str_clear(&key);
		str_addf(&key, "%s_%s", c->kind, name);
		add(c, str_get(&key),
		    slice_of(engine_variable(c->e, c->object, slice_of(name))));
	}
	for (uint32_t i = 0; over != NULL && i < over->vars.n; i++) {
		if (snap_has_variable(snap, o, over->vars.items[i].name))
			continue;
		str_clear(&key);
		str_addf(&key, "%s_%s", c->kind, over->vars.items[i].name);
		add(c, str_get(&key), slice_of(over->vars.items[i].value));
	}
	for (uint32_t i = 0; i + 2 < o->labels.n; i += 3) {
		str_clear(&key);
		str_addf(&key, "%sLABEL_%s", c->kind,
		    snap_s(snap, snap_at(snap, o->labels, i)));
		add(c, str_get(&key), text(c, snap_at(snap, o->labels, i + 1)));
	}
	for (uint32_t i = 0; i + 1 < o->tags.n; i += 2) {
		str_clear(&key);
		str_addf(&key, "%sTAG_%s", c->kind,
		    snap_s(snap, snap_at(snap, o->tags, i)));
		add(c, str_get(&key), text(c, snap_at(snap, o->tags, i + 1)));
		if (i > 0)
			str_addc(&tags, ' ');
		str_addslice(&tags, text(c, snap_at(snap, o->tags, i + 1)));
	}
	add_s(c, "", "TAGS", str_slice(&tags));
	str_free(&key);
	str_free(&tags);
}

/* What hosts and services have alike. */
static void
add_object(struct context *c)
{
	const struct snap_object *conf = &c->e->snap->objects[c->object];
	const struct checkable *o = &c->e->objects[c->object];
	bool service = engine_is_service(c->e, c->object);

	add_state(c, "", "STATE", o->state);
	add_state(c, "LAST", "STATE", o->last_state);
	add_state(c, "PREVIOUS", "HARDSTATE", o->previous_hard);
	add_n(c, "", "ATTEMPT", o->attempt);
	add_n(c, "MAX", "ATTEMPTS", o->max_attempts);
	add_s(c, "", "OUTPUT", checkable_output(o));
	add_s(c, "LONG", "OUTPUT", checkable_long_output(o));
	add_s(c, "", "PERFDATA", checkable_perfdata(o));
	add_s(c, "", "CHECKCOMMAND", text(c, conf->check_command));
	add_names(c, "GROUPNAMES", conf->groups,
	    service ? c->e->snap->service_groups : c->e->snap->host_groups);
	add_names(c, "CONTACTGROUPNAMES", conf->contact_groups,
	    c->e->snap->contact_groups);
	add_n(c, "", "DOWNTIME", o->downtime_depth);
	add_s(c, "", "NOTESURL", text(c, conf->notes_url));
	add_n(c, "", "PROBLEMID", (int64_t)o->problem_id);
	add_n(c, "LAST", "STATECHANGE", o->last_change);
	add_n(c, "LAST", service ? "OK" : "UP", o->last_time[0]);
	for (const struct comment *k = o->comments; k != NULL; k = k->next)
		if (k->type == COMMENT_ACK && o->ack != ACK_NONE) {
			add_s(c, "", "ACKAUTHOR", slice_of(k->author));
			add_s(c, "", "ACKCOMMENT", slice_of(k->text));
			break;
		}
	add_dictionaries(c);
}

static void
add_host(struct context *c)
{
	const struct snap_object *h = &c->e->snap->objects[c->object];
	struct slice address = text(c, h->address == 0 ? h->name : h->address);
	bool six = h->family == 6 || memchr(address.s, ':', address.len);

	add(c, "HOSTNAME", text(c, h->name));
	add(c, "HOSTALIAS", text(c, h->alias == 0 ? h->name : h->alias));
	add(c, "HOSTADDRESS", address);
	add(c, six ? "HOSTADDRESS_6" : "HOSTADDRESS_4", address);
	add(c, six ? "HOSTADDRESS_4" : "HOSTADDRESS_6", SLICE(""));
	add(c, "HOSTADDRESS_FAMILY", six ? SLICE("6") : SLICE("4"));
	add(c, "HOSTFOLDER", text(c, h->folder));
	add_object(c);
}

static void
add_contacts(struct context *c)
{
	const struct snapshot *snap = c->e->snap;
	struct str names = {0};

	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		if (!snap_is_contact(snap, c->object, i))
			continue;
		if (names.len > 0)
			str_addc(&names, ',');
		str_addslice(&names, text(c, snap->contacts[i].name));
	}
	add(c, "CONTACTS", str_slice(&names));
	str_free(&names);
}

/* Contacts that get nothing now, because a command said so. */
static void
add_silent(struct context *c, int64_t now)
{
	const struct snapshot *snap = c->e->snap;
	bool service = engine_is_service(c->e, c->object);
	struct str names = {0};

	for (uint32_t i = 0; i < snap->n_contacts; i++) {
		const struct contact_state *k = &c->e->contacts[i];
		uint32_t modified =
		    service ? k->modified_service : k->modified_host;
		uint32_t period = service ? k->service_period : k->host_period;
		bool on = service ? k->service_on : k->host_on;

		if (modified & CONTACT_MODIFIED_PERIOD)
			on = on && period_is_in(c->e->periods, period, now);
		if (on)
			continue;
		if (names.len > 0)
			str_addc(&names, ',');
		str_addslice(&names, text(c, snap->contacts[i].name));
	}
	if (names.len > 0)
		add(c, "CONTACTSOFF", str_slice(&names));
	str_free(&names);
}

static void
add_author(struct context *c, struct slice author)
{
	const struct snapshot *snap = c->e->snap;
	uint32_t contact = snap_find_contact(snap, author);

	add(c, "NOTIFICATIONAUTHOR", author);
	add(c, "NOTIFICATIONAUTHORNAME",
	    contact == SNAP_NONE ? SLICE("") : author);
	add(c, "NOTIFICATIONAUTHORALIAS",
	    contact == SNAP_NONE ? SLICE("")
				 : text(c, snap->contacts[contact].alias));
}

/* An alert handler's type has its name, and it has keys of its own. */
static void
add_type(struct context *c, const struct notice *n)
{
	if (n->handler.len == 0) {
		add(c, "NOTIFICATIONTYPE", slice_of(n->what));
		return;
	}
	str_clear(&c->value);
	str_addf(&c->value, "%s (", n->what);
	str_addslice(&c->value, n->handler);
	str_addc(&c->value, ')');
	add(c, "NOTIFICATIONTYPE", str_slice(&c->value));
	add(c, "ALERTHANDLERNAME", n->handler);
	add(c, "ALERTHANDLEROUTPUT", n->output);
	add(c, "ALERTHANDLERSTATE", n->failed ? SLICE("FAILED") : SLICE("OK"));
	add(c, "ALERTHANDLERSHORTSTATE",
	    n->failed ? SLICE("FAIL") : SLICE("OK"));
}

void
context_add(struct str *pairs, const struct engine *e, const struct notice *n,
    int64_t created_us)
{
	const struct snap_object *o = &e->snap->objects[n->object];
	struct context c = {
	    .pairs = pairs, .e = e, .object = n->object, .kind = "HOST"};
	struct str micro = {0};

	str_addf(&micro, "%" PRId64, created_us);
	add_type(&c, n);
	add(&c, "MICROTIME", str_slice(&micro));
	add(&c, "CONTACTNAME", SLICE("check-mk-notify"));
	add(&c, "NOTIFICATIONCOMMENT", n->comment);
	add_author(&c, n->author);
	add_contacts(&c);
	add_silent(&c, created_us / 1000000);
	c.object = o->host;
	add_host(&c);
	add_n(&c, "", "NOTIFICATIONNUMBER",
	    o->is_service ? e->objects[o->host].number : n->number);
	if (o->is_service) {
		c.object = n->object;
		c.kind = "SERVICE";
		add(&c, "SERVICEDESC", text(&c, o->name));
		add(&c, "SERVICEDISPLAYNAME",
		    text(&c, o->display_name == 0 ? o->name : o->display_name));
		add_object(&c);
		add_n(&c, "", "NOTIFICATIONNUMBER", n->number);
	}
	str_free(&c.key);
	str_free(&c.value);
	str_free(&micro);
}
