/* SPDX-License-Identifier: Apache-2.0
 *
 * Quiet checks; see quick.h.
 */
#include "site/simulate/quick.h"

#include "common/log.h"
#include "common/mem.h"
#include "core/schedule/plan.h"
#include "core/state/fresh.h"

#include <inttypes.h>
#include <stdlib.h>

#define BLOCK 32u /* texts are copied in blocks of this many bytes */

struct slot { /* a place in the ring: an object's phase */
	int64_t phase;
	char *text; /* what a run prints behind the second, whole blocks */
	uint32_t object, len;
	uint16_t flags; /* of the object while it is quiet */
	uint8_t held;
	bool quiet, twin; /* twin: another slot has this phase */
};
struct wheel {
	int64_t interval, turn; /* ns: turn is where phase 0 lies now */
	struct slot *slots;     /* ascending by phase */
	uint32_t n, at, n_quiet;
};
struct quick {
	struct wheel *rings;
	uint32_t n_rings;
	int64_t second; /* that `head` shows */
	uint32_t head_len;
	char head[BLOCK];            /* what a run prints before its text */
	uint32_t *ring_of, *slot_of; /* by object; ring UINT32_MAX: none */
};

static int
by_phase(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->phase != y->phase)
		return x->phase < y->phase ? -1 : 1;
	return x->object < y->object ? -1 : 1;
}

static uint32_t
ring_for(struct quick *q, int64_t interval)
{
	for (uint32_t i = 0; i < q->n_rings; i++)
		if (q->rings[i].interval == interval)
			return i;
	q->rings = xreallocarray(q->rings, q->n_rings + 1, sizeof(*q->rings));
	q->rings[q->n_rings] = (struct wheel){.interval = interval};
	return q->n_rings++;
}

static void
add_slot(struct sim *s, struct wheel *r, uint32_t object)
{
	const struct snap_object *c = &s->snap->objects[object];
	struct str text = {0};
	uint64_t hash =
	    plan_hash(snap_s(s->snap, s->snap->objects[c->host].name),
		c->is_service ? snap_s(s->snap, c->name) : "");
	int64_t phase = (int64_t)(hash % (uint64_t)r->interval);
	uint32_t len;

	if (r->n % 64 == 0)
		r->slots =
		    xreallocarray(r->slots, r->n + 64, sizeof(*r->slots));
	/* Intervals are whole seconds, so the fraction is always the same. */
	sim_add_time(&text, phase % NS_PER_S);
	str_addf(&text, ",\"event\":\"check\"%s}\n", s->keys[object]);
	len = (uint32_t)text.len - 1; /* the second's 0 is not printed */
	memmove(text.s, text.s + 1, len);
	str_reserve(&text, BLOCK);
	r->slots[r->n++] = (struct slot){
	    .object = object, .phase = phase, .len = len, .text = text.s};
}

static void
order(struct quick *q, uint32_t ring)
{
	struct wheel *r = &q->rings[ring];

	qsort(r->slots, r->n, sizeof(*r->slots), by_phase);
	for (uint32_t i = 0; i < r->n; i++) {
		q->slot_of[r->slots[i].object] = i;
		if (i > 0 && r->slots[i - 1].phase == r->slots[i].phase)
			r->slots[i].twin = r->slots[i - 1].twin = true;
	}
}

static void
make(struct sim *s)
{
	struct quick *q = xnew(struct quick);
	uint32_t n = s->snap->n_objects;

	q->ring_of = xcalloc(n + 1, sizeof(*q->ring_of));
	q->slot_of = xcalloc(n + 1, sizeof(*q->slot_of));
	for (uint32_t i = 0; i < n; i++) {
		int64_t interval =
		    (int64_t)s->engine->objects[i].check_interval_ms *
		    NS_PER_MS;

		q->ring_of[i] = UINT32_MAX;
		if (interval <= 0 || interval % NS_PER_S != 0 ||
		    schedule_kind(s->engine, i) == SCHEDULE_NONE)
			continue;
		q->ring_of[i] = ring_for(q, interval);
		add_slot(s, &q->rings[q->ring_of[i]], i);
	}
	for (uint32_t i = 0; i < q->n_rings; i++)
		order(q, i);
	q->second = -1;
	s->quick = q;
}

