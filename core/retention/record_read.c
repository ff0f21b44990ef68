/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of records, without trust.
 */
#include "core/retention/record.h"

#include "common/mem.h"
#include "common/msg.h"
#include "common/wire.h"
#include "core/retention/record_fields.h"
#include "core/state/override.h"
#include "core/state/recur.h"

#include <inttypes.h>
#include <stdlib.h>

static bool
is_object(const struct engine *e, uint32_t object, struct slice host,
    struct slice service)
{
	const struct snap_object *c = &e->snap->objects[object];

	return slice_eqs(
		   host, snap_s(e->snap, e->snap->objects[c->host].name)) &&
	    (c->is_service ? slice_eqs(service, snap_s(e->snap, c->name))
			   : service.len == 0);
}

/* What a host is called in the engine's configuration. */
static struct slice
present_name(const struct record_reader *r, struct slice host)
{
	struct slice name;

	if (r->renames == NULL || r->renames->n == 0)
		return host;
	name = renames_since(r->renames, host, r->generation);
	return snap_find_host(r->engine->snap, name) == SNAP_NONE ? host : name;
}

/* Records come in the order of the snapshot, so the next one is at hand. */
static uint32_t
find(struct record_reader *r, struct slice host, struct slice service)
{
	const struct snapshot *snap = r->engine->snap;
	uint32_t object;

	host = present_name(r, host);
	if (r->hint < snap->n_objects &&
	    is_object(r->engine, r->hint, host, service))
		return r->hint++;
	object = snap_find_host(snap, host);
	if (object != SNAP_NONE && service.len > 0)
		object = snap_find_service(snap, object, service);
	if (object == SNAP_NONE)
		r->unknown_objects++;
	else
		r->hint = object + 1;
	return object;
}

static uint32_t
period_of(const struct engine *e, struct slice name)
{
	return name.len == 0 ? SNAP_NONE : snap_find_period(e->snap, name);
}

static bool
is_time(int64_t t)
{
	return t >= 0 && t < INT64_C(1) << 45;
}

#define TIME_u64(name)
#define TIME_u32(name)
#define TIME_f64(name)
#define TIME_bool(name)
#define TIME_i64(name)         sane = sane && is_time(v->name);
#define CHECK_TIME(type, name) TIME_##type(name)

/* Values that the engine relies on. */
static bool
is_sane(const struct checkable *v, bool is_service)
{
	uint8_t max = is_service ? SERVICE_UNKNOWN : HOST_UNREACH;
	bool sane = v->flap_level >= 0 && v->flap_level < 1e6f;

	OBJECT_FIELDS(CHECK_TIME)
	return sane && v->state <= max && v->last_state <= max &&
	    v->hard_state <= max && v->previous_hard <= max &&
	    v->notified <= max && v->settled <= max && v->ack <= ACK_STICKY &&
	    v->held < HOLDS && v->attempt > 0;
}

static bool
is_sane_downtime(const struct downtime *v)
{
	bool sane = v->id != 0 && v->end > v->start;

	DOWNTIME_FIELDS(CHECK_TIME)
	return sane && recur_valid(v->recurring);
}

static void
get_vars(struct wire *w, struct override_vars *v)
{
	uint32_t n = wire_get_array(w);

	for (uint32_t i = 0; i + 1 < n && w->why == NULL; i += 2) {
		struct slice name = wire_get_str(w), value = wire_get_str(w);

		if (w->why == NULL && !override_set_var(v, name, value))
			wire_fail(w, "too many custom variables");
	}
	if (w->why == NULL && n % 2 != 0)
		wire_fail(w, "a custom variable without a value");
}

