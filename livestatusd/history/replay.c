/* SPDX-License-Identifier: Apache-2.0
 *
 * Replaying the history; see replay.h.
 */
#include "livestatusd/history/replay.h"

#include "common/mem.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct text { /* shared by an object and its span */
	uint32_t refs;
	size_t output, all; /* bytes: of the short one, of both */
	char s[];
};

struct values {
	int8_t state;
	uint8_t host_down, in_downtime, in_host_downtime, is_flapping;
	uint8_t in_notification_period, in_service_period;
};

struct period {
	char *name;
	bool in;
};

struct object {
	char *host, *service; /* service NULL: a host */
	uint32_t host_at;     /* its host's number; its own for a host */
	uint32_t first, next; /* services of the host; list of a host's */
	uint32_t hash_next;
	uint32_t notification_period, service_period; /* NONE: always */
	struct values now, before; /* before: at this second's start */
	bool known;                /* a state was seen */
	bool touched;
	int64_t since;      /* of the present span, within the window */
	uint32_t lineno;    /* that changed a value last */
	uint32_t epoch;     /* of the block of states that had it */
	struct text *text;  /* of the last line with a state */
	struct text *begun; /* of the present span */
};

struct replay {
	int64_t from, until, second;
	struct replay_ops ops;
	struct object *objects;
	uint32_t n, cap;
	uint32_t *hash; /* by name; NONE ends a chain */
	uint32_t hash_size;
	struct period *periods;
	uint32_t n_periods, cap_periods;
	uint32_t *touched;
	uint32_t n_touched, cap_touched;
	struct span *spans;
	struct text **held; /* texts of spans */
	size_t n_spans, cap_spans, cap_held;
	size_t bytes;
	/* a block of initial states */
	bool in_block;
	uint32_t epoch, block_line;
};

static void
text_free(struct text *t)
{
	if (t != NULL && --t->refs == 0)
		free(t);
}

static struct text *
text_share(struct text *t)
{
	if (t != NULL)
		t->refs++;
	return t;
}

struct replay *
replay_new(int64_t from, int64_t until, const struct replay_ops *ops)
{
	struct replay *r = xnew(struct replay);

	r->from = from;
	r->until = until;
	r->second = INT64_MIN;
	if (ops != NULL)
		r->ops = *ops;
	r->hash_size = 1024;
	r->hash = xmalloc(r->hash_size * sizeof(*r->hash));
	memset(r->hash, 0xff, r->hash_size * sizeof(*r->hash));
	return r;
}

void
replay_free(struct replay **rp)
{
	struct replay *r = *rp;

	if (r == NULL)
		return;
	*rp = NULL;
	replay_clear(r);
	for (uint32_t i = 0; i < r->n; i++) {
		free(r->objects[i].host);
		free(r->objects[i].service);
		text_free(r->objects[i].text);
		text_free(r->objects[i].begun);
	}
	for (uint32_t i = 0; i < r->n_periods; i++)
		free(r->periods[i].name);
	free(r->objects);
	free(r->periods);
	free(r->touched);
	free(r->hash);
	free(r->spans);
	free(r->held);
	free(r);
}

/* --- objects ---------------------------------------------------------------
 */

static uint32_t
hash_of(struct slice host, struct slice service)
{
	return line_hash(host) * 31 + line_hash(service);
}

static bool
is_object(const struct object *o, struct slice host, struct slice service)
{
	return slice_eqs(host, o->host) &&
	    (o->service == NULL ? service.len == 0
				: slice_eqs(service, o->service));
}

static void
grow_hash(struct replay *r)
{
	r->hash_size *= 2;
	r->hash = xreallocarray(r->hash, r->hash_size, sizeof(*r->hash));
	memset(r->hash, 0xff, r->hash_size * sizeof(*r->hash));
	for (uint32_t i = 0; i < r->n; i++) {
		struct object *o = &r->objects[i];
		uint32_t h = hash_of(slice_of(o->host), slice_of(o->service)) &
		    (r->hash_size - 1);

		o->hash_next = r->hash[h];
		r->hash[h] = i;
	}
}

