/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of core/command share.
 */
#ifndef CORE_COMMAND_INTERNAL_H
#define CORE_COMMAND_INTERNAL_H

#include "core/command/command.h"

/* Which objects a command is about, by its first arguments. */
enum scope {
	SCOPE_NONE,
	SCOPE_OBJECT,         /* the host, or the service */
	SCOPE_SERVICES,       /* all services of the host */
	SCOPE_CHILDREN,       /* the host and its direct children */
	SCOPE_BEYOND,         /* everything behind the host, without it */
	SCOPE_SUBTREE,        /* the host, and every host behind it */
	SCOPE_GROUP_HOSTS,    /* host group's hosts */
	SCOPE_GROUP_SERVICES, /* services of a host group's hosts */
	SCOPE_SGROUP_HOSTS,   /* hosts of a service group's services */
	SCOPE_SGROUP_SERVICES
};

struct arg {
	struct slice text; /* as given */
	int64_t number;    /* i u t b */
	double real;       /* d */
	uint32_t index;    /* h s H S C G p */
};
struct call {
	const struct command_context *ctx;
	const struct command *command;
	int64_t submitted; /* the command's [time], or now */
	struct arg args[COMMAND_MAX_ARGS];
	const struct arg *rest; /* those after the object's key */
	unsigned n;
	uint32_t *objects, n_objects, cap_objects;
	uint32_t one; /* what `objects` points to while it has one */
};

/*
 * Letters of `args`: h host, s service of it, H host group, S service group,
 * C contact, G contact group, p period, v name of a custom variable, c command
 * NAME!args with the rest of the line, i integer, u not negative, t time, b 0
 * or 1, d number, w text without `;`, r the rest of the line. After `?` they
 * may be left out.
 */
struct command {
	const char *name, *args;
	enum scope scope;
	int (*run)(struct call *c, struct err *err_r);
	uint32_t param;
	bool on;
	const char *help;
};

extern const struct command commands[];
extern const size_t n_commands;

/* parse.c: fills everything but objects. */
int command_parse(struct call *c, struct slice line, struct err *err_r);
/* scope.c: fills objects. */
void command_collect(struct call *c);
/* "\n" of two characters becomes a line break (EC-6); appended to `to`. */
struct slice command_text(struct str *to, struct slice text);

/* run_*.c */
int run_process_result(struct call *c, struct err *err_r);
int run_schedule_check(struct call *c, struct err *err_r);
int run_switch(struct call *c, struct err *err_r);
int run_global(struct call *c, struct err *err_r);
int run_acknowledge(struct call *c, struct err *err_r);
int run_acknowledge_expire(struct call *c, struct err *err_r);
int run_unacknowledge(struct call *c, struct err *err_r);
int run_add_comment(struct call *c, struct err *err_r);
int run_del_comment(struct call *c, struct err *err_r);
int run_del_comments(struct call *c, struct err *err_r);
int run_schedule_downtime(struct call *c, struct err *err_r);
int run_propagate_downtime(struct call *c, struct err *err_r);
int run_del_downtime(struct call *c, struct err *err_r);
int run_del_downtimes_by_host(struct call *c, struct err *err_r);
int run_del_downtimes_by_group(struct call *c, struct err *err_r);
int run_del_downtimes_by_start(struct call *c, struct err *err_r);
int run_modify_downtime(struct call *c, struct err *err_r);
int run_custom_notification(struct call *c, struct err *err_r);
int run_delay_notification(struct call *c, struct err *err_r);
int run_notification_number(struct call *c, struct err *err_r);
int run_interval(struct call *c, struct err *err_r);
int run_max_attempts(struct call *c, struct err *err_r);
int run_period(struct call *c, struct err *err_r);
int run_modified(struct call *c, struct err *err_r);
int run_command_line(struct call *c, struct err *err_r);
int run_global_handler(struct call *c, struct err *err_r);
int run_variable(struct call *c, struct err *err_r);
int run_contact_switch(struct call *c, struct err *err_r);
int run_contact_period(struct call *c, struct err *err_r);
int run_contact_modified(struct call *c, struct err *err_r);
int run_contact_variable(struct call *c, struct err *err_r);
int run_file(struct call *c, struct err *err_r);
int run_program(struct call *c, struct err *err_r);
int run_log(struct call *c, struct err *err_r);
int run_save(struct call *c, struct err *err_r);
int run_nothing(struct call *c, struct err *err_r);

#endif
