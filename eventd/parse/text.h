/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes from the network to text that is valid UTF-8 and harmless in a
 * terminal (event-console.md section 3). Pure.
 */
#ifndef EVENTD_PARSE_TEXT_H
#define EVENTD_PARSE_TEXT_H

#include "common/str.h"

#include <stdbool.h>

/*
 * Appends `raw` as UTF-8; what is not valid UTF-8 is read as Windows-1252
 * (EC-6). True if that was needed. At most three bytes a byte are added.
 */
bool text_decode(struct str *out, struct slice raw);
/*
 * Drops control characters and terminal escape sequences in place; TAB becomes
 * a space. The new length.
 */
size_t text_scrub(char *s, size_t n);
bool text_is_ascii(struct slice s);
/* Cut to at most `max` bytes, never inside a character. */
struct slice text_cut(struct slice s, size_t max);

#endif
