/* SPDX-License-Identifier: Apache-2.0
 *
 * The nearest valid word to one that is not: edit distance with transposed
 * neighbours, ignoring case.
 */
#include "common/config/schema.h"

#include <ctype.h>

#define MAX_WORD 64

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][MAX_WORD + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *spare = before;
		int ca = tolower((unsigned char)a[i - 1]);

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			int cb = tolower((unsigned char)b[j - 1]);

			now[j] = least(least(last[j] + 1, now[j - 1] + 1),
			    last[j - 1] + (ca != cb));
			if (i > 1 && j > 1 &&
			    ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

void
nearest_try(struct nearest *n, const char *candidate)
{
	size_t a = strlen(n->word), b = strlen(candidate);
	size_t gap = a > b ? a - b : b - a;
	size_t limit = 1 + (a > b ? a : b) / 4;
	unsigned d;

	if (a > MAX_WORD || b > MAX_WORD || gap > limit ||
	    (n->best != NULL && gap >= n->distance))
		return;
	d = distance(n->word, a, candidate, b);
	if (d > limit || d >= b || (n->best != NULL && d >= n->distance))
		return;
	n->best = candidate;
	n->distance = d;
}

void
nearest_hint(const struct nearest *n, struct str *to)
{
	if (n->best != NULL)
		str_addf(to, "; did you mean %s?", n->best);
}