/* `modified` says which of them there are. */
static void
get_override(struct wire *w, struct checkable *o)
{
	struct slice command = wire_get_str(w), handler = wire_get_str(w);
	struct override v = {0};

	get_vars(w, &v.vars);
	if (w->why == NULL && (o->modified & MODIFIED_CHECK_COMMAND) &&
	    command.len > 0)
		v.check_command = slice_dup(command);
	if (w->why == NULL && (o->modified & MODIFIED_HANDLER_LINE))
		v.event_handler = slice_dup(handler);
	if (v.check_command != NULL || v.event_handler != NULL || v.vars.n > 0)
		*override_of(o) = v;
}

/* For schedule_new() (SC-5). */
static void
keep_plan(struct engine *e, uint32_t object, uint64_t planned)
{
	if (e->planned == NULL && planned != 0)
		e->planned =
		    xcalloc(e->snap->n_objects + 1, sizeof(*e->planned));
	if (e->planned != NULL)
		e->planned[object] =
		    is_time((int64_t)(planned >> 1)) ? planned : 0;
}

static void
read_object(
    struct record_reader *r, struct wire *w, struct slice whole, bool has_plan)
{
	struct engine *e = r->engine;
	struct slice host = wire_get_str(w), service = wire_get_str(w);
	struct checkable got = {0}, *v = &got, *o;
	struct slice check_period, notification_period, texts[3], blob;
	uint64_t planned;
	uint32_t object;

	OBJECT_FIELDS(GET)
	check_period = wire_get_str(w);
	notification_period = wire_get_str(w);
	for (int i = 0; i < 3; i++)
		texts[i] = wire_get_str(w);
	blob = wire_get_str(w);
	get_override(w, v);
	planned = has_plan ? wire_get_u64(w) : 0;
	if (w->why == NULL && !is_sane(v, service.len > 0))
		wire_fail(w, "values out of range");
	if (w->why != NULL) {
		override_free(&v->over);
		return;
	}
	object = find(r, host, service);
	if (object == SNAP_NONE) {
		override_free(&v->over);
		if (r->stranger != NULL)
			r->stranger(r->arg, host, service, whole);
		return;
	}
	o = &e->objects[object];
	v->text = o->text;
	v->text_cap = o->text_cap;
	v->output_len = o->output_len;
	v->long_len = o->long_len;
	v->perf_len = o->perf_len;
	v->blob = o->blob;
	v->blob_cap = o->blob_cap;
	v->downtimes = o->downtimes;
	v->comments = o->comments;
	v->downtime_depth = o->downtime_depth;
	v->withheld = o->withheld;
	v->clustered = o->clustered;
	v->created = o->created;
	v->check_period = period_of(e, check_period);
	v->notification_period = period_of(e, notification_period);
	v->flags &= (uint16_t) ~(CHECKABLE_EXECUTING | CHECKABLE_AWAITED |
	    CHECKABLE_REFRESHING | CHECKABLE_REFRESHED);
	override_free(&o->over);
	*o = got;
	checkable_set_text(o, texts[0], texts[1], texts[2]);
	checkable_set_blob(o, blob);
	engine_configure(e, object, o->modified);
	keep_plan(e, object, planned);
}

static void
drop_downtime(struct engine *e, uint64_t id)
{
	struct downtime *d = idmap_get(&e->downtimes, id), **at;

	if (d == NULL)
		return;
	at = &e->objects[d->object].downtimes;
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	if (d->active)
		e->objects[d->object].downtime_depth--;
	idmap_remove(&e->downtimes, id);
	free(d->author);
	free(d->comment);
	free(d);
}

static void
drop_comment(struct engine *e, uint64_t id)
{
	struct comment *c = idmap_get(&e->comments, id), **at;

	if (c == NULL)
		return;
	at = &e->objects[c->object].comments;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	idmap_remove(&e->comments, id);
	free(c->author);
	free(c->text);
	free(c);
}