static uint32_t
find_period(struct replay *r, struct slice name)
{
	if (name.len == 0)
		return NONE;
	for (uint32_t i = 0; i < r->n_periods; i++)
		if (slice_eqs(name, r->periods[i].name))
			return i;
	ARRAY_GROW(r->periods, r->n_periods, r->cap_periods);
	/* "in" while nothing else is known (SH-3) */
	r->periods[r->n_periods] = (struct period){slice_dup(name), true};
	return r->n_periods++;
}

static bool
period_in(const struct replay *r, uint32_t period)
{
	return period == NONE || r->periods[period].in;
}

static uint32_t
add_object(
    struct replay *r, struct slice host, struct slice service, uint32_t host_at)
{
	struct slice np = {NULL, 0}, sp = {NULL, 0};
	struct object *o;
	uint32_t h;

	if (r->n * 2 >= r->hash_size)
		grow_hash(r);
	ARRAY_GROW(r->objects, r->n, r->cap);
	o = &r->objects[r->n];
	*o = (struct object){.host = slice_dup(host),
	    .service = service.len == 0 ? NULL : slice_dup(service),
	    .host_at = host_at == NONE ? r->n : host_at,
	    .first = NONE,
	    .next = NONE,
	    .since = r->from,
	    .now = {.state = -1}};
	r->bytes += sizeof(*o) + host.len + service.len;
	if (r->ops.periods != NULL)
		r->ops.periods(r->ops.arg, host, service, &np, &sp);
	o->notification_period = find_period(r, np);
	o->service_period = find_period(r, sp);
	o->now.in_notification_period = period_in(r, o->notification_period);
	o->now.in_service_period = period_in(r, o->service_period);
	if (host_at != NONE) {
		struct object *of = &r->objects[host_at];

		o->now.host_down = of->now.host_down;
		o->now.in_host_downtime = of->now.in_host_downtime;
		o->next = of->first;
		of->first = r->n;
	}
	h = hash_of(host, service) & (r->hash_size - 1);
	o->hash_next = r->hash[h];
	r->hash[h] = r->n;
	return r->n++;
}

static uint32_t
get_object(struct replay *r, struct slice host, struct slice service)
{
	uint32_t i = r->hash[hash_of(host, service) & (r->hash_size - 1)],
		 host_at;

	for (; i != NONE; i = r->objects[i].hash_next)
		if (is_object(&r->objects[i], host, service))
			return i;
	host_at =
	    service.len == 0 ? NONE : get_object(r, host, (struct slice){0});
	return add_object(r, host, service, host_at);
}

/* --- changes ---------------------------------------------------------------
 */

/* Before a value changes: what it was when the second began is kept. */
static struct values *
touch(struct replay *r, uint32_t at, uint32_t lineno)
{
	struct object *o = &r->objects[at];

	o->lineno = lineno;
	if (!o->touched) {
		o->touched = true;
		o->before = o->now;
		ARRAY_GROW(r->touched, r->n_touched, r->cap_touched);
		r->touched[r->n_touched++] = at;
	}
	return &o->now;
}

static void
emit(struct replay *r, const struct object *o, const struct values *v,
    int64_t until, int64_t time, uint32_t lineno)
{
	struct text *t = o->begun;
	struct span *s;

	ARRAY_GROW(r->spans, r->n_spans, r->cap_spans);
	if (r->cap_held != r->cap_spans) {
		r->held =
		    xreallocarray(r->held, r->cap_spans, sizeof(*r->held));
		r->cap_held = r->cap_spans;
	}
	r->held[r->n_spans] = text_share(t);
	s = &r->spans[r->n_spans++];
	*s = (struct span){.from = o->since,
	    .until = until,
	    .time = time,
	    .lineno = lineno,
	    .state = v->state,
	    .host_down = v->host_down,
	    .in_downtime = v->in_downtime,
	    .in_host_downtime = v->in_host_downtime,
	    .is_flapping = v->is_flapping,
	    .in_notification_period = v->in_notification_period,
	    .in_service_period = v->in_service_period,
	    .host = slice_of(o->host),
	    .service = slice_of(o->service == NULL ? "" : o->service)};
	if (o->notification_period != NONE)
		s->notification_period =
		    slice_of(r->periods[o->notification_period].name);
	if (o->service_period != NONE)
		s->service_period =
		    slice_of(r->periods[o->service_period].name);
	if (t != NULL && v->state >= 0) {
		s->output = (struct slice){t->s, t->output};
		s->long_output =
		    (struct slice){t->s + t->output, t->all - t->output};
	}
}

