/* SPDX-License-Identifier: Apache-2.0
 *
 * Alert handlers (EH-2): what the history and the contacts hear of them. The
 * engine asks for one with engine_ops.handler; whoever runs it tells here.
 */
#ifndef CORE_STATE_ALERT_H
#define CORE_STATE_ALERT_H

#include "core/state/engine.h"

struct alert_run {
	struct slice host, service; /* service: empty for a host */
	struct slice command;       /* as configured */
	bool ended;                 /* else it starts now */
	unsigned exit_code;         /* ended: 0..3, 3 also for all others */
	struct slice output;        /* ended: its first line */
};

/* A line STARTED, or STOPPED and an ALERTHANDLER notification. Nothing if the
 * object has vanished meanwhile. */
void alert_tell(struct engine *e, const struct alert_run *run, int64_t now);

#endif
