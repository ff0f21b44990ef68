/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts from outside: valid UTF-8 or made so. Pure.
 */
#ifndef CORE_STATE_UTF8_H
#define CORE_STATE_UTF8_H

#include "common/str.h"

bool utf8_valid(struct slice s);
/* Appends `s` with each invalid byte replaced by U+FFFD. */
void utf8_repair(struct slice s, struct str *out);

#endif