static void
begin_span(struct object *o, int64_t at)
{
	o->since = at;
	text_free(o->begun);
	o->begun = text_share(o->text);
}

/* The second is over: what differs from its start ends a span. */
static void
close_second(struct replay *r)
{
	for (uint32_t i = 0; i < r->n_touched; i++) {
		struct object *o = &r->objects[r->touched[i]];

		o->touched = false;
		if (memcmp(&o->before, &o->now, sizeof(o->now)) == 0 &&
		    (o->begun != NULL || o->now.state < 0))
			continue;
		if (r->second <= r->from) {
			begin_span(o, r->from);
			continue;
		}
		if (r->second > o->since && o->known)
			emit(r, o, &o->before, r->second, r->second, o->lineno);
		begin_span(o, r->second);
	}
	r->n_touched = 0;
}

static void
set_text(struct replay *r, struct object *o, const struct line *l)
{
	size_t all = l->output.len + l->long_output.len;
	struct text *t;

	if (o->text != NULL && o->text->output == l->output.len &&
	    o->text->all == all &&
	    (l->output.len == 0 ||
		memcmp(o->text->s, l->output.s, l->output.len) == 0) &&
	    (l->long_output.len == 0 ||
		memcmp(o->text->s + l->output.len, l->long_output.s,
		    l->long_output.len) == 0))
		return;
	t = xmalloc(sizeof(*t) + all + 1);
	t->refs = 1;
	t->output = l->output.len;
	t->all = all;
	if (l->output.len > 0)
		memcpy(t->s, l->output.s, l->output.len);
	if (l->long_output.len > 0)
		memcpy(
		    t->s + l->output.len, l->long_output.s, l->long_output.len);
	r->bytes += all;
	text_free(o->text);
	o->text = t;
}

/* A host's change goes to its services too. */
static void
spread(struct replay *r, uint32_t host, uint32_t lineno)
{
	struct values v = r->objects[host].now;

	for (uint32_t i = r->objects[host].first; i != NONE;
	     i = r->objects[i].next) {
		struct values *s = &r->objects[i].now;

		if (s->host_down == v.host_down &&
		    s->in_host_downtime == v.in_host_downtime)
			continue;
		s = touch(r, i, lineno);
		s->host_down = v.host_down;
		s->in_host_downtime = v.in_host_downtime;
	}
}

static void
set_state(struct replay *r, uint32_t at, int8_t state, uint32_t lineno)
{
	struct object *o = &r->objects[at];
	struct values *v = touch(r, at, lineno);

	v->state = state;
	if (o->service == NULL) {
		v->host_down = state > 0;
		spread(r, at, lineno);
	}
}

static void
take_state(struct replay *r, const struct line *l)
{
	uint32_t at = get_object(r, l->host, l->service);
	struct object *o = &r->objects[at];

	set_text(r, o, l);
	if (!o->known && l->time > r->from &&
	    l->time <= r->from + REPLAY_GRACE) {
		set_state(r, at, (int8_t)l->state, l->lineno);
		o->before = o->now; /* it was there before */
		begin_span(o, r->from);
	} else {
		set_state(r, at, (int8_t)l->state, l->lineno);
	}
	o->known = true;
	o->epoch = r->epoch;
}

static void
take_flag(struct replay *r, const struct line *l, bool downtime)
{
	uint32_t at = get_object(r, l->host, l->service);
	struct values *v = touch(r, at, l->lineno);
	bool on = slice_eqs(l->state_type, "STARTED");

	if (!downtime) {
		v->is_flapping = on;
		return;
	}
	v->in_downtime = on;
	if (l->service.len > 0)
		return;
	v->in_host_downtime = on;
	spread(r, at, l->lineno);
}

static void
vanish(struct replay *r, uint32_t at, uint32_t lineno)
{
	if (r->objects[at].now.state == -1)
		return;
	set_state(r, at, -1, lineno);
}

static void
take_vanished(struct replay *r, const struct line *l)
{
	uint32_t at = get_object(r, l->host, l->service);

	vanish(r, at, l->lineno);
	if (l->service.len > 0)
		return;
	for (uint32_t i = r->objects[at].first; i != NONE;
	     i = r->objects[i].next)
		vanish(r, i, l->lineno);
}

