/* SPDX-License-Identifier: Apache-2.0
 *
 * The method of scripts: any executable
 * ROOT/local/share/vedette/notifications/NAME or
 * ROOT/share/vedette/notifications/NAME. Exit code 0: delivered, 1: try again,
 * 2 and above: never. At the time-out its whole process group is killed,
 * which counts as 1.
 */
#ifndef NOTIFYD_METHODS_SCRIPT_H
#define NOTIFYD_METHODS_SCRIPT_H

#include "notifyd/methods/method.h"

#include <uv.h>

/* What is kept of a script's output; the rest is read and dropped. */
#define SCRIPT_MAX_OUTPUT (64u << 10)

struct scripts;

/* `root` is borrowed for ever: the scripts' working folder. */
struct scripts *scripts_new(uv_loop_t *loop, const char *root);
/* Kills what runs, without a callback. */
void scripts_free(struct scripts **scripts);
/* The program's path, freed by the caller; NULL: there is none. */
char *script_path(const char *root, const char *name);
/* Is it one of the site's own (which beats a built-in method)? */
bool script_is_local(const char *root, const char *name);
/* Does its third line say "# Bulk: yes"? */
bool script_bulks(const char *path);
/* Many at once if there is a bulk: --bulk, and all of it on its input. */
void script_start(struct scripts *scripts, struct delivery *d);
/* Any program, by PATH, with the same rules. `input` is its standard input. */
void script_run(struct scripts *scripts, struct delivery *d, char *const *argv,
    struct slice input);

#endif