void
sim_quick_free(struct sim *s)
{
	struct quick *q = s->quick;

	if (q == NULL)
		return;
	for (uint32_t i = 0; i < q->n_rings; i++) {
		for (uint32_t k = 0; k < q->rings[i].n; k++)
			free(q->rings[i].slots[k].text);
		free(q->rings[i].slots);
	}
	free(q->rings);
	free(q->ring_of);
	free(q->slot_of);
	free(q);
	s->quick = NULL;
}

/* OM-4: its results are those of its host, too. */
static bool
feeds_host(const struct sim *s, uint32_t object)
{
	const struct snap_object *host =
	    &s->snap->objects[s->snap->objects[object].host];

	return host->check == SNAP_CHECK_SERVICE && host->collector == object;
}

/* Does a run with the same result again change nothing but times? */
static bool
is_quiet(const struct sim *s, uint32_t object, int64_t interval)
{
	const struct checkable *o = &s->engine->objects[object];
	const uint16_t must_have =
	    CHECKABLE_CHECKED | CHECKABLE_HARD | CHECKABLE_ACTIVE;
	const uint16_t must_not = CHECKABLE_FLAPPING | CHECKABLE_AWAITED |
	    CHECKABLE_HOST_PROBLEM | CHECKABLE_LAST_PASSIVE;

	return (o->flags & must_have) == must_have &&
	    (o->flags & must_not) == 0 &&
	    (o->held == HOLD_NONE || o->held == HOLD_INTERVAL) &&
	    !feeds_host(s, object) && o->withheld == NULL &&
	    o->check_period == SNAP_NONE && o->evidence_from == 0 &&
	    (o->state == STATE_GOOD ||
		(o->downtimes == NULL &&
		    !(s->snap->objects[object].flags & SNAP_VOLATILE))) &&
	    (int64_t)o->check_interval_ms * NS_PER_MS == interval &&
	    !s->seen[object].stale &&
	    fresh_stale_at(s->engine, object) * NS_PER_S >
	    sim_wall(s) + interval + NS_PER_S;
}

/* The ring's place after the present moment. */
static void
place(struct wheel *r, int64_t mono)
{
	r->turn = mono - mono % r->interval;
	for (r->at = 0; r->at < r->n; r->at++)
		if (r->turn + r->slots[r->at].phase > mono)
			return;
	r->at = 0;
	r->turn += r->interval;
}

void
sim_quick_offer(struct sim *s, uint32_t object)
{
	struct wheel *r;
	struct slot *slot;
	int64_t planned;

	if (s->options->plain || s->options->table)
		return;
	if (s->quick == NULL)
		make(s);
	if (s->quick->ring_of[object] == UINT32_MAX)
		return;
	r = &s->quick->rings[s->quick->ring_of[object]];
	slot = &r->slots[s->quick->slot_of[object]];
	planned = agenda_key(&s->schedule->due, object);
	/* The run before was in phase, and so is the next one. */
	if (slot->quiet || slot->twin || planned == HEAP_NEVER ||
	    sim_mono(s) % r->interval != slot->phase ||
	    planned != sim_mono(s) + r->interval ||
	    !is_quiet(s, object, r->interval))
		return;
	if (r->n_quiet == 0)
		place(r, sim_mono(s));
	r->n_quiet++;
	slot->quiet = true;
	slot->flags = s->engine->objects[object].flags;
	slot->held = s->engine->objects[object].held;
	agenda_set(&s->schedule->due, object, HEAP_NEVER);
	heap_set(&s->stale, object, HEAP_NEVER);
}

static void
take(struct sim *s, struct wheel *r, uint32_t at)
{
	struct slot *slot = &r->slots[at];
	int64_t due = r->turn + slot->phase;

	if (at < r->at)
		due += r->interval;
	slot->quiet = false;
	r->n_quiet--;
	agenda_set(&s->schedule->due, slot->object, due);
	heap_set(
	    &s->stale, slot->object, fresh_stale_at(s->engine, slot->object));
}

