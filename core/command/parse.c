/* SPDX-License-Identifier: Apache-2.0
 *
 * From a line to a call: name, arguments, their types (EC-1, EC-2).
 */
#include "core/command/internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "core/state/override.h"

#include <ctype.h>
#include <stdlib.h>

static int
compare(const void *key, const void *member)
{
	const struct slice *name = key;
	const struct command *command = member;
	size_t n = strlen(command->name);
	int order =
	    memcmp(name->s, command->name, name->len < n ? name->len : n);

	return order != 0 ? order : (name->len > n) - (name->len < n);
}

/* "[1712345678] " at the front, if there is one. */
static int
take_time(struct slice *line, int64_t *time_r, struct err *err_r)
{
	const char *close;
	struct slice number;

	if (line->len == 0 || line->s[0] != '[')
		return 0;
	close = memchr(line->s, ']', line->len);
	if (close == NULL)
		goto malformed;
	number = (struct slice){line->s + 1, (size_t)(close - line->s - 1)};
	if (!num_range(number, 0, INT64_C(1) << 40, time_r) ||
	    line->len < number.len + 3 || close[1] != ' ')
		goto malformed;
	line->s += number.len + 3;
	line->len -= number.len + 3;
	return 0;
malformed:
	err_set(err_r, "malformed: it must begin \"[time] NAME\"");
	return -1;
}

static int
unknown(const char *what, const struct arg *a, struct err *err_r)
{
	err_set(err_r, "there is no %s \"%.*s\"", what,
	    (int)(a->text.len > 200 ? 200 : a->text.len), a->text.s);
	return -1;
}

static int
wrong(const char *what, unsigned n, const struct arg *a, struct err *err_r)
{
	err_set(err_r, "argument %u must be %s, not \"%.*s\"", n + 1, what,
	    (int)(a->text.len > 200 ? 200 : a->text.len), a->text.s);
	return -1;
}

static bool
is_object(const struct snapshot *snap, uint32_t object, struct slice name)
{
	return slice_eqs(name, snap_s(snap, snap->objects[object].name));
}

static uint32_t
find_host(const struct call *c, struct slice name)
{
	const struct snapshot *snap = c->ctx->engine->snap;
	struct command_memory *m = c->ctx->memory;
	uint32_t host;

	if (m == NULL)
		return snap_find_host(snap, name);
	if (m->host < snap->n_hosts && is_object(snap, m->host, name))
		return m->host;
	host = snap_find_host(snap, name);
	if (host != SNAP_NONE)
		m->host = host;
	return host;
}

static uint32_t
find_service(const struct call *c, uint32_t host, struct slice name)
{
	const struct snapshot *snap = c->ctx->engine->snap;
	struct snap_list of = snap->objects[host].services;
	struct command_memory *m = c->ctx->memory;
	uint32_t guess, service;

	if (m == NULL)
		return snap_find_service(snap, host, name);
	guess = m->service + 1;
	if (guess < of.off || guess >= of.off + of.n)
		guess = of.off;
	service = of.n > 0 && is_object(snap, guess, name)
	    ? guess
	    : snap_find_service(snap, host, name);
	if (service != SNAP_NONE)
		m->service = service;
	return service;
}

static const struct command *
find_command(const struct call *c, struct slice name)
{
	struct command_memory *m = c->ctx->memory;
	const struct command *found = m == NULL ? NULL : m->command;

	if (name.len == 0)
		return NULL;
	if (found != NULL && slice_eqs(name, found->name))
		return found;
	found =
	    bsearch(&name, commands, n_commands, sizeof(commands[0]), compare);
	if (m != NULL)
		m->command = found;
	return found;
}

/* Objects that must exist. */
static int
read_name(struct call *c, struct arg *a, char type, struct err *err_r)
{
	const struct snapshot *snap = c->ctx->engine->snap;

	switch (type) {
	case 'h':
		a->index = find_host(c, a->text);
		return a->index == SNAP_NONE ? unknown("host", a, err_r) : 0;
	case 's':
		a->index = find_service(c, a[-1].index, a->text);
		return a->index == SNAP_NONE ? unknown("service", a, err_r) : 0;
	case 'H':
		a->index = snap_find_host_group(snap, a->text);
		return a->index == SNAP_NONE ? unknown("host group", a, err_r)
					     : 0;
	case 'S':
		a->index = snap_find_service_group(snap, a->text);
		return a->index == SNAP_NONE
		    ? unknown("service group", a, err_r)
		    : 0;
	case 'C':
		a->index = snap_find_contact(snap, a->text);
		return a->index == SNAP_NONE ? unknown("contact", a, err_r) : 0;
	case 'G':
		a->index = snap_find_contact_group(snap, a->text);
		return a->index == SNAP_NONE
		    ? unknown("contact group", a, err_r)
		    : 0;
	default:
		a->index = snap_find_period(snap, a->text);
		return a->index == SNAP_NONE ? unknown("period", a, err_r) : 0;
	}
}

/* NAME!args of a declared command; "" takes an event handler away. */
static int
read_command(const struct call *c, struct arg *a, struct err *err_r)
{
	struct arg name = *a;

	for (size_t i = 0; i < name.text.len; i++)
		if (name.text.s[i] == '!')
			name.text.len = i;
	if (a->text.len > OVERRIDE_TEXT_MAX) {
		err_set(err_r, "the command is too long");
		return -1;
	}
	if (a->text.len == 0 && c->command->on)
		return 0;
	if (snap_find_command(c->ctx->engine->snap, name.text) == SNAP_NONE)
		return unknown("command", &name, err_r);
	return 0;
}

