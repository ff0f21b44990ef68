/* SPDX-License-Identifier: Apache-2.0
 *
 * What ports are called: items, the text, the members of groups. Pure.
 */
#ifndef FETCHER_CHECKS_IF_NAMES_H
#define FETCHER_CHECKS_IF_NAMES_H

#include "fetcher/checks/out.h"
#include "fetcher/sections/lnx_if.h"

/* Appends the item; `how` is index, alias or description. */
void if_item(const struct section_lnx_if *s, const struct lnx_if_entry *e,
    struct slice how, struct str *to);
/* By any of these, an index padded or not; NULL: none. */
const struct lnx_if_entry *if_find(
    const struct section_lnx_if *s, struct slice item);
/* Does one of the patterns fit its name or its alias? */
bool if_in_group(const json_t *patterns, const struct lnx_if_entry *e);
/* "[ALIAS, NAME]", of these not the one that is the item; without an alias
 * "[NAME]". */
void if_say_name(
    const struct lnx_if_entry *e, struct slice item, struct check_out *out);

#endif