void
sim_quick_take(struct sim *s, uint32_t object)
{
	struct quick *q = s->quick;
	struct wheel *r;

	if (q == NULL || q->ring_of[object] == UINT32_MAX)
		return;
	r = &q->rings[q->ring_of[object]];
	if (r->slots[q->slot_of[object]].quiet)
		take(s, r, q->slot_of[object]);
}

void
sim_quick_take_all(struct sim *s)
{
	for (uint32_t i = 0; s->quick != NULL && i < s->quick->n_rings; i++) {
		struct wheel *r = &s->quick->rings[i];

		for (uint32_t k = 0; r->n_quiet > 0 && k < r->n; k++)
			if (r->slots[k].quiet)
				take(s, r, k);
	}
}

static void
step(struct wheel *r)
{
	if (++r->at < r->n)
		return;
	r->at = 0;
	r->turn += r->interval;
}

/* The ring whose next quiet check is the first; NULL: there is none. */
static struct wheel *
first(struct quick *q, int64_t *due_r, int64_t *second_r)
{
	struct wheel *best = NULL;

	*due_r = *second_r = INT64_MAX;
	for (uint32_t i = 0; q != NULL && i < q->n_rings; i++) {
		struct wheel *r = &q->rings[i];
		int64_t due;

		if (r->n_quiet == 0)
			continue;
		while (!r->slots[r->at].quiet)
			step(r);
		due = r->turn + r->slots[r->at].phase;
		if (due < *due_r) {
			*second_r = *due_r;
			*due_r = due;
			best = r;
		} else if (due < *second_r) {
			*second_r = due;
		}
	}
	return best;
}

int64_t
sim_quick_next(struct sim *s)
{
	int64_t due, second;

	return first(s->quick, &due, &second) == NULL ? INT64_MAX
						      : due - s->base;
}

void
sim_quick_take_due(struct sim *s)
{
	int64_t due, second;
	struct wheel *r;

	while (
	    (r = first(s->quick, &due, &second)) != NULL && due <= sim_mono(s))
		take(s, r, r->at);
}

static void
set_second(struct quick *q, int64_t second)
{
	struct str head = {0};

	str_addf(&head, "{\"t\":%" PRId64, second);
	must(head.len <= sizeof(q->head));
	memcpy(q->head, head.s, head.len);
	q->head_len = (uint32_t)head.len;
	q->second = second;
	str_free(&head);
}

/* Millions of these are printed: whole blocks are copied, then cut. */
static void
print(struct sim *s, const struct slot *slot)
{
	struct quick *q = s->quick;
	char *to;

	if (s->t / NS_PER_S != q->second)
		set_second(q, s->t / NS_PER_S);
	str_reserve(&s->out, slot->len + 2 * BLOCK);
	to = s->out.s + s->out.len;
	memcpy(to, q->head, BLOCK);
	to += q->head_len;
	for (uint32_t i = 0; i < slot->len; i += BLOCK)
		memcpy(to + i, slot->text + i, BLOCK);
	s->out.len += q->head_len + slot->len;
	s->out.s[s->out.len] = '\0';
	if (s->out.len >= SIM_FLUSH_BYTES)
		sim_flush(s, false);
}

/* False: something waits for this object's check by now. */
static bool
run(struct sim *s, struct wheel *r, int64_t due)
{
	const struct slot *slot = &r->slots[r->at];
	struct checkable *o = &s->engine->objects[slot->object];

	if (o->flags != slot->flags || o->held != slot->held) {
		take(s, r, r->at);
		return false;
	}
	s->t = due - s->base;
	o->last_check = (due + s->jump) / NS_PER_S;
	o->last_time[o->state] = o->last_check;
	s->checks++;
	print(s, slot);
	step(r);
	return true;
}

void
sim_quick_play(struct sim *s, int64_t limit)
{
	int64_t due, second;
	struct wheel *r;

	limit = limit > INT64_MAX - s->base ? INT64_MAX : limit + s->base;
	while ((r = first(s->quick, &due, &second)) != NULL && due < limit) {
		int64_t stop = second < limit ? second : limit;

		do {
			if (!run(s, r, due) || r->n_quiet == 0)
				return;
			while (!r->slots[r->at].quiet)
				step(r);
			due = r->turn + r->slots[r->at].phase;
		} while (due < stop);
	}
}
