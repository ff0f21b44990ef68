/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages out of a byte stream (RFC 6587): octet counting and lines, decided
 * for each message anew, both mixed in one stream (EC-4, EC-5). Pure; at most
 * `max` bytes and one input block are ever buffered.
 */
#ifndef EVENTD_PARSE_FRAME_H
#define EVENTD_PARSE_FRAME_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

struct frame_counters {
	uint64_t bad;       /* lengths out of bounds, frames cut by the end */
	uint64_t truncated; /* lines cut at the bound */
};

struct frame_reader {
	struct str buf;
	size_t scanned; /* bytes of buf known to hold no LF */
	size_t max;     /* bound of one message, bytes */
	bool lines;     /* no octet counting: lines alone */
	bool skipping;  /* the rest of a line that was too long */
	bool broken;    /* a length out of bounds was seen: nothing more */
};

/* One message, without its frame, never empty; gone after the return. */
typedef void frame_fn(struct slice message, void *arg);

void frame_init(struct frame_reader *fr, size_t max);
void frame_free(struct frame_reader *fr);
/*
 * Takes bytes in. 0, or -1 with a reason: a length above the bound; the caller
 * closes the stream.
 */
int frame_feed(struct frame_reader *fr, struct slice bytes,
    struct frame_counters *c, frame_fn *fn, void *arg, struct err *err_r);
/* The stream is at its end: a rest that is no counted frame is a message. */
void frame_end(
    struct frame_reader *fr, struct frame_counters *c, frame_fn *fn, void *arg);
/* Without CR, LF and NUL at the end. */
struct slice frame_strip(struct slice message);

#endif
