/* SPDX-License-Identifier: Apache-2.0
 *
 * Growing strings and slices; see str.h.
 */
#include "common/str.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

bool
slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

bool
slice_eqs(struct slice a, const char *b)
{
	return slice_eq(a, slice_of(b));
}

bool
slice_starts(struct slice a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.len >= n && memcmp(a.s, prefix, n) == 0;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice
slice_trim(struct slice a)
{
	while (a.len > 0 && is_space(a.s[0])) {
		a.s++;
		a.len--;
	}
	while (a.len > 0 && is_space(a.s[a.len - 1]))
		a.len--;
	return a;
}

bool
slice_next(struct slice *rest, char sep, struct slice *word_r)
{
	const char *at;

	if (rest->len == 0)
		return false;
	at = memchr(rest->s, sep, rest->len);
	word_r->s = rest->s;
	word_r->len = at == NULL ? rest->len : (size_t)(at - rest->s);
	rest->s += word_r->len + (at != NULL);
	rest->len -= word_r->len + (at != NULL);
	return true;
}

bool
slice_word(struct slice *rest, struct slice *word_r)
{
	size_t n = 0;

	while (rest->len > 0 && (*rest->s == ' ' || *rest->s == '\t')) {
		rest->s++;
		rest->len--;
	}
	while (n < rest->len && rest->s[n] != ' ' && rest->s[n] != '\t')
		n++;
	if (n == 0)
		return false;
	*word_r = (struct slice){rest->s, n};
	rest->s += n;
	rest->len -= n;
	return true;
}

char *
slice_dup(struct slice a)
{
	return xstrndup(a.s, a.len);
}

void
str_free(struct str *str)
{
	free(str->s);
	*str = (struct str){0};
}

void
str_clear(struct str *str)
{
	str->len = 0;
	if (str->s != NULL)
		str->s[0] = '\0';
}

void
str_reserve(struct str *str, size_t more)
{
	size_t cap = str->cap ? str->cap : 32;

	must(more < SIZE_MAX / 4 && str->len < SIZE_MAX / 4);
	if (str->s != NULL && str->len + more < str->cap)
		return;
	while (cap <= str->len + more)
		cap *= 2;
	str->s = xreallocarray(str->s, cap, 1);
	str->cap = cap;
	str->s[str->len] = '\0';
}

void
str_add(struct str *str, const char *s)
{
	str_addn(str, s, strlen(s));
}

void
str_addslice(struct str *str, struct slice s)
{
	str_addn(str, s.s, s.len);
}

void
str_vaddf(struct str *str, const char *fmt, va_list ap)
{
	size_t room;
	va_list again;
	int n;

	/* Most fit at once: formatting twice is what costs. */
	str_reserve(str, 64);
	room = str->cap - str->len;
	va_copy(again, ap);
	n = vsnprintf(str->s + str->len, room, fmt, again);
	va_end(again);
	must(n >= 0);
	if ((size_t)n >= room) {
		str_reserve(str, (size_t)n + 1);
		vsnprintf(str->s + str->len, (size_t)n + 1, fmt, ap);
	}
	str->len += (size_t)n;
}

void
str_addi(struct str *str, int64_t n)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (n < 0)
		*--at = '-';
	str_addn(str, at, (size_t)(digits + sizeof(digits) - at));
}

void
str_addf(struct str *str, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(str, fmt, ap);
	va_end(ap);
}

const char *
str_get(const struct str *str)
{
	return str->s == NULL ? "" : str->s;
}

struct slice
str_slice(const struct str *str)
{
	return (struct slice){str->s, str->len};
}

char *
str_steal(struct str *str)
{
	char *s = str->s == NULL ? xstrdup("") : str->s;

	*str = (struct str){0};
	return s;
}
