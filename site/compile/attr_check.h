/* SPDX-License-Identifier: Apache-2.0
 *
 * What an attribute's value must obey beyond its type: names that must exist,
 * words that go together.
 */
#ifndef SITE_COMPILE_ATTR_CHECK_H
#define SITE_COMPILE_ATTR_CHECK_H

#include "site/compile/model.h"

/* Adds the mistakes of a value, wherever it is written: at a host or service,
 * in a folder, in a rule. */
void attr_check(struct model *m, enum attr attr, bool service, json_t *value,
    struct place at);
/* The enum's table of an attribute that names things; TABLE_COUNT: none. */
enum table_id attr_table(enum attr attr, bool service);

#endif
