/* SPDX-License-Identifier: Apache-2.0
 *
 * Allocation that cannot fail; see mem.h.
 */
#include "common/mem.h"

#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

static void *
check(void *p, size_t size)
{
	if (p == NULL)
		fatal("memory: cannot allocate %zu bytes", size);
	return p;
}

void *
xmalloc(size_t size)
{
	return check(malloc(size ? size : 1), size);
}

void *
xcalloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1), size);
}

void *
xcalloc_huge(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes < 2 * HUGE_PAGE)
		return xcalloc(n, size);
	if (posix_memalign(&p, HUGE_PAGE, bytes) != 0)
		p = NULL;
	check(p, bytes);
	/* Refused: small pages do as well. */
	madvise(p, bytes, MADV_HUGEPAGE);
	return memset(p, 0, bytes);
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	if (n == 0 || size == 0)
		n = size = 1;
	return check(reallocarray(p, n, size), size);
}

char *
xstrdup(const char *s)
{
	return check(strdup(s), strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	char *copy = xmalloc(n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		fatal("memory: cannot format a string");
	return s;
}
