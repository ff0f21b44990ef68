/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers clients itself, without inetd or systemd.
 */
#ifndef AGENT_LISTEN_H
#define AGENT_LISTEN_H

#include "agent/agent.h"

/* Serves agent->listen until a signal ends it. The exit code. */
int listen_run(const struct agent *agent);
/* One answer on standard output (which may be a socket). The exit code. */
int listen_once(const struct agent *agent);

#endif