static void
all_vanish(struct replay *r, bool unlisted, uint32_t lineno)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!unlisted || r->objects[i].epoch != r->epoch)
			vanish(r, i, lineno);
}

static void
take_period(struct replay *r, const struct line *l)
{
	struct slice rest = l->options, name, from, to;
	uint32_t p;
	bool in;

	if (!slice_next(&rest, ';', &name) || !slice_next(&rest, ';', &from) ||
	    !slice_next(&rest, ';', &to))
		return;
	p = find_period(r, name);
	in = slice_eqs(to, "1");
	if (p == NONE || r->periods[p].in == in)
		return;
	r->periods[p].in = in;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct object *o = &r->objects[i];

		if (o->notification_period == p)
			touch(r, i, l->lineno)->in_notification_period = in;
		if (o->service_period == p)
			touch(r, i, l->lineno)->in_service_period = in;
	}
}

/* The block of initial states is over: who was not in it is gone. */
static void
end_block(struct replay *r)
{
	r->in_block = false;
	all_vanish(r, true, r->block_line);
}

static bool
is_of_block(enum line_kind kind)
{
	return kind == LINE_INITIAL_HOST || kind == LINE_INITIAL_SERVICE ||
	    kind == LINE_PERIOD ||
	    (kind >= LINE_HOST_DOWNTIME_STATE &&
		kind <= LINE_SERVICE_ACK_STATE);
}

static void
apply(struct replay *r, const struct line *l)
{
	if (LINE_BIT(l->kind) &
	    (LINE_BIT(LINE_HOST_DOWNTIME) | LINE_BIT(LINE_SERVICE_DOWNTIME) |
		LINE_BIT(LINE_HOST_DOWNTIME_STATE) |
		LINE_BIT(LINE_SERVICE_DOWNTIME_STATE))) {
		take_flag(r, l, true);
	} else if (LINE_BIT(l->kind) &
	    (LINE_BIT(LINE_HOST_FLAPPING) | LINE_BIT(LINE_SERVICE_FLAPPING) |
		LINE_BIT(LINE_HOST_FLAPPING_STATE) |
		LINE_BIT(LINE_SERVICE_FLAPPING_STATE))) {
		take_flag(r, l, false);
	} else if (l->kind == LINE_VANISHED_HOST ||
	    l->kind == LINE_VANISHED_SERVICE) {
		take_vanished(r, l);
	} else if (l->kind == LINE_PERIOD) {
		take_period(r, l);
	} else if (l->kind == LINE_SHUTTING_DOWN) {
		all_vanish(r, false, l->lineno);
	} else if (l->kind == LINE_INITIAL_STATES) {
		r->in_block = true;
		r->epoch++;
		r->block_line = l->lineno;
	} else if (LINE_BIT(l->kind) & REPLAY_NAMED) {
		take_state(r, l);
	}
}

void
replay_line(struct replay *r, const struct line *l)
{
	int64_t time = l->time;

	if (!(LINE_BIT(l->kind) & (REPLAY_ALWAYS | REPLAY_NAMED)) ||
	    ((LINE_BIT(l->kind) & REPLAY_NAMED) && l->host.len == 0))
		return;
	if (time < r->second)
		time = r->second; /* a clock jumped back */
	if (time >= r->until)
		return;
	if (r->in_block && !is_of_block(l->kind))
		end_block(r); /* while it is still its second */
	if (time > r->second) {
		close_second(r);
		r->second = time;
	}
	apply(r, l);
}

void
replay_end(struct replay *r)
{
	if (r->in_block && r->second < r->until - 60)
		end_block(r); /* it will hardly go on */
	close_second(r);
	for (uint32_t i = 0; i < r->n; i++) {
		const struct object *o = &r->objects[i];

		if (o->known && o->since < r->until)
			emit(r, o, &o->now, r->until, r->until - 1, 0);
	}
}

const struct span *
replay_spans(const struct replay *r, size_t *n_r)
{
	*n_r = r->n_spans;
	return r->spans;
}

void
replay_clear(struct replay *r)
{
	for (size_t i = 0; i < r->n_spans; i++)
		text_free(r->held[i]);
	r->n_spans = 0;
}

size_t
replay_bytes(const struct replay *r)
{
	return r->bytes;
}
