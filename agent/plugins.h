/* SPDX-License-Identifier: Apache-2.0
 *
 * What others put on the host: plugins, local checks, MRPE, the spool.
 *
 * A program in a folder named by a number of seconds runs in the background
 * when its last result is older, and its last result is sent meanwhile,
 * marked with its age.
 */
#ifndef AGENT_PLUGINS_H
#define AGENT_PLUGINS_H

#include "agent/agent.h"

void plugins_write_spool(const struct agent *agent, FILE *out);
void plugins_write_mrpe(const struct agent *agent, FILE *out);
void plugins_write_local(const struct agent *agent, FILE *out);
void plugins_write_plugins(const struct agent *agent, FILE *out);

/* Puts ":cached(AT,INTERVAL)" into each section header that has none. */
void plugins_mark_headers(
    char *text, long long at, long long interval, FILE *out);
/* Puts "cached(AT,INTERVAL) " before each line that is none itself. */
void plugins_mark_lines(
    char *text, long long at, long long interval, FILE *out);

#endif
