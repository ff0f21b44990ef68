/* SPDX-License-Identifier: Apache-2.0
 *
 * From a command line to the words, the path and the environment of a process.
 * A line without shell characters is split here; any other goes to /bin/sh.
 */
#ifndef FETCHER_COMMAND_LINE_H
#define FETCHER_COMMAND_LINE_H

#include "common/err.h"
#include "common/str.h"

/*
 * Splits at blanks; quotes and backslashes as in a shell. Returns the words,
 * NULL at their end, freed with child_free_words(); or NULL: the line needs a
 * shell. Pure. An empty line gives no words.
 */
char **command_split(struct slice line);

enum command_use {
	COMMAND_PLUGIN,  /* its output is a plugin's */
	COMMAND_PROGRAM, /* its output is an agent's */
	COMMAND_USES
};

/*
 * What to execute: argv[0] is a path. A program without a slash is looked for
 * in these, then in PATH:
 *	plugin	ROOT/local/lib/nagios/plugins, ROOT/lib/nagios/plugins,
 *		/usr/lib/nagios/plugins
 *	program	ROOT/local/share/vedette/agents, ROOT/share/vedette/agents
 * NULL with a reason.
 */
char **command_argv(const char *root, enum command_use use, struct slice line,
    struct err *err_r);

#define COMMAND_PATHS 64
/*
 * Where programs were found, each for a second: the next job mostly names the
 * same one. Begins as zeroes.
 */
struct command_paths {
	struct command_path {
		char *name, *path;
		int64_t until; /* monotonic, ns */
	} of[COMMAND_USES][COMMAND_PATHS];
};

/* The same; a file that came or went is noticed within a second. `now` is
 * monotonic, in ns. */
char **command_argv_soon(struct command_paths *paths, int64_t now,
    const char *root, enum command_use use, struct slice line,
    struct err *err_r);
void command_paths_free(struct command_paths *paths);

/* Our environment in locale C, with that search path as its PATH. */
char **command_environment(const char *root, enum command_use use);

#endif
