/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of downtimes and comments. Their index is the place in the mirror's
 * lists.
 */
#include "livestatusd/table/table.h"

enum {
	ID,
	AUTHOR,
	TEXT,
	ENTRY_TIME,
	START_TIME,
	END_TIME,
	FIXED,
	DURATION,
	TRIGGERED_BY,
	TYPE,
	IS_SERVICE,
	ORIGIN,
	RECURRING,
	PENDING,
	PERSISTENT,
	SOURCE,
	ENTRY_TYPE,
	EXPIRES,
	EXPIRE_TIME
};

static int64_t
downtime(struct view *v, const struct column *c, uint32_t at)
{
	const struct msg_downtime *d = &v->m->downtimes.v[at]->d;
	bool is_service = d->object >= v->snap->n_hosts;

	switch (c->off) {
	case ID:
		return (int64_t)d->id;
	case ENTRY_TIME:
		return d->entry_time;
	case START_TIME:
		return d->start_time;
	case END_TIME:
		return d->end_time;
	case FIXED:
		return d->fixed;
	case DURATION:
		return (int64_t)d->duration;
	case TRIGGERED_BY:
		return (int64_t)d->triggered_by;
	case TYPE: /* not like comments, on purpose */
		return is_service ? 1 : 2;
	case IS_SERVICE:
		return is_service;
	case RECURRING:
		return d->recurring;
	case PENDING:
		return d->pending;
	case ORIGIN:
		return d->origin != 0;
	default:
		return 0;
	}
}

static struct slice
downtime_text(struct view *v, const struct column *c, uint32_t at)
{
	const struct msg_downtime *d = &v->m->downtimes.v[at]->d;

	return c->off == AUTHOR ? d->author : d->comment;
}

static int64_t
comment(struct view *v, const struct column *c, uint32_t at)
{
	const struct msg_comment *m = &v->m->comments.v[at]->c;
	bool is_service = m->object >= v->snap->n_hosts;

	switch (c->off) {
	case ID:
		return (int64_t)m->id;
	case ENTRY_TIME:
		return m->entry_time;
	case TYPE:
		return is_service ? 2 : 1;
	case IS_SERVICE:
		return is_service;
	case PERSISTENT:
		return m->persistent;
	case SOURCE:
		return m->source;
	case ENTRY_TYPE:
		return m->entry_type;
	case EXPIRES:
		return m->expire_time != 0;
	case EXPIRE_TIME:
		return m->expire_time;
	default:
		return 0;
	}
}

static struct slice
comment_text(struct view *v, const struct column *c, uint32_t at)
{
	const struct msg_comment *m = &v->m->comments.v[at]->c;

	return c->off == AUTHOR ? m->author : m->comment;
}

/* clang-format off */
static const struct column downtimes[] = {
	COL_INT("id", downtime, ID, "number of the downtime, never used twice"),
	COL_STRING("author", downtime_text, AUTHOR, "who planned it"),
	COL_STRING("comment", downtime_text, TEXT, "why"),
	COL_TIMEFN("entry_time", downtime, ENTRY_TIME, "when it was planned"),
	COL_TIMEFN("start_time", downtime, START_TIME, "when it begins"),
	COL_TIMEFN("end_time", downtime, END_TIME, "when it ends"),
	COL_INT("fixed", downtime, FIXED, "1 fixed, 0 flexible"),
	COL_INT("duration", downtime, DURATION, "seconds that a flexible one lasts"),
	COL_INT("triggered_by", downtime, TRIGGERED_BY, "id of the downtime that starts it, or 0"),
	COL_INT("type", downtime, TYPE, "1 of a service, 2 of a host"),
	COL_INT("is_service", downtime, IS_SERVICE, "1 of a service, 0 of a host"),
	COL_INT("origin", downtime, ORIGIN, "0 by command, 1 by rule"),
	COL_INT("recurring", downtime, RECURRING, "kind of recurrence, 0 none"),
	COL_INT("is_pending", downtime, PENDING, "not in effect yet"),
	{0}
};

static const struct column comments[] = {
	COL_INT("id", comment, ID, "number of the comment, never used twice"),
	COL_STRING("author", comment_text, AUTHOR, "who wrote it"),
	COL_STRING("comment", comment_text, TEXT, "what"),
	COL_TIMEFN("entry_time", comment, ENTRY_TIME, "when it was written"),
	COL_INT("type", comment, TYPE, "1 of a host, 2 of a service"),
	COL_INT("is_service", comment, IS_SERVICE, "1 of a service, 0 of a host"),
	COL_INT("persistent", comment, PERSISTENT, "survives what it was written for"),
	COL_INT("source", comment, SOURCE, "0 internal, 1 from outside"),
	COL_INT("entry_type", comment, ENTRY_TYPE, "1 user, 2 downtime, 3 flapping, 4 acknowledgement"),
	COL_INT("expires", comment, EXPIRES, "goes by itself"),
	COL_TIMEFN("expire_time", comment, EXPIRE_TIME, "when it goes by itself; 0: never"),
	{0}
};
/* clang-format on */

const struct column_set columns_downtime = {{downtimes, NULL}};
const struct column_set columns_comment = {{comments, NULL}};
