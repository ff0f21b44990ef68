/* SPDX-License-Identifier: Apache-2.0
 *
 * Between objects.c and the files that fill parts of an object.
 */
#ifndef SITE_COMPILE_OBJECTS_H
#define SITE_COMPILE_OBJECTS_H

#include "site/compile/model.h"

/* check_line.c: the columns check_command and check_line from {command}. */
void check_set_command(
    struct model *m, struct snap_object *o, const char *command);
/* people.c: appends the members of these contact groups. */
void people_of_groups(
    struct model *m, const json_t *groups, struct indexes *to);

#endif
