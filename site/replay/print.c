/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of JSON; see print.h. Cells are written as the status port writes
 * them.
 */
#include "site/replay/print.h"

#include "common/clock.h"
#include "common/msg.h"
#include "eventd/status/query.h"

static void
key_of(struct str *to, const char *key)
{
	str_addf(to, ", \"%s\": ", key);
}

static void
add_cell(struct str *to, const char *key, const struct cell *c)
{
	key_of(to, key);
	cell_format(to, c, FORMAT_JSON);
}

/* Seconds with what fraction there is. */
static void
add_seconds(struct str *to, int64_t us)
{
	char digits[8];
	size_t n = 6;

	str_addf(to, "%lld", (long long)(us / US_PER_S));
	snprintf(digits, sizeof(digits), "%06lld", (long long)(us % US_PER_S));
	while (n > 0 && digits[n - 1] == '0')
		n--;
	if (n > 0)
		str_addf(to, ".%.*s", (int)n, digits);
}

void
print_begin(struct str *to, int64_t t_us, const char *event)
{
	str_add(to, "{\"t\": ");
	add_seconds(to, t_us);
	str_addf(to, ", \"event\": \"%s\"", event);
}

void
print_text(struct str *to, const char *key, struct slice value)
{
	add_cell(to, key, &(struct cell){.type = CELL_STR, .s = value});
}

void
print_number(struct str *to, const char *key, int64_t value)
{
	add_cell(to, key, &(struct cell){.type = CELL_INT, .i = value});
}

void
print_bool(struct str *to, const char *key, bool value)
{
	add_cell(to, key, &(struct cell){.type = CELL_BOOL, .i = value});
}

void
print_null(struct str *to, const char *key)
{
	add_cell(to, key, &(struct cell){.type = CELL_NULL});
}

void
print_end(struct str *to)
{
	str_add(to, "}\n");
}

void
print_one_message(struct str *to, const struct message *m)
{
	if (m->format == FORMAT_UNREADABLE)
		print_null(to, "format");
	else
		print_number(to, "format", m->format);
	print_number(to, "facility", m->facility);
	print_number(to, "priority", m->priority);
	print_text(to, "host", m->host);
	print_text(to, "application", m->application);
	print_number(to, "pid", m->pid);
	print_text(to, "text", m->text);
	add_cell(
	    to, "time", &(struct cell){.type = CELL_TIME, .i = m->time_us});
	print_number(to, "sl", m->sl);
	print_text(to, "contact", m->contact);
	print_text(to, "ipaddress", m->ipaddress);
	print_bool(to, "decode_fallback", m->decode_fallback);
}

void
print_groups(struct str *to, const char *key, const struct groups *g)
{
	key_of(to, key);
	str_addc(to, '[');
	for (unsigned i = 0; i < g->n; i++) {
		struct cell c = {.type = CELL_STR, .s = g->group[i]};

		if (i > 0)
			str_add(to, ", ");
		cell_format(to, &c, FORMAT_JSON);
	}
	str_addc(to, ']');
}

void
print_event(struct str *to, const struct event *ev)
{
	const struct column *columns = query_columns(QUERY_EVENTS);
	struct row row = {.event = ev};

	for (; columns->name != NULL; columns++) {
		struct cell c = {.type = columns->type};

		columns->get(&row, columns->index, &c);
		add_cell(to, columns->name, &c);
	}
}

void
print_context(struct str *to, struct slice list)
{
	struct msg_pair pair;
	const char *comma = "";

	key_of(to, "context");
	str_addc(to, '{');
	while (msg_pair_next(&list, &pair)) {
		struct cell key = {.type = CELL_STR, .s = pair.key},
			    value = {.type = CELL_STR, .s = pair.value};

		str_add(to, comma);
		cell_format(to, &key, FORMAT_JSON);
		str_add(to, ": ");
		cell_format(to, &value, FORMAT_JSON);
		comma = ", ";
	}
	str_addc(to, '}');
}
