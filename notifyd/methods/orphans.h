/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts of a notifier that was killed. They go on without it, and their
 * deliveries begin again: both at once would tell people twice.
 */
#ifndef NOTIFYD_METHODS_ORPHANS_H
#define NOTIFYD_METHODS_ORPHANS_H

/*
 * Kills the process groups of this site's scripts that no living notifier of
 * it started; how many. What a script left behind on purpose (a group or
 * session of its own, or a group whose leader has ended) stays. Before the
 * first script is started.
 */
unsigned orphans_kill(const char *root);

#endif
