/* SPDX-License-Identifier: Apache-2.0
 *
 * Room for the mirror's pages, all in one piece that a large site has in huge
 * pages: a query that looks at one number of each object touches every page,
 * and finding them costs more than reading them. Copies that are made while a
 * query looks on take what is spare in there, and the heap otherwise.
 */
#ifndef LIVESTATUSD_MIRROR_FRAMES_H
#define LIVESTATUSD_MIRROR_FRAMES_H

#include <stddef.h>

struct frames;

/* `n` of them, `size` bytes each. */
struct frames *frames_new(size_t n, size_t size);
/* All that were taken are put back. */
void frames_free(struct frames **f);
/* One, not cleared. */
void *frames_take(struct frames *f);
/* Any memory from the heap may be put as well: it is freed. */
void frames_put(struct frames *f, void *p);

#endif
