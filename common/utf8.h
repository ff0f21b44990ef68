/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside: valid UTF-8 (RFC 3629) or made so. Pure.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the valid character at `s` (`left` of them are there, at least
 * one); 0: there is none. */
size_t utf8_length(const char *s, size_t left);
bool utf8_valid(struct slice s);
/* ASCII alone, without control characters but DEL: nothing to look at twice. */
bool utf8_is_plain(struct slice s);
/* Appends `s`; each byte that is no part of a valid character, and each NUL,
 * becomes U+FFFD. */
void utf8_clean(struct str *out, struct slice s);
/*
 * Takes one character off the front of *rest (not empty). A byte that begins
 * no valid one is taken alone and gives U+FFFD.
 */
uint32_t utf8_take(struct slice *rest);

#endif
