/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of a failure, handed up to whoever knows the context and logs it
 * once. A fixed buffer: setting it never fails and never allocates.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdarg.h>

struct err {
	char text[1024];
};

/* Both accept NULL. The text is cut at the buffer's end, always terminated. */
void err_set(struct err *err_r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds another reason after "; ", unless that is empty; a text that is empty
 * becomes it. For those who name all that is wrong at once. */
void err_also(struct err *err_r, const struct err *other);
/* Puts "prefix: " before the text that is there. */
void err_prefix(struct err *err_r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
