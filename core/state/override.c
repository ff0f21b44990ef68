/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts and contacts as commands changed them; see override.h.
 */
#include "core/state/override.h"

#include "common/mem.h"

#include <stdlib.h>

const char *
override_var(const struct override_vars *v, struct slice name)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (strlen(v->items[i].name) == name.len &&
		    strncasecmp(v->items[i].name, name.s, name.len) == 0)
			return v->items[i].value;
	return NULL;
}

bool
override_set_var(struct override_vars *v, struct slice name, struct slice value)
{
	char *key = slice_dup(name);
	uint32_t at = 0;

	for (char *p = key; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	while (at < v->n && strcmp(v->items[at].name, key) < 0)
		at++;
	if (at < v->n && strcmp(v->items[at].name, key) == 0) {
		free(key);
		free(v->items[at].value);
		v->items[at].value = slice_dup(value);
		return true;
	}
	if (v->n >= OVERRIDE_VARS) {
		free(key);
		return false;
	}
	v->items = xreallocarray(v->items, v->n + 1, sizeof(*v->items));
	memmove(
	    v->items + at + 1, v->items + at, (v->n - at) * sizeof(*v->items));
	v->items[at] = (struct override_var){key, slice_dup(value)};
	v->n++;
	return true;
}

void
override_free_vars(struct override_vars *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		free(v->items[i].name);
		free(v->items[i].value);
	}
	free(v->items);
	*v = (struct override_vars){0};
}

struct override *
override_of(struct checkable *o)
{
	if (o->over == NULL)
		o->over = xnew(struct override);
	return o->over;
}

void
override_free(struct override **over)
{
	struct override *v = *over;

	if (v == NULL)
		return;
	free(v->check_command);
	free(v->event_handler);
	override_free_vars(&v->vars);
	free(v);
	*over = NULL;
}

void
override_configure(struct checkable *o, uint32_t modified)
{
	struct override *v = o->over;

	if (v == NULL)
		return;
	if (!(modified & MODIFIED_CHECK_COMMAND)) {
		free(v->check_command);
		v->check_command = NULL;
	}
	if (!(modified & MODIFIED_HANDLER_LINE)) {
		free(v->event_handler);
		v->event_handler = NULL;
	}
	if (!(modified & MODIFIED_VARIABLE))
		override_free_vars(&v->vars);
	if (v->check_command == NULL && v->event_handler == NULL &&
	    v->vars.n == 0)
		override_free(&o->over);
}

const char *
engine_command_line(
    const struct snapshot *snap, const char *command, const char **args_r)
{
	size_t n = strcspn(command, "! \t");
	uint32_t index;

	*args_r = "";
	if (command[n] == ' ' || command[n] == '\t')
		return command;
	index = snap_find_command(snap, (struct slice){command, n});
	if (index == SNAP_NONE)
		return NULL;
	*args_r = command;
	return snap_s(snap, snap->commands[index].line);
}

const char *
engine_check_command(const struct engine *e, uint32_t object)
{
	const struct override *v = e->objects[object].over;

	if (v != NULL && v->check_command != NULL)
		return v->check_command;
	return snap_s(e->snap, e->snap->objects[object].check_command);
}

const char *
engine_check_line(const struct engine *e, uint32_t object, const char **args_r)
{
	const struct override *v = e->objects[object].over;
	const char *line;

	if (v == NULL || v->check_command == NULL) {
		*args_r = engine_check_command(e, object);
		return snap_s(e->snap, e->snap->objects[object].check_line);
	}
	/* A reload may have taken the command away. */
	line = engine_command_line(e->snap, v->check_command, args_r);
	return line == NULL ? v->check_command : line;
}

const char *
engine_event_handler(const struct engine *e, uint32_t object)
{
	const struct override *v = e->objects[object].over;

	if (v != NULL && v->event_handler != NULL)
		return v->event_handler;
	return snap_s(e->snap, e->snap->objects[object].event_handler);
}

const char *
engine_event_handler_line(
    const struct engine *e, uint32_t object, const char **args_r)
{
	const struct override *v = e->objects[object].over;
	const char *line;

	if (v == NULL || v->event_handler == NULL) {
		*args_r = engine_event_handler(e, object);
		return snap_s(
		    e->snap, e->snap->objects[object].event_handler_line);
	}
	line = engine_command_line(e->snap, v->event_handler, args_r);
	return line == NULL ? v->event_handler : line;
}

const char *
engine_variable(const struct engine *e, uint32_t object, struct slice name)
{
	const struct snapshot *snap = e->snap;
	struct snap_list list = snap->objects[object].custom_variables;
	const struct override *v = e->objects[object].over;
	const char *value = v == NULL ? NULL : override_var(&v->vars, name);

	for (uint32_t i = 0; value == NULL && i + 1 < list.n; i += 2) {
		const char *key = snap_s(snap, snap_at(snap, list, i));

		if (strlen(key) == name.len &&
		    strncasecmp(key, name.s, name.len) == 0)
			value = snap_s(snap, snap_at(snap, list, i + 1));
	}
	return value;
}

void
contact_configure(struct engine *e, uint32_t contact)
{
	struct contact_state *c = &e->contacts[contact];
	uint32_t period = e->snap->contacts[contact].notification_period;

	if (!(c->modified_host & CONTACT_MODIFIED_NOTIFY))
		c->host_on = true;
	if (!(c->modified_service & CONTACT_MODIFIED_NOTIFY))
		c->service_on = true;
	if (!(c->modified_host & CONTACT_MODIFIED_PERIOD))
		c->host_period = period;
	if (!(c->modified_service & CONTACT_MODIFIED_PERIOD))
		c->service_period = period;
	if (!(c->modified & MODIFIED_VARIABLE))
		override_free_vars(&c->vars);
}

void
contacts_configure(struct engine *e)
{
	for (uint32_t i = 0; i < e->snap->n_contacts; i++)
		contact_configure(e, i);
}

void
engine_touch_contact(struct engine *e, uint32_t contact)
{
	if (e->ops->contact != NULL)
		e->ops->contact(e->arg, contact);
}
