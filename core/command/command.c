/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands, and one command from line to effect.
 */
#include "core/command/command.h"

#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"
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

#define REFUSALS_A_MINUTE 60   /* written to the history */
#define REFUSED_MAX       300u /* bytes of the line that are written */

/* Without the time in front and the end of the line. */
static struct slice
bare(struct slice line)
{
	const char *name;

	while (line.len > 0 &&
	    (line.s[line.len - 1] == '\n' || line.s[line.len - 1] == '\r'))
		line.len--;
	if (line.len < 2 || line.s[0] != '[' || line.s[1] < '0' ||
	    line.s[1] > '9')
		return line;
	name = memchr(line.s, ' ', line.len);
	if (name == NULL)
		return line;
	line.len -= (size_t)(name + 1 - line.s);
	line.s = name + 1;
	return line;
}

/* EC-2: one line, with the reason; not more than the history can bear. */
static void
write_refusal(
    const struct command_context *ctx, struct slice line, const struct err *why)
{
	struct engine *e = ctx->engine;
	struct str text = {0}, clean = {0};

	if (ctx->now / 60 != e->refusal_minute) {
		e->refusal_minute = ctx->now / 60;
		e->refusals = 0;
	}
	if (e->refusals++ >= REFUSALS_A_MINUTE)
		return;
	line = bare(line);
	str_add(&text, "Warning: external command refused: ");
	history_add_text(&text, slice_of(why->text));
	str_add(&text, ": ");
	if (line.len > REFUSED_MAX)
		for (line.len = REFUSED_MAX;
		     line.len > 0 && (line.s[line.len] & 0xc0) == 0x80;)
			line.len--;
	utf8_clean(&clean, line);
	history_add_text(&text, str_slice(&clean));
	e->ops->line(e->arg, ctx->now, str_slice(&text));
	str_free(&clean);
	str_free(&text);
}

/* EC-5: results would drown everything else. */
static void
write_line(const struct call *c, struct slice line)
{
	struct engine *e = c->ctx->engine;
	struct str text = {0};

	if (c->command->run == run_process_result)
		return;
	str_add(&text, "EXTERNAL COMMAND: ");
	history_add_text(&text, bare(line));
	e->ops->line(e->arg, c->ctx->now, str_slice(&text));
	str_free(&text);
}

int
command_run(
    const struct command_context *ctx, struct slice line, struct err *err_r)
{
	struct call c = {.ctx = ctx};
	int rc;

	if (command_parse(&c, line, err_r) == -1) {
		write_refusal(ctx, line, err_r);
		return -1;
	}
	command_collect(&c);
	rc = c.command->run(&c, err_r);
	if (rc == 0)
		write_line(&c, line);
	else
		write_refusal(ctx, line, err_r);
	if (c.objects != &c.one)
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
