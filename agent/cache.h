/* SPDX-License-Identifier: Apache-2.0
 *
 * Results of programs that run in the background, as files in VARDIR/cache.
 */
#ifndef AGENT_CACHE_H
#define AGENT_CACHE_H

#include "agent/agent.h"

/*
 * The last result of `path` as text (freed by the caller) and when it was
 * made; NULL if there is none yet. Starts a run in the background if the result
 * is older than `interval` seconds and none is under way.
 */
char *cache_get(const struct agent *agent, const char *kind, const char *path,
    bool shell, int interval, long long *at_r);

#endif
