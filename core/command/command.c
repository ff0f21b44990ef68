/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands, and one command from line to effect.
 */
#include "core/command/command.h"

#include "common/mem.h"
#include "common/msg.h"
#include "core/command/internal.h"
#include "core/history/lines.h"

#include <stdlib.h>

#define COMMAND(name, args, scope, run, param, on, help)                       \
	{#name, args, scope, run, param, on, help},
const struct command commands[] = {
#include "core/command/commands.def"
};
#undef COMMAND
const size_t n_commands = ARRAY_LEN(commands);

/* EC-5: results would drown everything else. */
static void
write_line(const struct call *c, struct slice line)
{
	struct engine *e = c->ctx->engine;
	struct str text = {0};

	if (c->command->run == run_process_result)
		return;
	while (line.len > 0 &&
	    (line.s[line.len - 1] == '\n' || line.s[line.len - 1] == '\r'))
		line.len--;
	if (line.len > 0 && line.s[0] == '[') {
		const char *name = memchr(line.s, ' ', line.len);

		line.len -= (size_t)(name + 1 - line.s);
		line.s = name + 1;
	}
	str_add(&text, "EXTERNAL COMMAND: ");
	history_add_text(&text, line);
	e->ops->line(e->arg, c->ctx->now, str_slice(&text));
	str_free(&text);
}

int
command_run(
    const struct command_context *ctx, struct slice line, struct err *err_r)
{
	struct call c = {.ctx = ctx};
	int rc;

	if (command_parse(&c, line, err_r) == -1)
		return -1;
	command_collect(&c);
	rc = c.command->run(&c, err_r);
	if (rc == 0)
		write_line(&c, line);
	free(c.objects);
	return rc;
}

void
command_list(void (*each)(const char *name, const char *arguments,
		 const char *help, void *arg),
    void *arg)
{
	for (size_t i = 0; i < n_commands; i++)
		each(commands[i].name, commands[i].args, commands[i].help, arg);
}
