/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of the history. Their index is the line's number.
 */
#include "livestatusd/table/table.h"

#include <string.h>

/* A line is asked for many columns: it is taken apart once. */
static const struct logline_fields *
line(struct view *v, uint32_t at)
{
	if (v->line_at != at) {
		loglines_fields(v->env->loglines, at, &v->line);
		v->line_at = at;
	}
	return &v->line;
}

enum {
	TIME,
	LINENO,
	CLASS,
	STATE,
	ATTEMPT
};

static int64_t
number(struct view *v, const struct column *c, uint32_t at)
{
	const struct logline_fields *f = line(v, at);

	switch (c->off) {
	case TIME:
		return f->time;
	case LINENO:
		return f->lineno;
	case CLASS:
		return f->class;
	case STATE:
		return f->state;
	default:
		return f->attempt;
	}
}

static struct slice
text(struct view *v, const struct column *c, uint32_t at)
{
	struct slice s;

	memcpy(&s, (const char *)line(v, at) + c->off, sizeof(s));
	return s;
}

static struct slice
state_info(struct view *v, const struct column *c, uint32_t at)
{
	const struct logline_fields *f = line(v, at);

	(void)c;
	if (f->state_word.len == 0)
		return f->state_type;
	str_clear(&v->tmp);
	if (f->class == 3)
		str_add(&v->tmp, "NOTIFY");
	else
		str_addslice(&v->tmp, f->state_type);
	str_add(&v->tmp, " (");
	str_addslice(&v->tmp, f->state_word);
	str_addc(&v->tmp, ')');
	return str_slice(&v->tmp);
}

void
table_log_row(const struct view *v, uint32_t at, struct row *row_r)
{
	struct logline_fields f;

	memset(row_r, 0xff, sizeof(*row_r));
	row_r->at[ENTITY_SELF] = at;
	loglines_fields(v->env->loglines, at, &f);
	if (f.host.len > 0)
		row_r->at[ENTITY_HOST] = snap_find_host(v->snap, f.host);
	if (f.service.len > 0 && row_r->at[ENTITY_HOST] != SNAP_NONE)
		row_r->at[ENTITY_SERVICE] = snap_find_service(
		    v->snap, row_r->at[ENTITY_HOST], f.service);
	if (f.contact.len > 0)
		row_r->at[ENTITY_CONTACT] =
		    snap_find_contact(v->snap, f.contact);
	if (f.command.len > 0)
		row_r->at[ENTITY_COMMAND] =
		    snap_find_command(v->snap, f.command);
}

bool
table_log_is_seen(struct view *v, uint32_t at, uint32_t host)
{
	const struct logline_fields *f = line(v, at);

	if (f->service.len > 0)
		return false; /* the service is gone */
	if (f->host.len > 0)
		return host != SNAP_NONE && view_sees(v, host);
	return f->class == 0 || f->class == 2 || f->class == 5;
}

/* clang-format off */
#define TEXT(nm, member, h) \
	COL_STRING(nm, text, offsetof(struct logline_fields, member), h)

static const struct column log_columns[] = {
	COL_TIMEFN("time", number, TIME, "when it was written"),
	COL_INT("lineno", number, LINENO, "number of the line in its file"),
	COL_INT("class", number, CLASS, "0 info, 1 alert, 2 program, 3 notification, 4 passive check, 5 command, 6 state, 8 handler"),
	TEXT("message", message, "the whole line"),
	TEXT("type", type, "what stands before the colon"),
	TEXT("options", options, "what stands after the colon"),
	TEXT("comment", comment, "a comment"),
	TEXT("plugin_output", output, "first line of the output"),
	TEXT("long_plugin_output", long_output, "other lines of the output"),
	COL_INT("state", number, STATE, "state of the host or service, or exit code"),
	TEXT("state_type", state_type, "HARD, SOFT, STARTED, STOPPED, CANCELLED, reason of a notification"),
	COL_STRING("state_info", state_info, 0, "type and state in words"),
	COL_INT("attempt", number, ATTEMPT, "number of the attempt"),
	TEXT("host_name", host, "name of the host"),
	TEXT("service_description", service, "description of the service"),
	TEXT("contact_name", contact, "name of the contact"),
	TEXT("command_name", command, "name of the command"),
	{0}
};
/* clang-format on */

const struct column_set columns_log = {{log_columns, NULL}};
