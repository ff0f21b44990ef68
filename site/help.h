/* SPDX-License-Identifier: Apache-2.0
 *
 * The man page, made from the table of verbs.
 */
#ifndef SITE_HELP_H
#define SITE_HELP_H

#include "common/str.h"

/* vedette(1) in man(7) macros. */
void help_man(struct str *to);

#endif