/* Takes a leading underscore off, as Nagios writes them. */
static bool
is_variable(struct slice *name)
{
	if (name->len > 0 && name->s[0] == '_') {
		name->s++;
		name->len--;
	}
	for (size_t i = 0; i < name->len; i++)
		if (!isalnum((unsigned char)name->s[i]) &&
		    strchr("_-.", name->s[i]) == NULL)
			return false;
	return name->len > 0 && name->len <= 200;
}

static int
read_arg(struct call *c, unsigned n, char type, struct err *err_r)
{
	struct arg *a = &c->args[n];

	switch (type) {
	case 'i':
		return num_i64(a->text, &a->number)
		    ? 0
		    : wrong("a number", n, a, err_r);
	case 'u':
		return num_range(a->text, 0, INT64_MAX, &a->number)
		    ? 0
		    : wrong("a number from 0", n, a, err_r);
	case 't':
		return num_range(a->text, 0, INT64_C(1) << 40, &a->number)
		    ? 0
		    : wrong("a time in seconds since 1970", n, a, err_r);
	case 'b':
		return num_range(a->text, 0, 1, &a->number)
		    ? 0
		    : wrong("0 or 1", n, a, err_r);
	case 'd':
		return num_double(a->text, &a->real) && a->real >= 0 &&
			a->real < 1e6
		    ? 0
		    : wrong("a number from 0, below 1000000", n, a, err_r);
	case 'c':
		return read_command(c, a, err_r);
	case 'v':
		return is_variable(&a->text)
		    ? 0
		    : wrong("the name of a custom variable", n, a, err_r);
	case 'w':
	case 'r':
		return 0;
	default:
		return read_name(c, a, type, err_r);
	}
}

/* The text of the next argument; false: the line is at its end. */
static bool
next_text(struct slice *rest, bool *more, bool all, struct slice *text_r)
{
	const char *at;

	if (!*more)
		return false;
	at = all || rest->len == 0 ? NULL : memchr(rest->s, ';', rest->len);
	*text_r = *rest;
	if (at == NULL) {
		*more = false;
		return true;
	}
	text_r->len = (size_t)(at - rest->s);
	rest->s += text_r->len + 1;
	rest->len -= text_r->len + 1;
	return true;
}

static int
read_args(struct call *c, struct slice rest, bool more, struct err *err_r)
{
	bool optional = false;

	for (const char *type = c->command->args; *type != '\0'; type++) {
		struct arg *a = &c->args[c->n];

		if (*type == '?') {
			optional = true;
			continue;
		}
		must(c->n < COMMAND_MAX_ARGS);
		if (!next_text(
			&rest, &more, *type == 'r' || *type == 'c', &a->text)) {
			if (optional)
				break;
			err_set(err_r, "%s: argument %u is missing",
			    c->command->name, c->n + 1);
			return -1;
		}
		if (optional && a->text.len == 0 && *type != 'r') {
			c->n++; /* the same as left out */
			continue;
		}
		if (read_arg(c, c->n, *type, err_r) == -1) {
			err_prefix(err_r, "%s", c->command->name);
			return -1;
		}
		c->n++;
	}
	if (more) {
		err_set(err_r, "%s: there are too many arguments",
		    c->command->name);
		return -1;
	}
	return 0;
}

int
command_parse(struct call *c, struct slice line, struct err *err_r)
{
	struct slice name;
	const char *at;
	bool more;

	while (line.len > 0 &&
	    (line.s[line.len - 1] == '\n' || line.s[line.len - 1] == '\r'))
		line.len--;
	if (line.len > COMMAND_MAX_LINE || memchr(line.s, '\n', line.len)) {
		err_set(err_r, "malformed: too long, or more than one line");
		return -1;
	}
	c->submitted = c->ctx->now;
	if (take_time(&line, &c->submitted, err_r) == -1)
		return -1;
	at = line.len == 0 ? NULL : memchr(line.s, ';', line.len);
	more = at != NULL;
	name = line;
	if (more) {
		name.len = (size_t)(at - line.s);
		line.s = at + 1;
		line.len -= name.len + 1;
	}
	c->command = find_command(c, name);
	if (c->command == NULL) {
		err_set(err_r, "Unknown command '%.*s'",
		    (int)(name.len > 100 ? 100 : name.len),
		    name.len == 0 ? "" : name.s);
		return -1;
	}
	if (read_args(c, line, more, err_r) == -1)
		return -1;
	c->rest = c->args;
	if (strchr("hHSCG", c->command->args[0]) != NULL &&
	    c->command->args[0] != '\0')
		c->rest++;
	if (c->command->args[0] == 'h' && c->command->args[1] == 's')
		c->rest++;
	return 0;
}

struct slice
command_text(struct str *to, struct slice text)
{
	size_t from = to->len;

	for (size_t i = 0; i < text.len; i++) {
		if (text.s[i] == '\\' && i + 1 < text.len &&
		    text.s[i + 1] == 'n') {
			str_addc(to, '\n');
			i++;
		} else {
			str_addc(to, text.s[i]);
		}
	}
	return (struct slice){str_get(to) + from, to->len - from};
}
