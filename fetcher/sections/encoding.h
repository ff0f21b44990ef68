/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of any encoding as UTF-8.
 */
#ifndef FETCHER_SECTIONS_ENCODING_H
#define FETCHER_SECTIONS_ENCODING_H

#include "common/str.h"
#include "fetcher/sections/arena.h"

/*
 * The text itself if it is UTF-8 (and nothing else is claimed), else read as
 * Latin-1 and converted into the arena. `encoding` may be empty.
 */
struct slice encoding_to_utf8(
    struct slice text, struct slice encoding, struct arena *arena);
/* The longest beginning of at most `max` bytes that cuts no character. */
size_t encoding_cut(struct slice text, size_t max);

/* Puts "?" for each byte that belongs to no character, in place. */
void encoding_repair(char *text, size_t len);

#endif
