/* SPDX-License-Identifier: Apache-2.0
 *
 * Room for the mirror's pages; see frames.h.
 */
#include "livestatusd/mirror/frames.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct frame {
	struct frame *next;
};

struct frames {
	char *slab;
	size_t size, n; /* bytes of a frame; how many */
	struct frame *spare;
};

struct frames *
frames_new(size_t n, size_t size)
{
	struct frames *f = xnew(struct frames);

	f->size = (size + 63) & ~(size_t)63;
	f->n = n;
	f->slab = xcalloc_huge(n, f->size);
	for (size_t i = n; i-- > 0;)
		frames_put(f, f->slab + i * f->size);
	return f;
}

void
frames_free(struct frames **fp)
{
	struct frames *f = *fp;

	if (f == NULL)
		return;
	*fp = NULL;
	free(f->slab);
	free(f);
}

void *
frames_take(struct frames *f)
{
	struct frame *one = f->spare;

	if (one == NULL)
		return xmalloc(f->size);
	f->spare = one->next;
	return one;
}

void
frames_put(struct frames *f, void *p)
{
	struct frame *one = p;

	if ((uintptr_t)p - (uintptr_t)f->slab >= f->n * f->size) {
		free(p);
		return;
	}
	one->next = f->spare;
	f->spare = one;
}
