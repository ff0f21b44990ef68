/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of the spans that a replay of the history yields. Their index is the
 * span's in its block.
 */
#include "livestatusd/table/table.h"

#include "common/mem.h"

#include <string.h>

enum {
	TIME,
	LINENO,
	FROM,
	UNTIL,
	STATE,
	HOST_DOWN,
	IN_DOWNTIME,
	IN_HOST_DOWNTIME,
	IS_FLAPPING,
	IN_NOTIFICATION_PERIOD,
	IN_SERVICE_PERIOD
};

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	const struct span *s = view_span(v, at);

	switch (c->off) {
	case TIME:
		return s->time;
	case LINENO:
		return s->lineno;
	case FROM:
		return s->from;
	case UNTIL:
		return s->until;
	case STATE:
		return s->state;
	case HOST_DOWN:
		return s->host_down;
	case IN_DOWNTIME:
		return s->in_downtime;
	case IN_HOST_DOWNTIME:
		return s->in_host_downtime;
	case IS_FLAPPING:
		return s->is_flapping;
	case IN_NOTIFICATION_PERIOD:
		return s->in_notification_period;
	default:
		return s->in_service_period;
	}
}

/* Of every state; else of state `off` - ANY - 2, beginning with unmonitored. */
#define ANY        100u
#define OF(state_) (ANY + 2 + (state_))

static int64_t
duration(struct view *v, const struct column *c, uint32_t at)
{
	const struct span *s = view_span(v, at);

	if (c->off != ANY && s->state != (int)c->off - (int)ANY - 2)
		return 0;
	return s->until - s->from;
}

static double
part(struct view *v, const struct column *c, uint32_t at)
{
	return v->window <= 0 ? 0
			      : (double)duration(v, c, at) / (double)v->window;
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	struct slice s;

	memcpy(&s, (const char *)view_span(v, at) + c->off, sizeof(s));
	return s;
}

/* Where the row comes from. */
static struct slice
debug_info(struct view *v, const struct column *c, uint32_t at)
{
	const struct span *s = view_span(v, at);

	(void)c;
	str_clear(&v->tmp);
	if (s->lineno == 0)
		str_add(&v->tmp, "END OF THE RANGE");
	else
		str_addf(&v->tmp, "LINE %u", s->lineno);
	return str_slice(&v->tmp);
}

static struct slice
long_output(struct view *v, const struct column *c, uint32_t at)
{
	(void)c;
	return view_span(v, at)->long_output;
}

void
table_statehist_row(
    const struct view *v, uint32_t want, uint32_t at, struct row *row_r)
{
	const struct span *s = view_span(v, at);
	uint32_t host = SNAP_NONE;

	memset(row_r, 0xff, sizeof(*row_r));
	row_r->at[ENTITY_SELF] = at;
	if (want & (1u << ENTITY_HOST | 1u << ENTITY_SERVICE))
		host = snap_find_host(v->snap, s->host);
	row_r->at[ENTITY_HOST] = host;
	if (s->service.len > 0 && host != SNAP_NONE)
		row_r->at[ENTITY_SERVICE] =
		    snap_find_service(v->snap, host, s->service);
}

static void
periods_of(void *arg, struct slice host, struct slice service,
    struct slice *notification_r, struct slice *service_r)
{
	const struct view *v = arg;
	const struct snapshot *snap = v->snap;
	uint32_t at = snap_find_host(snap, host);
	const struct snap_object *o;

	if (at != SNAP_NONE && service.len > 0)
		at = snap_find_service(snap, at, service);
	if (at == SNAP_NONE)
		return;
	o = &snap->objects[at];
	if (o->notification_period != SNAP_NONE)
		*notification_r = slice_of(
		    snap_s(snap, snap->periods[o->notification_period].name));
	if (o->service_period != SNAP_NONE)
		*service_r = slice_of(
		    snap_s(snap, snap->periods[o->service_period].name));
}

struct replay *
table_statehist_replay(struct view *v, int64_t from, int64_t until)
{
	struct replay_ops ops = {.arg = v, .periods = periods_of};

	v->window = until - from;
	return replay_new(from, until, &ops);
}

/* clang-format off */
#define NUMBER(nm, which, h) COL_INT(nm, number, which, h)
#define TEXT(nm, member, h) \
	COL_STRING(nm, text, offsetof(struct span, member), h)

static const struct column statehist_columns[] = {
	COL_TIMEFN("time", number, TIME, "when the span ended by a line of the history"),
	NUMBER("lineno", LINENO, "number of that line in its file; 0: the range ended"),
	COL_TIMEFN("from", number, FROM, "begin of the span"),
	COL_TIMEFN("until", number, UNTIL, "end of the span"),
	COL_INT("duration", duration, ANY, "seconds: until - from"),
	COL_FLOAT("duration_part", part, ANY, "duration / length of the range"),
	NUMBER("state", STATE, "state of the host or service; -1 unmonitored"),
	NUMBER("host_down", HOST_DOWN, "1: the host is not UP"),
	NUMBER("in_downtime", IN_DOWNTIME, "1: in a downtime of its own"),
	NUMBER("in_host_downtime", IN_HOST_DOWNTIME, "1: the host is in downtime"),
	NUMBER("is_flapping", IS_FLAPPING, "1: flapping"),
	NUMBER("in_notification_period", IN_NOTIFICATION_PERIOD, "1: within the notification period"),
	NUMBER("in_service_period", IN_SERVICE_PERIOD, "1: within the service period"),
	TEXT("notification_period", notification_period, "name of the notification period"),
	TEXT("service_period", service_period, "name of the service period"),
	TEXT("host_name", host, "name of the host"),
	TEXT("service_description", service, "description of the service; empty: the host itself"),
	TEXT("log_output", output, "output of the line that began the span"),
	{
		.name = "long_log_output", .type = COLUMN_STRING,
		.source = SOURCE_GET, .flags = COLUMN_LINES,
		.get.s = long_output, .help = "its other lines"
	},
	COL_STRING("debug_info", debug_info, 0, "what ended the span"),
	COL_INT("duration_ok", duration, OF(0), "duration, if OK or UP"),
	COL_FLOAT("duration_part_ok", part, OF(0), "part of the range, if OK or UP"),
	COL_INT("duration_warning", duration, OF(1), "duration, if WARN or DOWN"),
	COL_FLOAT("duration_part_warning", part, OF(1), "part of the range, if WARN or DOWN"),
	COL_INT("duration_critical", duration, OF(2), "duration, if CRIT or UNREACH"),
	COL_FLOAT("duration_part_critical", part, OF(2), "part of the range, if CRIT or UNREACH"),
	COL_INT("duration_unknown", duration, OF(3), "duration, if UNKNOWN"),
	COL_FLOAT("duration_part_unknown", part, OF(3), "part of the range, if UNKNOWN"),
	COL_INT("duration_unmonitored", duration, OF(-1), "duration, if unmonitored"),
	COL_FLOAT("duration_part_unmonitored", part, OF(-1), "part of the range, if unmonitored"),
	{0}
};
/* clang-format on */

const struct column_set columns_statehist = {{statehist_columns, NULL}};
