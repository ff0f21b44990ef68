/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the store share.
 */
#ifndef EVENTD_STORE_STORE_INTERNAL_H
#define EVENTD_STORE_STORE_INTERNAL_H

#include "eventd/store/record.h"
#include "eventd/store/store.h"

struct waiter {
	struct waiter *next;
	uint64_t upto;
	int64_t since;
	store_synced_fn *done;
	void *arg;
};

struct store {
	struct engine *engine;
	struct store_handlers handlers;
	struct journal *journal;
	struct archive *archive;
	uint64_t next_line, appended; /* number of the last record */
	uint64_t restored_line;       /* the archive had these at start */
	struct str record;            /* for building */
	uint64_t *dirty;              /* ids */
	size_t n_dirty, dirty_cap;
	struct waiter *first, *last;
	uv_timer_t timer;     /* writes what is dirty */
	uv_prepare_t prepare; /* writes what is new, once a turn */
	bool urgent, restoring, full, lost;
	bool old_file; /* a compaction is not finished */
	uint64_t saved_upto, saved_line, compacted_bytes;
	uint64_t hits_sum;                 /* of all rules, at the last save */
	uint64_t notices, notices_flushed; /* ever kept, before a FLUSH */
	double sync_time;
	/* --- for a fallback (take.c) --- */
	struct store_tap tap;
	bool tapped, fresh;    /* fresh: records since the last batch */
	store_record_fn *sink; /* set: takes records instead of the journal */
	void *sink_arg;
	struct store_state state;
	uint64_t *shut; /* of the master's events, in takeover */
	size_t n_shut, shut_cap;
	struct strings told;    /* notices that were delivered in takeover */
	int64_t taken_since_us; /* the return that was taken in last */
	uint64_t taken_line;
	struct store_gap gap;
	char *peer; /* site of the other event console, or NULL */
};

/* Writes st->record, which is empty afterwards. */
void ec_store_append(struct store *st);
/* Writes the events that changed; what was written is a batch. */
void ec_store_write_dirty(struct store *st);
/* Everything that there is, as records. */
void ec_store_write_state(struct store *st);
/* A line of the archive, and its record. `body`: the event by event_put(). */
void ec_store_add_line(struct store *st, int64_t time_us, const char *what,
    const char *who, const char *addinfo, const struct event *ev,
    struct slice body);

/* In takeover: what the master must hear of. */
bool ec_store_took_over(const struct store *st);
void ec_store_note_gone(struct store *st, uint64_t id);
void ec_store_note_told(struct store *st, struct slice notice);
/* What is of this console alone, for a compaction. */
void ec_store_write_own(struct store *st);
/* A record of the journal, RECORD_MODE. */
void ec_store_restore_mode(struct store *st, const struct record *r);
void ec_store_write_mode(struct store *st);

#endif
