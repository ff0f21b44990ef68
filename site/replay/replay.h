/* SPDX-License-Identifier: Apache-2.0
 *
 * `vedette event replay`: messages and commands of a file through the real
 * parser, rules and engine of the event console on a virtual clock. Nothing
 * is sent and nothing is stored (event-console.md 24.1).
 */
#ifndef SITE_REPLAY_REPLAY_H
#define SITE_REPLAY_REPLAY_H

#include "common/config/mistakes.h"
#include "common/config/snapshot.h"
#include "common/settings.h"

#include <stdbool.h>

struct replay_options {
	const char *file; /* for messages */
	const char *site; /* name for the condition `sites` */
	const char *root; /* files with secrets are relative to it */
	bool explain;     /* each rule that was tried */
	int fd;           /* events go there; -1: into *out_r of replay_run() */
	int64_t start;    /* wall seconds, unless the file says when */
	const char *zone; /* of the site, unless the file says one; or NULL */
};

/*
 * Plays the file `text` by that configuration (borrowed); one JSON object a
 * line. Sets the process's zone. 0; or -1 with mistakes (FILE:LINE), found
 * before the first message is played.
 */
int replay_run(struct slice text, const struct snapshot *snap,
    const struct settings *settings, const struct replay_options *options,
    struct str *out_r, struct mistakes *m);

#endif
