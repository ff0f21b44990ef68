/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside made valid UTF-8, so that every later reader (patterns,
 * JSON) may rely on it.
 */
#ifndef LIVESTATUSD_MIRROR_UTF8_H
#define LIVESTATUSD_MIRROR_UTF8_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends `in`; each byte that is no part of a valid sequence becomes U+FFFD.
 * NUL bytes become U+FFFD too. */
void mirror_utf8_clean(struct str *out, struct slice in);
/*
 * Takes one character off the front of *rest (not empty). A byte that begins
 * no valid sequence is taken alone and gives U+FFFD.
 */
uint32_t mirror_utf8_take(struct slice *rest);

#endif
