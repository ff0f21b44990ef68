/* SPDX-License-Identifier: Apache-2.0
 *
 * Codec of the journal's records; see record.h.
 */
#include "eventd/store/record.h"

void
record_event(struct str *out, const struct event *ev)
{
	wire_put_u32(out, RECORD_EVENT);
	event_put(out, ev);
}

void
record_gone(struct str *out, uint64_t id)
{
	wire_put_u32(out, RECORD_GONE);
	wire_put_u64(out, id);
}

void
record_next(struct str *out, uint64_t id, uint64_t line)
{
	wire_put_u32(out, RECORD_NEXT);
	wire_put_u64(out, id);
	wire_put_u64(out, line);
}

void
record_history(struct str *out, uint64_t line, int64_t time_us,
    const char *what, const char *who, const char *addinfo, struct slice event)
{
	wire_put_u32(out, RECORD_HISTORY);
	wire_put_u64(out, line);
	wire_put_i64(out, time_us);
	wire_put_str(out, slice_of(what));
	wire_put_str(out, slice_of(who));
	wire_put_str(out, slice_of(addinfo));
	wire_put_list(out, event);
}

void
record_hits(struct str *out, const char *rule, uint64_t hits)
{
	wire_put_u32(out, RECORD_HITS);
	wire_put_str(out, slice_of(rule));
	wire_put_u64(out, hits);
}

void
record_watch(struct str *out, const char *rule, int64_t from_us, uint64_t count)
{
	wire_put_u32(out, RECORD_WATCH);
	wire_put_str(out, slice_of(rule));
	wire_put_i64(out, from_us);
	wire_put_u64(out, count);
}

void
record_notice(struct str *out, struct slice id, struct slice body)
{
	wire_put_u32(out, RECORD_NOTICE);
	wire_put_str(out, id);
	wire_put_list(out, body);
}

void
record_notice_gone(struct str *out, struct slice id)
{
	wire_put_u32(out, RECORD_NOTICE_GONE);
	wire_put_str(out, id);
}

void
record_flush(struct str *out, uint64_t line)
{
	wire_put_u32(out, RECORD_FLUSH);
	wire_put_u64(out, line);
}

void
record_notices(struct str *out, uint64_t ever, uint64_t flushed)
{
	wire_put_u32(out, RECORD_NOTICES);
	wire_put_u64(out, ever);
	wire_put_u64(out, flushed);
}

void
record_mode(struct str *out, uint32_t mode, int64_t since_us, int64_t sync_us,
    uint64_t line)
{
	wire_put_u32(out, RECORD_MODE);
	wire_put_u32(out, mode);
	wire_put_i64(out, since_us);
	wire_put_i64(out, sync_us);
	wire_put_u64(out, line);
}

void
record_taken(struct str *out, int64_t since_us, uint64_t line)
{
	wire_put_u32(out, RECORD_TAKEN);
	wire_put_i64(out, since_us);
	wire_put_u64(out, line);
}

void
record_peer(struct str *out, const char *site)
{
	wire_put_u32(out, RECORD_PEER);
	wire_put_str(out, slice_of(site));
}

void
record_gap(struct str *out, uint64_t followed, uint64_t from, uint64_t to)
{
	wire_put_u32(out, RECORD_GAP);
	wire_put_u64(out, followed);
	wire_put_u64(out, from);
	wire_put_u64(out, to);
}

static void
get_history(struct wire *w, struct record *r)
{
	struct wire inner;

	r->id = wire_get_u64(w);
	r->time_us = wire_get_i64(w);
	r->what = wire_get_str(w);
	r->who = wire_get_str(w);
	r->addinfo = wire_get_str(w);
	r->body = wire_get_list(w);
	inner = wire_of(r->body);
	if (w->why == NULL)
		r->event = event_get(&inner);
	if (w->why == NULL && r->event == NULL)
		wire_fail(w, "a damaged event");
}

static void
get_body(struct wire *w, struct record *r)
{
	switch (r->kind) {
	case RECORD_EVENT:
		r->event = event_get(w);
		break;
	case RECORD_GONE:
	case RECORD_FLUSH:
		r->id = wire_get_u64(w);
		break;
	case RECORD_NEXT:
		r->id = wire_get_u64(w);
		r->line = wire_get_u64(w);
		break;
	case RECORD_HISTORY:
		get_history(w, r);
		break;
	case RECORD_HITS:
		r->name = wire_get_str(w);
		r->count = wire_get_u64(w);
		break;
	case RECORD_WATCH:
		r->name = wire_get_str(w);
		r->time_us = wire_get_i64(w);
		r->count = wire_get_u64(w);
		break;
	case RECORD_NOTICE:
		r->name = wire_get_str(w);
		r->body = wire_get_list(w);
		break;
	case RECORD_NOTICE_GONE:
	case RECORD_PEER:
		r->name = wire_get_str(w);
		break;
	case RECORD_NOTICES:
		r->count = wire_get_u64(w);
		r->line = wire_get_u64(w);
		break;
	case RECORD_MODE:
		r->mode = wire_get_u32(w);
		r->time_us = wire_get_i64(w);
		r->sync_us = wire_get_i64(w);
		r->line = wire_get_u64(w);
		break;
	case RECORD_GAP:
		r->count = wire_get_u64(w);
		r->id = wire_get_u64(w);
		r->line = wire_get_u64(w);
		break;
	case RECORD_TAKEN:
		r->time_us = wire_get_i64(w);
		r->line = wire_get_u64(w);
		break;
	default:
		wire_fail(w, "an unknown record");
	}
}

int
record_get(struct slice bytes, struct record *r_r)
{
	struct wire w = wire_of(bytes);

	*r_r = (struct record){0};
	r_r->kind = (enum record_kind)wire_get_u32(&w);
	get_body(&w, r_r);
	if (w.why != NULL || !wire_at_end(&w)) {
		record_clear(r_r);
		return -1;
	}
	return 0;
}

void
record_clear(struct record *r)
{
	event_free(&r->event);
}
