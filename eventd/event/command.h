/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about events (event-console.md 19.3), from the status port, the
 * bus and the replay. Pure; what concerns the daemon itself (RELOAD, SYNC,
 * ...) is handed back.
 */
#ifndef EVENTD_EVENT_COMMAND_H
#define EVENTD_EVENT_COMMAND_H

#include "eventd/event/engine.h"

enum command_kind {
	COMMAND_DONE,   /* the engine did it */
	COMMAND_FAILED, /* err says why; parts may be done */
	COMMAND_CREATE, /* arg: the raw line */
	COMMAND_RELOAD,
	COMMAND_SHUTDOWN,
	COMMAND_REOPENLOG,
	COMMAND_SYNC,
	COMMAND_FLUSH, /* events are gone; the archive is to be erased */
	COMMAND_RESET, /* hits were set; they are to be kept */
	COMMAND_SWITCH /* arg: the mode of a fallback */
};

/*
 * `line`: "NAME;arg;arg" or a JSON object; "EC_" before the name and
 * "[timestamp] " before that are allowed. Freed by the caller: *arg_r, which
 * may be NULL.
 */
enum command_kind ec_command_run(struct engine *e, struct slice line,
    int64_t now_us, char **arg_r, struct err *err_r);

#endif
