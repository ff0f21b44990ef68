/* SPDX-License-Identifier: Apache-2.0
 *
 * Which registered agent is which host's: one symbolic link a registration,
 * ROOT/var/vedette/agents/UUID -> pull/HOST or push/HOST. The target is never
 * opened; a link is one atomic write. They outlive an activation, and a host
 * that is not activated yet may have one.
 */
#ifndef COMMON_AGENT_LINK_H
#define COMMON_AGENT_LINK_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>

#define AGENT_UUID 37 /* bytes with the NUL */

struct agent_link {
	char uuid[AGENT_UUID];
	bool push;
	char *host;
};
struct agent_links { /* {0} is empty; in byte order of host */
	struct agent_link *items;
	size_t n, cap;
};

/* Lower case hexadecimal digits with hyphens, 8-4-4-4-12. */
bool agent_uuid_is(struct slice text);
/* "ROOT/var/vedette/agents", freed by the caller. */
char *agent_links_path(const char *root);

/*
 * Replaces the list by what the folder has; none is an empty list. 0, or -1
 * with a reason.
 */
int agent_links_read(
    const char *root, struct agent_links *links_r, struct err *err_r);
void agent_links_free(struct agent_links *links);
/* The host's, or NULL. */
const struct agent_link *agent_links_find(
    const struct agent_links *links, struct slice host);

/*
 * One link a host, one host a link: what either had before is replaced. The
 * same again changes nothing. 0, or -1 with a reason.
 */
int agent_link_set(const char *root, const char *uuid, const char *host,
    bool push, struct err *err_r);
/* One that is not there is no failure. */
int agent_link_remove(const char *root, const char *uuid, struct err *err_r);

#endif
