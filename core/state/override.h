/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands put in place of the configuration (core-semantics section 13)
 * where it is text: check command, event handler, custom variables; and the
 * run-time state of contacts. Pure.
 */
#ifndef CORE_STATE_OVERRIDE_H
#define CORE_STATE_OVERRIDE_H

#include "core/state/engine.h"

#define OVERRIDE_VARS     200 /* custom variables set by commands, an object */
#define OVERRIDE_TEXT_MAX 8192u /* bytes of a command or a value */

struct override_var {
	char *name; /* upper case, without underscore */
	char *value;
};
struct override_vars { /* {0} is empty; in order of name */
	struct override_var *items;
	uint32_t n;
};
struct override {
	char *check_command; /* NAME!args or a line; NULL: as configured */
	char *event_handler; /* "": none */
	struct override_vars vars;
};

/* A contact while the site runs (CHANGE_CONTACT_*). */
struct contact_state {
	bool host_on, service_on; /* notifications */
	uint32_t modified, modified_host, modified_service;
	uint32_t host_period, service_period; /* SNAP_NONE: always */
	struct override_vars vars;
};
#define CONTACT_MODIFIED_NOTIFY 0x00001u /* of modified_host, _service */
#define CONTACT_MODIFIED_PERIOD 0x10000u

/* NULL: there is none of that name. */
const char *override_var(const struct override_vars *v, struct slice name);
/* False: too many. */
bool override_set_var(
    struct override_vars *v, struct slice name, struct slice value);
void override_free_vars(struct override_vars *v);
/* The object's, made if need be. */
struct override *override_of(struct checkable *o);
void override_free(struct override **over);
/* Returns to the configuration where the bit of `modified` is not set. */
void override_configure(struct checkable *o, uint32_t modified);

/* In effect; "" for none. */
const char *engine_check_command(const struct engine *e, uint32_t object);
/* The line behind it, $ARGn$ not yet in place where `*args_r` is not "". */
const char *engine_check_line(
    const struct engine *e, uint32_t object, const char **args_r);
const char *engine_event_handler(const struct engine *e, uint32_t object);
const char *engine_event_handler_line(
    const struct engine *e, uint32_t object, const char **args_r);
/* "NAME!args": the line of the command NAME; NULL: there is no such. A text
 * with a blank before the first ! is a line by itself. */
const char *engine_command_line(
    const struct snapshot *snap, const char *command, const char **args_r);
/* A custom variable's value in effect; NULL: there is none. */
const char *engine_variable(
    const struct engine *e, uint32_t object, struct slice name);

/* Sets all contacts to their configured state. */
void contacts_configure(struct engine *e);
/* Its state was changed. */
void engine_touch_contact(struct engine *e, uint32_t contact);
/* Bits that are cleared return to the configuration. */
void contact_configure(struct engine *e, uint32_t contact);

#endif
