/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about the program as a whole.
 */
#include "core/command/internal.h"

#include "core/history/lines.h"

#include <stdlib.h>

int
run_log(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct str line = {0};

	(void)err_r;
	history_add_text(&line, c->args[0].text);
	e->ops->line(e->arg, c->ctx->now, str_slice(&line));
	str_free(&line);
	return 0;
}

int
run_save(struct call *c, struct err *err_r)
{
	(void)err_r;
	if (c->ctx->save != NULL)
		c->ctx->save(c->ctx->arg);
	return 0;
}

int
run_nothing(struct call *c, struct err *err_r)
{
	(void)c;
	(void)err_r;
	return 0;
}

static bool
may(const struct call *c, struct err *err_r)
{
	if (!c->ctx->privileged)
		err_set(err_r,
		    "%s: that is for administrators and the site's own user",
		    c->command->name);
	return c->ctx->privileged;
}

/* PROCESS_FILE: file; delete */
int
run_file(struct call *c, struct err *err_r)
{
	char *path;
	int rc;

	if (!may(c, err_r))
		return -1;
	if (c->ctx->file == NULL) {
		err_set(err_r, "a file of commands cannot name another one");
		return -1;
	}
	path = slice_dup(c->args[0].text);
	rc = c->ctx->file(c->ctx->arg, path, c->args[1].number != 0, err_r);
	free(path);
	return rc;
}

/* RESTART_PROGRAM, SHUTDOWN_PROGRAM and the same with _PROCESS */
int
run_program(struct call *c, struct err *err_r)
{
	if (!may(c, err_r))
		return -1;
	if (c->ctx->program != NULL)
		c->ctx->program(c->ctx->arg, c->command->on);
	return 0;
}
