/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of a replay, one item a line: a raw message, or a JSON object with
 * `at` (seconds since the start) and one of raw, raw_hex, trap_hex, command,
 * until; the first may be {"start": LOCAL TIME, "timezone": ZONE}.
 */
#ifndef SITE_REPLAY_FEED_H
#define SITE_REPLAY_FEED_H

#include "common/config/mistakes.h"
#include "common/str.h"

#include <stdint.h>

enum feed_kind {
	FEED_MESSAGE,
	FEED_TRAP, /* a datagram of SNMP */
	FEED_COMMAND,
	FEED_UNTIL
};

struct feed_item {
	enum feed_kind kind;
	int64_t at_us;     /* since the start */
	struct slice text; /* message or command */
	char *address;     /* of the sender; "" unknown */
	char *own;         /* memory of text, or NULL */
};

struct feed {
	char *start, *zone; /* of the first line; NULL: not said */
	struct feed_item *items;
	size_t n;
};

/* Borrows `text`. Mistakes are FILE:LINE; the feed is to be freed even then. */
void replay_feed_read(
    struct feed *f, const char *file, struct slice text, struct mistakes *m);
void replay_feed_free(struct feed *f);

#endif
