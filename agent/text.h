/* SPDX-License-Identifier: Apache-2.0
 *
 * Small files, lines and words.
 */
#ifndef AGENT_TEXT_H
#define AGENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Ends the program if there is no memory. */
void *text_alloc(size_t size);
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The file DIR/NAME with a NUL behind it, or NULL; freed by the caller. */
char *text_read(const char *dir, const char *name, size_t *len_r);
/* Its first line without the line end; "" if it cannot be read. */
void text_first_line(
    const char *dir, const char *name, char *line, size_t size);
/* Takes the next line off *rest, NUL-terminated in place; NULL at the end. */
char *text_line(char **rest);
/* The same for words, separated by blanks. */
char *text_word(char **rest);
/* "\040" of /proc/mounts back to the character, in place. */
void text_unescape(char *s);
/* Is `name` one of `list`, which is joined by commas? */
bool text_in_list(const char *list, const char *name);

#endif
