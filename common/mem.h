/* SPDX-License-Identifier: Apache-2.0
 *
 * Allocation that cannot fail: out of memory ends the process with a log line
 * and its supervisor starts it anew.
 */
#ifndef COMMON_MEM_H
#define COMMON_MEM_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/*
 * As xcalloc(), for large tables that are read here and there: in huge pages
 * where there are any, because finding a page costs more than reading it.
 */
void *xcalloc_huge(size_t n, size_t size)
    __attribute__((malloc, returns_nonnull));
/* Multiplication is checked; the memory added is not cleared. */
void *xreallocarray(void *p, size_t n, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull, nonnull));
char *xstrndup(const char *s, size_t n)
    __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* A new zeroed object of that type. */
#define xnew(type)     ((type *)xcalloc(1, sizeof(type)))
#define ARRAY_LEN(arr) (sizeof(arr) / sizeof((arr)[0]))

/*
 * Makes room for one more element in a growing array: doubles `cap` when
 * `n == cap`. Use: ARRAY_GROW(a->items, a->n, a->cap);
 */
#define ARRAY_GROW(arr, n, cap)                                                \
	do {                                                                   \
		if ((n) == (cap)) {                                            \
			(cap) = (cap) ? (cap)*2 : 8;                           \
			(arr) = xreallocarray((arr), (cap), sizeof(*(arr)));   \
		}                                                              \
	} while (0)

/*
 * Of functions that only prefetch, in place of `static void`: they must be
 * inlined, as gcc takes a call of one for a call without an effect and leaves
 * it out.
 */
#define MEM_PREFETCHES static inline __attribute__((always_inline)) void

#endif
