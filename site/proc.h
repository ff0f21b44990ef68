/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that the command runs and waits for, and processes that it ends.
 */
#ifndef SITE_PROC_H
#define SITE_PROC_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Runs argv (found by PATH) and waits. Its standard output and error go to
 * `out` (at most 64 KiB are kept), or are inherited if that is NULL. The exit
 * code (128 + N for signal N), or -1 if it could not be started.
 */
int proc_run(const char *const *argv, struct str *out, struct err *err_r);

/* Calls `pick` for each process; those it wants are ended by TERM, and after
 * grace_ms by KILL. Returns how many there were. */
typedef bool proc_pick_fn(pid_t pid, uid_t uid, void *arg);
size_t proc_end(proc_pick_fn *pick, void *arg, int grace_ms);
/* One of /proc/PID/{cmdline,environ} with its NULs, at most 128 KiB. */
bool proc_read(pid_t pid, const char *what, struct str *to);
void proc_sleep_ms(int ms);

#endif
