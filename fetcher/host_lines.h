/* SPDX-License-Identifier: Apache-2.0
 *
 * One fetch a host at a time: the others stand in line behind it.
 */
#ifndef FETCHER_HOST_LINES_H
#define FETCHER_HOST_LINES_H

#include "fetcher/fetch.h"

#define HOST_LINES_BUCKETS 4096

struct host_lines {                              /* {0} is empty */
	struct fetch *first[HOST_LINES_BUCKETS]; /* those that have a host */
};

/* True: the host is free, and from now on this fetch has it. */
bool host_lines_take(struct host_lines *l, struct fetch *f);
/*
 * A fetch that waits leaves the line; one that has the host gives it to the
 * next, which is returned and may run. NULL: there is none.
 */
struct fetch *host_lines_leave(struct host_lines *l, struct fetch *f);

#endif
