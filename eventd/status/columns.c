/* SPDX-License-Identifier: Apache-2.0
 *
 * The columns of the four tables.
 */
#include "common/mem.h"
#include "eventd/status/query.h"
#include "eventd/status/status.def"

static void
get_event(const struct row *row, uint32_t index, struct cell *c)
{
	const struct event_field *f = &event_fields[index];
	const void *at = (const char *)row->event + f->offset;

	switch (f->type) {
	case FIELD_U64:
		c->i = (int64_t) * (const uint64_t *)at;
		break;
	case FIELD_TIME:
		c->i = *(const int64_t *)at;
		break;
	case FIELD_I32:
		c->i = *(const int32_t *)at;
		break;
	case FIELD_U32:
		c->i = *(const uint32_t *)at;
		break;
	case FIELD_U8:
		c->i = *(const uint8_t *)at;
		break;
	case FIELD_BOOL:
		c->i = *(const bool *)at;
		break;
	case FIELD_PHASE:
		c->s = slice_of(phase_name(*(const uint8_t *)at));
		break;
	case FIELD_PRECEDENCE:
		c->s = *(const bool *)at ? SLICE("rule") : SLICE("host");
		break;
	case FIELD_STR:
		c->s = slice_of(*(char *const *)at);
		break;
	case FIELD_NULLSTR:
		c->s = slice_of(*(char *const *)at);
		if (c->s.s == NULL)
			c->type = CELL_NULL;
		break;
	case FIELD_CONTACT_GROUPS:
		if (!row->event->has_contact_groups)
			c->type = CELL_NULL;
		c->list = at;
		break;
	case FIELD_STRINGS:
		c->list = at;
		break;
	}
}

static void
get_history(const struct row *row, uint32_t index, struct cell *c)
{
	const struct history_row *h = row->history;

	switch (index) {
	case 0:
		c->i = (int64_t)h->line;
		break;
	case 1:
		c->i = h->time_us;
		break;
	case 2:
		c->s = slice_of(h->what);
		break;
	case 3:
		c->s = slice_of(h->who);
		break;
	default:
		c->s = slice_of(h->addinfo);
		break;
	}
}

static void
get_rule(const struct row *row, uint32_t index, struct cell *c)
{
	if (index == 0)
		c->s = slice_of(row->rule->id);
	else if (index == 1)
		c->i = (int64_t)row->rule->hits;
	else if (index == 2)
		c->i = (int64_t)row->rule->match_limit_hits;
	else
		c->f = (double)row->rule->time_ns * RULE_SAMPLE / 1e9;
}

static void
get_status(const struct row *row, uint32_t index, struct cell *c)
{
	enum cell_type type = c->type;

	*c = row->status[index];
	c->type = type;
}

static void
get_source(const struct row *row, uint32_t index, struct cell *c)
{
	const struct source *s = row->source;

	switch (index) {
	case 0:
		c->s = slice_of(s->address);
		break;
	case 1:
		c->i = (int64_t)s->messages;
		break;
	case 2:
		c->i = (int64_t)s->bytes;
		break;
	case 3:
		c->i = (int64_t)s->limited;
		break;
	case 4:
		c->i = (int64_t)s->refused;
		break;
	case 5:
		c->i = s->first_us;
		break;
	default:
		c->i = s->last_us;
		break;
	}
}

static void
get_forward(const struct row *row, uint32_t index, struct cell *c)
{
	const struct forward_state *s = row->forward;

	switch (index) {
	case 0:
		c->s = slice_of(s->name);
		break;
	case 1:
		c->s = slice_of(s->state);
		break;
	case 2:
		c->s = slice_of(s->why);
		break;
	case 3:
		c->i = (int64_t)s->queued;
		break;
	case 4:
		c->i = (int64_t)s->sent;
		break;
	default:
		c->i = (int64_t)s->lost;
		break;
	}
}

static void
get_pattern(const struct row *row, uint32_t index, struct cell *c)
{
	const struct pattern_row *p = row->pattern;
	const struct pattern_seen *s = p->seen;

	switch (index) {
	case 0:
		c->s = slice_of(s->application);
		break;
	case 1:
		c->s = p->text;
		break;
	case 2:
		c->s = p->regex;
		break;
	case 3:
		c->i = (int64_t)s->count;
		break;
	case 4:
		c->list = p->hours;
		break;
	case 5:
		c->s = slice_of(s->sample);
		break;
	case 6:
		c->list = p->hosts;
		break;
	case 7:
		c->i = s->min_priority;
		break;
	case 8:
		c->i = s->max_priority;
		break;
	case 9:
		c->i = s->facility;
		break;
	case 10:
		c->i = s->first_us;
		break;
	default:
		c->i = s->last_us;
		break;
	}
}

