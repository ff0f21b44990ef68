/* SPDX-License-Identifier: Apache-2.0
 *
 * A string that grows, and a view of bytes that somebody else owns.
 */
#ifndef COMMON_STR_H
#define COMMON_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes; not terminated. {NULL, 0} is empty. */
struct slice {
	const char *s;
	size_t len;
};

#define SLICE(lit) ((struct slice){(lit), sizeof(lit) - 1})
static inline struct slice
slice_of(const char *s)
{
	return (struct slice){s, s == NULL ? 0 : strlen(s)};
}
bool slice_eq(struct slice a, struct slice b);
bool slice_eqs(struct slice a, const char *b);
bool slice_starts(struct slice a, const char *prefix);
/* Without white space at both ends. */
struct slice slice_trim(struct slice a);
/*
 * Takes the bytes before `sep` off the front of *rest into *word_r; the
 * separator is skipped. False at the end, where nothing was left.
 */
bool slice_next(struct slice *rest, char sep, struct slice *word_r);
/* The next run of non-blanks (space and tab). False when none is left. */
bool slice_word(struct slice *rest, struct slice *word_r);
char *slice_dup(struct slice a);

/* {0} is empty. `s` is NULL or terminated. */
struct str {
	char *s;
	size_t len, cap;
};

void str_free(struct str *str);  /* ready for use again */
void str_clear(struct str *str); /* keeps the memory */
void str_reserve(struct str *str, size_t more);
void str_add(struct str *str, const char *s);
/* Inline, because most of what a check's result costs is texts put together. */
static inline void
str_addn(struct str *str, const char *s, size_t n)
{
	if (str->cap - str->len <= n)
		str_reserve(str, n);
	if (n > 0)
		memcpy(str->s + str->len, s, n);
	str->len += n;
	str->s[str->len] = '\0';
}
static inline void
str_addc(struct str *str, char c)
{
	str_addn(str, &c, 1);
}
void str_addf(struct str *str, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A decimal number; faster than the same by str_addf(). */
void str_addi(struct str *str, int64_t n);
void str_vaddf(struct str *str, const char *fmt, va_list ap);
void str_addslice(struct str *str, struct slice s);
/* The content, never NULL, valid until the next change. */
const char *str_get(const struct str *str);
struct slice str_slice(const struct str *str);
/* Hands the memory to the caller, who frees it; never NULL. */
char *str_steal(struct str *str);

#endif
