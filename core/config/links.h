/* SPDX-License-Identifier: Apache-2.0
 *
 * The registrations of agents (common/agent_link.h) as core knows them: read
 * at start, and again in a thread within LINKS_LOOK_MS of a change, because a
 * registration takes effect without an activation.
 */
#ifndef CORE_CONFIG_LINKS_H
#define CORE_CONFIG_LINKS_H

#include "common/agent_link.h"

#include <uv.h>

#define LINKS_LOOK_MS 2000

struct links;

/* `root` is borrowed. Failures are logged; the list is empty then. */
struct links *links_new(uv_loop_t *loop, const char *root);
/* A look that is under way ends by itself. Run the loop once after it. */
void links_free(struct links **links);
/* Borrowed until the loop runs again. */
const struct agent_links *links_now(const struct links *links);

#endif
