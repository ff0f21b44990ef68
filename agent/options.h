/* SPDX-License-Identifier: Apache-2.0
 *
 * Options and environment.
 */
#ifndef AGENT_OPTIONS_H
#define AGENT_OPTIONS_H

#include "agent/agent.h"

/*
 * Fills *agent; -1: go on, otherwise the program ends with this exit code
 * (--help and --version are done, or a mistake was reported). Strings borrow
 * from argv and the environment.
 */
int options_read(struct agent *agent, int argc, char **argv);
/* What plugins find in their environment. */
void options_export(const struct agent *agent);

#endif
