/* SPDX-License-Identifier: Apache-2.0
 *
 * The listening sockets of one listener of site.yaml, and how they follow a
 * new configuration: what changes is opened before the present ones are let
 * go, so that a configuration that cannot be served is refused as a whole.
 */
#ifndef LIVESTATUSD_SOCKETS_H
#define LIVESTATUSD_SOCKETS_H

#include "common/settings.h"

#include <stddef.h>

struct listening {
	char *address;
	uint16_t port;
	int fd;
	bool keep;    /* the prepared configuration has it too */
	void *server; /* who accepts on fd, and owns it then; or NULL */
};

struct sockets { /* {0} is empty */
	struct listening *v;
	size_t n, cap;
};

/*
 * Opens into `next` what `l` has beyond `have`, and marks in `have` what stays.
 * `setting` is "listen.http". 0, or -1 with a reason and nothing opened. An
 * address that this machine has not is left out where there are others.
 */
int sockets_prepare(struct sockets *next, struct sockets *have,
    const struct settings_listener *l, const char *setting, struct err *err_r);
/*
 * `have` becomes what was prepared; `next` is empty then. Those that nobody
 * wants any more are given to `close`, which ends their server.
 */
void sockets_commit(
    struct sockets *have, struct sockets *next, void (*close)(void *server));
/* Ends them all. */
void sockets_close(struct sockets *s, void (*close)(void *server));

#endif
