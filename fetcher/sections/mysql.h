/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections of the plugin mk_mysql: blocks "[[INSTANCE]]". Without a name the
 * instance is "mysql".
 */
#ifndef FETCHER_SECTIONS_MYSQL_H
#define FETCHER_SECTIONS_MYSQL_H

#include "fetcher/sections/lines.h"

/* Status and variables: "Threads_connected 5". */
extern const struct section_type section_mysql;

/* The block of an item; false: it is not there. */
bool mysql_block(
    const struct section_lines *s, struct slice item, struct slice *block_r);
/* The item of block i, what stands before the first one included; false: no
 * more. */
bool mysql_item(const struct section_lines *s, size_t i, struct slice *item_r);

#endif
