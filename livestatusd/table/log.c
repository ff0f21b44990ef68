/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of the history. Their index is the line's number.
 */
#include "livestatusd/table/table.h"

#include <string.h>

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
	const struct line *f = view_line(v, at);

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

	memcpy(&s, (const char *)view_line(v, at) + c->off, sizeof(s));
	return s;
}

static bool
is_exit(enum line_kind kind)
{
	return kind == LINE_HOST_RESULT || kind == LINE_SERVICE_RESULT ||
	    kind == LINE_HOST_PROGRESS || kind == LINE_SERVICE_PROGRESS ||
	    kind == LINE_HOST_HANDLER_STOPPED ||
	    kind == LINE_SERVICE_HANDLER_STOPPED;
}

/* "HARD (DOWN)", "NOTIFY (CRITICAL)", "EXIT_CODE (SUCCESS)". */
static struct slice
state_info(struct view *v, const struct column *c, uint32_t at)
{
	static const char *const exits[] = {
	    "SUCCESS", "TEMPORARY_FAILURE", "PERMANENT_FAILURE"};
	const struct line *l = view_line(v, at);

	(void)c;
	str_clear(&v->tmp);
	if (is_exit(l->kind)) {
		str_addf(&v->tmp, "EXIT_CODE (%s)",
		    exits[l->state < 0 || l->state > 2 ? 2 : l->state]);
		return str_slice(&v->tmp);
	}
	if (l->state_word.len == 0)
		return l->state_type;
	if (l->class == 3)
		str_add(&v->tmp, "NOTIFY");
	else
		str_addslice(&v->tmp, l->state_type);
	str_add(&v->tmp, v->tmp.len > 0 ? " (" : "(");
	str_addslice(&v->tmp, l->state_word);
	str_addc(&v->tmp, ')');
	return str_slice(&v->tmp);
}

void
table_log_row(
    const struct view *v, uint32_t want, uint32_t at, struct row *row_r)
{
	const struct line *l = view_line(v, at);
	uint32_t host = SNAP_NONE;

	memset(row_r, 0xff, sizeof(*row_r));
	row_r->at[ENTITY_SELF] = at;
	if (l->host.len > 0 &&
	    (want & (1u << ENTITY_HOST | 1u << ENTITY_SERVICE)))
		host = snap_find_host(v->snap, l->host);
	row_r->at[ENTITY_HOST] = host;
	if (l->service.len > 0 && host != SNAP_NONE)
		row_r->at[ENTITY_SERVICE] =
		    snap_find_service(v->snap, host, l->service);
	if (l->contact.len > 0 && (want & 1u << ENTITY_CONTACT))
		row_r->at[ENTITY_CONTACT] =
		    snap_find_contact(v->snap, l->contact);
	if (l->command.len > 0 && (want & 1u << ENTITY_COMMAND))
		row_r->at[ENTITY_COMMAND] =
		    snap_find_command(v->snap, l->command);
}

bool
table_log_is_seen(struct view *v, uint32_t at, uint32_t host)
{
	const struct line *f = view_line(v, at);

	if (f->service.len > 0)
		return false; /* the service is gone */
	if (f->host.len > 0)
		return host != SNAP_NONE && view_sees(v, host);
	return f->class == 0 || f->class == 2 || f->class == 5;
}

/* clang-format off */
#define TEXT(nm, member, h) \
	COL_STRING(nm, text, offsetof(struct line, member), h)

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
