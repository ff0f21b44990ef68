/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of the journal and of the archive. Pure.
 */
#ifndef EVENTD_STORE_RECORD_H
#define EVENTD_STORE_RECORD_H

#include "eventd/event/event.h"

/* On disk: numbers are never given to another kind. */
enum record_kind {
	RECORD_EVENT = 1,       /* event */
	RECORD_GONE = 2,        /* id */
	RECORD_NEXT = 3,        /* next id, next line */
	RECORD_HISTORY = 4,     /* line, time, what, who, addinfo, event */
	RECORD_HITS = 5,        /* rule, hits */
	RECORD_WATCH = 6,       /* rule, from, count */
	RECORD_NOTICE = 7,      /* id, message */
	RECORD_NOTICE_GONE = 8, /* id */
	RECORD_FLUSH = 9,       /* history up to that line is erased */
	RECORD_NOTICES = 10,    /* notices ever kept, those before a FLUSH */
	RECORD_MODE = 11,       /* mode, since, last sync, first line */
	RECORD_TAKEN = 12,      /* since, line; of a fallback's return */
	RECORD_PEER = 13,       /* site of the other event console */
	RECORD_GAP = 14         /* a fallback's: followed, from, to */
};

/* One decoded; the members that its kind has. Strings borrow. */
struct record {
	enum record_kind kind;
	struct event *event; /* own, or NULL */
	uint64_t id;         /* GONE, NEXT; HISTORY, FLUSH: line; GAP: from */
	uint64_t line;       /* NEXT, MODE, TAKEN; NOTICES: before a FLUSH;
			      * GAP: to */
	int64_t time_us;     /* HISTORY, WATCH; MODE, TAKEN: since */
	int64_t sync_us;     /* MODE */
	uint32_t mode;       /* MODE: enum store_mode */
	uint64_t count;      /* HITS, WATCH, NOTICES; GAP: followed */
	struct slice what, who, addinfo;
	struct slice name; /* rule, the notice's id, or the site */
	struct slice body; /* NOTICE; HISTORY: the event as it stands */
};

void record_event(struct str *out, const struct event *ev);
void record_gone(struct str *out, uint64_t id);
void record_next(struct str *out, uint64_t id, uint64_t line);
/* `event`: written by event_put. */
void record_history(struct str *out, uint64_t line, int64_t time_us,
    const char *what, const char *who, const char *addinfo, struct slice event);
void record_hits(struct str *out, const char *rule, uint64_t hits);
void record_watch(
    struct str *out, const char *rule, int64_t from_us, uint64_t count);
void record_notice(struct str *out, struct slice id, struct slice body);
void record_notice_gone(struct str *out, struct slice id);
void record_flush(struct str *out, uint64_t line);
void record_notices(struct str *out, uint64_t ever, uint64_t flushed);
void record_mode(struct str *out, uint32_t mode, int64_t since_us,
    int64_t sync_us, uint64_t line);
void record_taken(struct str *out, int64_t since_us, uint64_t line);
void record_peer(struct str *out, const char *site);
void record_gap(struct str *out, uint64_t followed, uint64_t from, uint64_t to);

/* 0, or -1: damaged, or of a kind that is not known. */
int record_get(struct slice bytes, struct record *r_r);
void record_clear(struct record *r);

#endif
