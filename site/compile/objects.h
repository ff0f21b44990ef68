/* SPDX-License-Identifier: Apache-2.0
 *
 * Between objects.c and the files that fill parts of an object.
 */
#ifndef SITE_COMPILE_OBJECTS_H
#define SITE_COMPILE_OBJECTS_H

#include "site/compile/model.h"

/* check_line.c: of a command as configured, what is shown and the line. */
void check_command_line(
    struct model *m, const char *command, snap_str *shown_r, snap_str *line_r);
/* judge.c: what judges the data of a service; NULL: nothing does. */
void judge_set(struct model *m, struct snap_object *o, const struct service *s,
    const char *check);
/* people.c: appends the members of these contact groups. */
void people_of_groups(
    struct model *m, const json_t *groups, struct indexes *to);

#endif