static void
read_downtime(struct record_reader *r, struct wire *w, struct slice whole)
{
	struct engine *e = r->engine;
	struct slice host = wire_get_str(w), service = wire_get_str(w);
	struct downtime got = {0}, *v = &got, *d, **at;
	struct slice author, comment;
	uint32_t object;

	DOWNTIME_FIELDS(GET)
	author = wire_get_str(w);
	comment = wire_get_str(w);
	if (w->why == NULL && !is_sane_downtime(v))
		wire_fail(w, "values out of range");
	if (w->why != NULL)
		return;
	object = find(r, host, service);
	drop_downtime(e, v->id);
	if (object == SNAP_NONE) {
		if (r->stranger != NULL)
			r->stranger(r->arg, host, service, whole);
		return;
	}
	d = xnew(struct downtime);
	*d = got;
	d->object = object;
	d->author = slice_dup(author);
	d->comment = slice_dup(comment);
	at = &e->objects[object].downtimes;
	while (*at != NULL && (*at)->id > d->id) /* newest first */
		at = &(*at)->next;
	d->next = *at;
	*at = d;
	if (d->active)
		e->objects[object].downtime_depth++;
	idmap_put(&e->downtimes, d->id, d);
	if (d->id >= e->next_downtime)
		e->next_downtime = d->id + 1;
}

static void
read_comment(struct record_reader *r, struct wire *w, struct slice whole)
{
	struct engine *e = r->engine;
	struct slice host = wire_get_str(w), service = wire_get_str(w);
	struct comment got = {0}, *v = &got, *c, **at;
	struct slice author, text;
	uint32_t object;

	COMMENT_FIELDS(GET)
	author = wire_get_str(w);
	text = wire_get_str(w);
	if (w->why == NULL && v->id == 0)
		wire_fail(w, "values out of range");
	if (w->why != NULL)
		return;
	object = find(r, host, service);
	drop_comment(e, v->id);
	if (object == SNAP_NONE) {
		if (r->stranger != NULL)
			r->stranger(r->arg, host, service, whole);
		return;
	}
	c = xnew(struct comment);
	*c = got;
	c->object = object;
	c->author = slice_dup(author);
	c->text = slice_dup(text);
	at = &e->objects[object].comments;
	while (*at != NULL && (*at)->id > c->id) /* newest first */
		at = &(*at)->next;
	c->next = *at;
	*at = c;
	idmap_put(&e->comments, c->id, c);
	if (c->id >= e->next_comment)
		e->next_comment = c->id + 1;
}

static void
read_contact(struct record_reader *r, struct wire *w)
{
	struct engine *e = r->engine;
	struct slice name = wire_get_str(w), periods[2];
	struct contact_state got = {0}, *v = &got;
	uint32_t contact;

	CONTACT_FIELDS(GET)
	periods[0] = wire_get_str(w);
	periods[1] = wire_get_str(w);
	get_vars(w, &v->vars);
	contact = w->why != NULL ? SNAP_NONE : snap_find_contact(e->snap, name);
	if (contact == SNAP_NONE) {
		override_free_vars(&v->vars);
		return;
	}
	v->host_period = period_of(e, periods[0]);
	v->service_period = period_of(e, periods[1]);
	override_free_vars(&e->contacts[contact].vars);
	e->contacts[contact] = got;
	contact_configure(e, contact);
}

static void
read_program(struct record_reader *r, struct wire *w)
{
	struct engine *e = r->engine;
	uint32_t version = wire_get_u32(w);
	uint64_t downtime = wire_get_u64(w), comment = wire_get_u64(w);
	uint64_t problem = wire_get_u64(w);
	uint32_t switches = wire_get_u32(w);
	struct slice handlers[2] = {wire_get_str(w), wire_get_str(w)};

	if (version != RECORD_VERSION)
		wire_fail(w, "records of another version");
	if (w->why != NULL || downtime == 0 || comment == 0)
		return;
	e->next_downtime = downtime;
	e->next_comment = comment;
	e->next_problem = problem;
	e->switches = switches & MSG_SWITCH_ALL;
	for (int i = 0; i < 2; i++) {
		free(e->handlers[i]);
		e->handlers[i] =
		    slice_eqs(handlers[i], "-") ? NULL : slice_dup(handlers[i]);
	}
}

