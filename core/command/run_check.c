/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about results, checks, switches and what is overridden at run time.
 */
#include "core/command/internal.h"

#include "core/schedule/intake.h"
#include "core/state/override.h"

#include <stdlib.h>

/* PROCESS_*_CHECK_RESULT: code; output */
int
run_process_result(struct call *c, struct err *err_r)
{
	const struct command_context *ctx = c->ctx;
	uint32_t object = c->objects[0];
	bool service = engine_is_service(ctx->engine, object);
	int64_t code;

	code = c->rest[0].number;
	if (code < 0 || code > (service ? 3 : 2)) {
		err_set(err_r, "%s: the state must be 0 to %d",
		    c->command->name, service ? 3 : 2);
		return -1;
	}
	/* What was answered stays, also without a change of state. */
	if (intake_passive(ctx->engine, object,
		(uint8_t)(service ? code : code != 0), c->rest[1].text,
		c->submitted, ctx->now) == NULL)
		ctx->engine->ops->object(
		    ctx->engine->arg, object, OBJECT_CHANGED | OBJECT_KEEP);
	return 0;
}

/* SCHEDULE_*: time, by default now */
int
run_schedule_check(struct call *c, struct err *err_r)
{
	const struct engine *e = c->ctx->engine;
	int64_t when = c->rest < c->args + c->n ? c->rest[0].number : 0;

	(void)err_r;
	if (when < c->ctx->now)
		when = c->ctx->now;
	for (uint32_t i = 0; i < c->n_objects; i++)
		e->ops->check_at(e->arg, c->objects[i], when, c->command->on);
	return 0;
}

int
run_switch(struct call *c, struct err *err_r)
{
	(void)err_r;
	for (uint32_t i = 0; i < c->n_objects; i++)
		engine_switch(c->ctx->engine, c->objects[i], c->command->param,
		    c->command->on, c->ctx->now);
	return 0;
}

int
run_global(struct call *c, struct err *err_r)
{
	(void)err_r;
	engine_switch_global(
	    c->ctx->engine, c->command->param, c->command->on, c->ctx->now);
	return 0;
}

static void
changed(struct call *c)
{
	struct engine *e = c->ctx->engine;
	uint32_t object = c->objects[0];

	engine_settings_changed(e, object, c->ctx->now);
	e->ops->replan(e->arg, object, REPLAN_SETTINGS);
	e->ops->object(e->arg, object, OBJECT_CHANGED | OBJECT_KEEP);
}

/* CHANGE_*_CHECK_INTERVAL: units of 60 s */
int
run_interval(struct call *c, struct err *err_r)
{
	struct checkable *o = &c->ctx->engine->objects[c->objects[0]];
	uint32_t ms = (uint32_t)(c->rest[0].real * 60000);

	if (c->rest[0].real > 71000) {
		err_set(err_r, "the interval is too long");
		return -1;
	}
	if (c->command->param == MODIFIED_CHECK_INTERVAL)
		o->check_interval_ms = ms;
	else
		o->retry_interval_ms = ms;
	o->modified |= c->command->param;
	changed(c);
	return 0;
}

int
run_max_attempts(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct checkable *o = &e->objects[c->objects[0]];

	if (c->rest[0].number < 1 || c->rest[0].number > 1000) {
		err_set(err_r, "the attempts must be 1 to 1000");
		return -1;
	}
	o->max_attempts = (uint16_t)c->rest[0].number;
	engine_configure(e, c->objects[0], o->modified | MODIFIED_MAX_ATTEMPTS);
	changed(c);
	return 0;
}

int
run_period(struct call *c, struct err *err_r)
{
	struct checkable *o = &c->ctx->engine->objects[c->objects[0]];

	(void)err_r;
	if (c->command->param == MODIFIED_CHECK_PERIOD)
		o->check_period = c->rest[0].index;
	else
		o->notification_period = c->rest[0].index;
	o->modified |= c->command->param;
	changed(c);
	return 0;
}

/* MA-1: bits that are cleared return to the configured value. */
int
run_modified(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;

	if (c->rest[0].number > UINT32_MAX) {
		err_set(err_r, "the mask is too large");
		return -1;
	}
	engine_configure(e, c->objects[0], (uint32_t)c->rest[0].number);
	changed(c);
	return 0;
}

/* CHANGE_*_CHECK_COMMAND, CHANGE_*_EVENT_HANDLER: NAME!args */
int
run_command_line(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct checkable *o = &e->objects[c->objects[0]];
	struct override *over = override_of(o);
	char **to = c->command->param == MODIFIED_CHECK_COMMAND
	    ? &over->check_command
	    : &over->event_handler;

	(void)err_r;
	free(*to);
	*to = slice_dup(c->rest[0].text);
	o->modified |= c->command->param;
	changed(c);
	return 0;
}

/* CHANGE_GLOBAL_*_EVENT_HANDLER */
int
run_global_handler(struct call *c, struct err *err_r)
{
	char *command = slice_dup(c->args[0].text);

	(void)err_r;
	engine_set_global_handler(
	    c->ctx->engine, c->command->param == 1, command);
	free(command);
	return 0;
}

/* CHANGE_CUSTOM_*_VAR: name; value */
int
run_variable(struct call *c, struct err *err_r)
{
	struct engine *e = c->ctx->engine;
	struct checkable *o = &e->objects[c->objects[0]];
	struct str text = {0};
	bool ok;

	if (c->rest[1].text.len > OVERRIDE_TEXT_MAX) {
		err_set(err_r, "the value is too long");
		return -1;
	}
	ok = override_set_var(&override_of(o)->vars, c->rest[0].text,
	    command_text(&text, c->rest[1].text));
	str_free(&text);
	if (!ok) {
		err_set(err_r, "the object has too many custom variables");
		return -1;
	}
	o->modified |= MODIFIED_VARIABLE;
	changed(c);
	return 0;
}
