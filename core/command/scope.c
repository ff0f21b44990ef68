/* SPDX-License-Identifier: Apache-2.0
 *
 * Which objects a command is about.
 */
#include "core/command/internal.h"

#include "common/mem.h"

#include <stdlib.h>

static void
add(struct call *c, uint32_t object)
{
	if (c->objects == NULL) { /* most commands are about one */
		c->objects = &c->one;
		c->cap_objects = 1;
	} else if (c->objects == &c->one) {
		c->cap_objects = 8;
		c->objects =
		    xreallocarray(NULL, c->cap_objects, sizeof(*c->objects));
		c->objects[0] = c->one;
	}
	ARRAY_GROW(c->objects, c->n_objects, c->cap_objects);
	c->objects[c->n_objects++] = object;
}

static void
add_services(struct call *c, uint32_t host)
{
	struct snap_list list = c->ctx->engine->snap->objects[host].services;

	for (uint32_t i = 0; i < list.n; i++)
		add(c, list.off + i);
}

static void
add_children(struct call *c, uint32_t host)
{
	const struct engine *e = c->ctx->engine;

	for (uint32_t i = e->children_of[host]; i < e->children_of[host + 1];
	     i++)
		add(c, e->children[i]);
}

/* The host and all behind it, each once, breadth first. */
static void
add_subtree(struct call *c, uint32_t host)
{
	const struct engine *e = c->ctx->engine;
	uint8_t *seen = xcalloc(e->snap->n_hosts + 1, 1);

	seen[host] = 1;
	add(c, host);
	for (uint32_t at = 0; at < c->n_objects; at++) {
		uint32_t h = c->objects[at];

		for (uint32_t i = e->children_of[h]; i < e->children_of[h + 1];
		     i++) {
			if (seen[e->children[i]])
				continue;
			seen[e->children[i]] = 1;
			add(c, e->children[i]);
		}
	}
	free(seen);
}

static void
add_beyond(struct call *c, uint32_t host)
{
	uint32_t n;

	add_subtree(c, host);
	c->n_objects--;
	memmove(c->objects, c->objects + 1, c->n_objects * sizeof(*c->objects));
	n = c->n_objects;
	for (uint32_t i = 0; i < n; i++)
		add_services(c, c->objects[i]);
}

static void
add_group(struct call *c, const struct snap_group *group)
{
	const struct snapshot *snap = c->ctx->engine->snap;
	uint32_t last = SNAP_NONE;

	for (uint32_t i = 0; i < group->members.n; i++) {
		uint32_t member = snap_at(snap, group->members, i);
		uint32_t host = snap->objects[member].host;

		switch (c->command->scope) {
		case SCOPE_GROUP_SERVICES:
			add_services(c, member);
			break;
		case SCOPE_SGROUP_HOSTS: /* members are in order of host */
			if (host != last)
				add(c, host);
			last = host;
			break;
		case SCOPE_GROUP_HOSTS:
		case SCOPE_SGROUP_SERVICES:
		case SCOPE_NONE:
		case SCOPE_OBJECT:
		case SCOPE_SERVICES:
		case SCOPE_CHILDREN:
		case SCOPE_BEYOND:
		case SCOPE_SUBTREE:
			add(c, member);
			break;
		}
	}
}

void
command_collect(struct call *c)
{
	const struct snapshot *snap = c->ctx->engine->snap;
	uint32_t index = c->args[0].index;

	switch (c->command->scope) {
	case SCOPE_NONE:
		break;
	case SCOPE_OBJECT:
		add(c, c->command->args[1] == 's' ? c->args[1].index : index);
		break;
	case SCOPE_SERVICES:
		add_services(c, index);
		break;
	case SCOPE_CHILDREN:
		add(c, index);
		add_children(c, index);
		break;
	case SCOPE_BEYOND:
		add_beyond(c, index);
		break;
	case SCOPE_SUBTREE:
		add_subtree(c, index);
		break;
	case SCOPE_GROUP_HOSTS:
	case SCOPE_GROUP_SERVICES:
		add_group(c, &snap->host_groups[index]);
		break;
	case SCOPE_SGROUP_HOSTS:
	case SCOPE_SGROUP_SERVICES:
		add_group(c, &snap->service_groups[index]);
		break;
	}
}
