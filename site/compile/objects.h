/* SPDX-License-Identifier: Apache-2.0
 *
 * Between objects.c and the files that fill parts of an object.
 */
#ifndef SITE_COMPILE_OBJECTS_H
#define SITE_COMPILE_OBJECTS_H

#include "common/event_sum.h"
#include "site/compile/model.h"

/* check_line.c: of a command as configured, what is shown and the line. */
void check_command_line(
    struct model *m, const char *command, snap_str *shown_r, snap_str *line_r);
/*
 * event_check.c: the service's `check: check_mkevents` as a command line; NULL:
 * it is none, or with a mistake, which is told.
 */
char *event_check_line(
    struct model *m, const struct service *s, const json_t *check);
/*
 * A service whose line runs check_mkevents here: what eventd is to watch goes
 * into check_name and params (event-console.md 17, EC-27).
 */
void event_check_watch(
    struct model *m, struct snap_object *o, const struct host *h);
/* judge.c: what judges the data of a service; NULL: nothing does. */
void judge_set(struct model *m, struct snap_object *o, const struct service *s,
    const char *check);
/* people.c: appends the members of these contact groups. */
void people_of_groups(
    struct model *m, const json_t *groups, struct indexes *to);

#endif
