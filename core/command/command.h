/* SPDX-License-Identifier: Apache-2.0
 *
 * External commands (core-semantics section 14): one table of names,
 * arguments and what they do. Pure: works on the engine alone, so that
 * `vedette simulate` plays the same ones.
 */
#ifndef CORE_COMMAND_COMMAND_H
#define CORE_COMMAND_COMMAND_H

#include "core/state/engine.h"

#define COMMAND_MAX_ARGS 10
#define COMMAND_MAX_LINE (256u << 10)

/*
 * What the command before named. Senders of results tell a host's services in
 * their order, so the next one is looked at before it is searched. Begins as
 * zeroes; may outlive a configuration, for every guess is compared.
 */
struct command_memory {
	const void *command;
	uint32_t host, service;
};

struct command_context {
	struct engine *engine;
	struct command_memory *memory; /* or NULL */
	int64_t now;                   /* wall seconds */
	/* SAVE_STATE_INFORMATION; may be NULL. */
	void (*save)(void *arg);
	/* PROCESS_FILE: does its commands, one a line; 0, or -1 with a reason.
	 * NULL: files are not taken here. */
	int (*file)(
	    void *arg, const char *path, bool remove, struct err *err_r);
	/* RESTART_PROGRAM, SHUTDOWN_PROGRAM; NULL: there is no such program. */
	void (*program)(void *arg, bool restart);
	bool privileged; /* may do the latter, and PROCESS_FILE */
	void *arg;
};

/*
 * Does the command of `line`, "[time] NAME;arg;..." or without the time. 0, or
 * -1 with a reason; then nothing changed. Writes its line of the history.
 */
int command_run(
    const struct command_context *ctx, struct slice line, struct err *err_r);

/* For the reference: calls `each` for every command in order of name. */
void command_list(void (*each)(const char *name, const char *arguments,
		      const char *help, void *arg),
    void *arg);

#endif