static void
read_notice(struct record_reader *r, struct wire *w)
{
	struct slice id = wire_get_str(w), message = wire_get_list(w);

	if (w->why == NULL && r->notice != NULL)
		r->notice(r->arg, id, message);
}

static void
read_notice_gone(struct record_reader *r, struct wire *w)
{
	struct slice id = wire_get_str(w);

	if (w->why == NULL && r->notice_gone != NULL)
		r->notice_gone(r->arg, id);
}

static uint64_t
read_id(struct wire *w)
{
	uint64_t id = wire_get_u64(w);

	return w->why == NULL ? id : 0;
}

/* The number of fields that each kind has, itself included. */
static uint32_t
fields_of(uint32_t kind)
{
	static const uint32_t n[] = {[RECORD_PROGRAM] = 8,
	    [RECORD_OBJECT] = OBJECT_N,
	    [RECORD_DOWNTIME] = DOWNTIME_N,
	    [RECORD_DOWNTIME_GONE] = 2,
	    [RECORD_COMMENT] = COMMENT_N,
	    [RECORD_COMMENT_GONE] = 2,
	    [RECORD_NOTICE] = 3,
	    [RECORD_NOTICE_GONE] = 2,
	    [RECORD_END] = 2,
	    [RECORD_GENERATION] = 2,
	    [RECORD_CONTACT] = CONTACT_N};

	return kind < ARRAY_LEN(n) ? n[kind] : 0;
}

static void
read_one(struct record_reader *r, struct wire *w)
{
	const char *start = (const char *)w->p;
	struct wire end = *w;
	struct slice whole;
	uint32_t n, kind;

	wire_skip(&end);
	whole = (struct slice){start, (size_t)((const char *)end.p - start)};
	n = wire_get_array(w);
	kind = wire_get_u32(w);
	/* Objects without a plan were written before there was one. */
	if (w->why == NULL && (n == 0 || n != fields_of(kind)) &&
	    (kind != RECORD_OBJECT || n != OBJECT_N - 1))
		wire_fail(w, "unknown kind or number of fields");
	if (w->why != NULL)
		return;
	switch ((enum kind)kind) {
	case RECORD_PROGRAM:
		read_program(r, w);
		break;
	case RECORD_OBJECT:
		read_object(r, w, whole, n == OBJECT_N);
		break;
	case RECORD_DOWNTIME:
		read_downtime(r, w, whole);
		break;
	case RECORD_DOWNTIME_GONE:
		drop_downtime(r->engine, read_id(w));
		break;
	case RECORD_COMMENT:
		read_comment(r, w, whole);
		break;
	case RECORD_COMMENT_GONE:
		drop_comment(r->engine, read_id(w));
		break;
	case RECORD_NOTICE:
		read_notice(r, w);
		break;
	case RECORD_NOTICE_GONE:
		read_notice_gone(r, w);
		break;
	case RECORD_CONTACT:
		read_contact(r, w);
		break;
	case RECORD_END:
		wire_get_u64(w);
		r->ended = true;
		break;
	case RECORD_GENERATION:
		r->generation = read_id(w);
		break;
	}
	r->records++;
}

size_t
record_split(struct slice records, size_t max)
{
	struct wire w = wire_of(records);
	size_t taken = 0;

	while (w.why == NULL && !wire_at_end(&w)) {
		size_t end;

		wire_skip(&w);
		end = (size_t)((const char *)w.p - records.s);
		if (taken > 0 && end > max)
			break;
		taken = end;
	}
	return w.why == NULL ? taken : records.len;
}

int
record_read(struct record_reader *r, struct slice payload, struct err *err_r)
{
	struct wire w = wire_of(payload);

	while (w.why == NULL && !wire_at_end(&w))
		read_one(r, &w);
	if (w.why == NULL)
		return 0;
	err_set(err_r, "record %" PRIu64 ": %s", r->records, w.why);
	return -1;
}
