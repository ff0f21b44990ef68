/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines of checks: "NAME!arg1!arg2" takes the line of a declared
 * command and puts the arguments in place of $ARGn$ (a backslash protects !);
 * anything else is a line of its own. Other macros stay for the core.
 */
#include "site/compile/objects.h"

#define MAX_ARGS 32

struct args {
	struct str args[MAX_ARGS];
	unsigned n;
};

static void
split(const char *text, struct args *a)
{
	for (; *text != '\0'; text++) {
		if (text[0] == '!' && a->n < MAX_ARGS) {
			a->n++;
			continue;
		}
		if (text[0] == '\\' && (text[1] == '!' || text[1] == '\\'))
			text++;
		if (a->n > 0)
			str_addc(&a->args[a->n - 1], *text);
	}
}

/* "$ARG12$" at `p`: its number, and how long it is. */
static unsigned
macro_at(const char *p, size_t *len_r)
{
	unsigned n = 0;
	size_t i = 4;

	if (strncmp(p, "$ARG", 4) != 0)
		return 0;
	while (p[i] >= '0' && p[i] <= '9' && i < 6)
		n = n * 10 + (unsigned)(p[i++] - '0');
	*len_r = i + 1;
	return p[i] == '$' ? n : 0;
}

static void
substitute(const char *line, const struct args *a, struct str *to)
{
	size_t len;

	while (*line != '\0') {
		unsigned n = macro_at(line, &len);

		if (n == 0) {
			str_addc(to, *line++);
			continue;
		}
		if (n <= a->n)
			str_addslice(to, str_slice(&a->args[n - 1]));
		line += len;
	}
}

/* The program's name without its folder. */
static void
base_name(const char *line, struct str *to)
{
	size_t n = strcspn(line, " \t");

	for (size_t i = n; i > 0; i--) {
		if (line[i - 1] == '/') {
			str_addn(to, line + i, n - i);
			return;
		}
	}
	str_addn(to, line, n);
}

void
check_command_line(
    struct model *m, const char *command, snap_str *shown_r, snap_str *line_r)
{
	size_t n = strcspn(command, "! \t");
	struct str name = {0}, line = {0};
	struct args args = {.n = 0};
	uint32_t index;

	str_addn(&name, command, n);
	index = command[n] == ' ' || command[n] == '\t'
	    ? NONE
	    : named_find(m, TABLE_COMMANDS, str_get(&name));
	if (index != NONE) {
		const char *declared = json_string_value(json_object_get(
		    m->tables[TABLE_COMMANDS].items[index].value, "line"));

		split(command + n, &args);
		substitute(declared == NULL ? "" : declared, &args, &line);
		*shown_r = snapb_str(m->snap, command);
		*line_r = snapb_str(m->snap, str_get(&line));
	} else {
		base_name(command, &line);
		*shown_r = snapb_str(m->snap, str_get(&line));
		*line_r = snapb_str(m->snap, command);
	}
	for (unsigned i = 0; i < MAX_ARGS; i++)
		str_free(&args.args[i]);
	str_free(&name);
	str_free(&line);
}