#define STATUS_COLUMN(name, type, help)                                        \
	{"status_" #name, CELL_##type, get_status, STATUS_##name, help},
static const struct column status_columns[] = {STATUS_TABLE(STATUS_COLUMN){0}};
static const struct column rule_columns[] = {
    {"rule_id", CELL_STR, get_rule, 0, "id of the rule"},
    {"rule_hits", CELL_INT, get_rule, 1, "messages that it fitted"}, {0}};
static const struct column more_rule_columns[] = {
    {"rule_limit_hits", CELL_INT, get_rule, 2,
	"texts that a pattern of it gave up on, since the reload"},
    {"rule_time", CELL_FLOAT, get_rule, 3,
	"seconds of trying it since the reload, by one message of 256"},
    {0}};
static const struct column no_columns[] = {{0}};
static const struct column source_columns[] = {
    {"source_address", CELL_STR, get_source, 0, "of the sender"},
    {"source_messages", CELL_INT, get_source, 1, "messages that it sent"},
    {"source_bytes", CELL_INT, get_source, 2, "bytes of them"},
    {"source_limited", CELL_INT, get_source, 3,
	"of them dropped above its rate"},
    {"source_refused", CELL_INT, get_source, 4,
	"connections and datagrams that were not allowed"},
    {"source_first", CELL_TIME, get_source, 5, "when it first sent"},
    {"source_last", CELL_TIME, get_source, 6, "when it last sent"}, {0}};
static const struct column forward_columns[] = {
    {"forward_name", CELL_STR, get_forward, 0, "of the target"},
    {"forward_state", CELL_STR, get_forward, 1,
	"connecting, connected, waiting, failed"},
    {"forward_why", CELL_STR, get_forward, 2, "why it is not connected"},
    {"forward_queue", CELL_INT, get_forward, 3, "bytes that wait"},
    {"forward_sent", CELL_INT, get_forward, 4, "messages since start"},
    {"forward_drops", CELL_INT, get_forward, 5,
	"messages that the full queue lost"},
    {0}};
static const struct column pattern_columns[] = {
    {"pattern_application", CELL_STR, get_pattern, 0,
	"of messages that no rule fitted"},
    {"pattern_text", CELL_STR, get_pattern, 1, "its words, * for what varies"},
    {"pattern_regex", CELL_STR, get_pattern, 2, "the same for when.text"},
    {"pattern_count", CELL_INT, get_pattern, 3, "messages since the start"},
    {"pattern_hours", CELL_LIST, get_pattern, 4,
	"messages by hour, the present one first"},
    {"pattern_sample", CELL_STR, get_pattern, 5, "text of the last one"},
    {"pattern_hosts", CELL_LIST, get_pattern, 6, "the first that sent it"},
    {"pattern_min_priority", CELL_INT, get_pattern, 7, "the most urgent"},
    {"pattern_max_priority", CELL_INT, get_pattern, 8, "the least urgent"},
    {"pattern_facility", CELL_INT, get_pattern, 9, "of the last one"},
    {"pattern_first", CELL_TIME, get_pattern, 10, "when it was first seen"},
    {"pattern_last", CELL_TIME, get_pattern, 11, "when it was last seen"}, {0}};
static const struct column history_columns[] = {
    {"history_line", CELL_INT, get_history, 0, "number of the line"},
    {"history_time", CELL_TIME, get_history, 1, "when it happened"},
    {"history_what", CELL_STR, get_history, 2, "NEW, UPDATE, DELETE, ..."},
    {"history_who", CELL_STR, get_history, 3, "user, or empty"},
    {"history_addinfo", CELL_STR, get_history, 4, "more about it"}};

static const enum cell_type cell_of_field[] = {[FIELD_U64] = CELL_INT,
    [FIELD_TIME] = CELL_TIME,
    [FIELD_STR] = CELL_STR,
    [FIELD_NULLSTR] = CELL_STR,
    [FIELD_I32] = CELL_INT,
    [FIELD_U32] = CELL_INT,
    [FIELD_U8] = CELL_INT,
    [FIELD_BOOL] = CELL_BOOL,
    [FIELD_PHASE] = CELL_STR,
    [FIELD_STRINGS] = CELL_LIST,
    [FIELD_CONTACT_GROUPS] = CELL_LIST,
    [FIELD_PRECEDENCE] = CELL_STR};

#define EVENT_COLUMNS 25
#define OWN_HISTORY   5

/* The table of events is made from event_fields. */
static struct column event_columns[EVENT_COLUMNS + 1];
static struct column all_history_columns[OWN_HISTORY + EVENT_COLUMNS + 1];

/* Runs before main, so that threads find the tables made. */
static void __attribute__((constructor)) make_tables(void)
{
	size_t n = 0;

	for (size_t i = 0; i < OWN_HISTORY; i++)
		all_history_columns[i] = history_columns[i];
	for (uint32_t i = 0; i < event_fields_n && n < EVENT_COLUMNS; i++) {
		const struct event_field *f = &event_fields[i];

		if (f->column == NULL)
			continue;
		event_columns[n] = (struct column){
		    f->column, cell_of_field[f->type], get_event, i, f->help};
		all_history_columns[OWN_HISTORY + n] = event_columns[n];
		n++;
	}
}

const struct column *
query_columns(enum query_table table)
{
	switch (table) {
	case QUERY_EVENTS:
		return event_columns;
	case QUERY_HISTORY:
		return all_history_columns;
	case QUERY_RULES:
		return rule_columns;
	case QUERY_SOURCES:
		return source_columns;
	case QUERY_FORWARDS:
		return forward_columns;
	case QUERY_PATTERNS:
		return pattern_columns;
	case QUERY_STATUS:
	case QUERY_TABLES:
		break;
	}
	return status_columns;
}

const struct column *
query_more_columns(enum query_table table)
{
	return table == QUERY_RULES ? more_rule_columns : no_columns;
}
