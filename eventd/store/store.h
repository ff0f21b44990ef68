/* SPDX-License-Identifier: Apache-2.0
 *
 * What survives: open events, rule hits, waiting notices in the journal
 * (var/vedette/eventd/journal), closed ones in the archive (history/).
 * EC-29: a change is durable within a second, and before anyone is told of it
 * (ec_store_sync). A line of the archive is in the journal until SQLite has it.
 */
#ifndef EVENTD_STORE_STORE_H
#define EVENTD_STORE_STORE_H

#include "common/err.h"
#include "common/journal.h"
#include "eventd/event/engine.h"
#include "eventd/store/archive.h"

struct store;

/* What the store cannot know by itself. All on the loop. */
struct store_handlers {
	/* While opening: a notice that waits, or one that is gone. */
	void (*notice)(struct slice id, struct slice body, void *arg);
	void (*notice_gone)(struct slice id, void *arg);
	/* For compaction: call ec_store_notice() for each that waits. */
	void (*save_notices)(void *arg);
	/* The queues are full, or have room again. */
	void (*pressure)(bool full, void *arg);
	void *arg;
	/* An event of the other event console is new, or closed and about to
	 * go. May be NULL. */
	void (*taken)(const struct event *ev, void *arg);
};

/*
 * Opens both in the folder and restores into the engine (engine_restore_*).
 * NULL with a reason. The engine must outlive the store.
 */
struct store *ec_store_open(uv_loop_t *loop, const char *folder,
    struct engine *engine, const struct store_handlers *handlers,
    struct err *err_r);
/* Writes what waits. */
void ec_store_close(struct store **st);

/* The engine's effects. */
void ec_store_changed(struct store *st, struct event *ev);
void ec_store_gone(struct store *st, const struct event *ev);
void ec_store_history(struct store *st, const char *what, const char *who,
    const char *addinfo, const struct event *ev, int64_t now_us);
void ec_store_watch(
    struct store *st, const char *rule, int64_t from_us, uint64_t count);
/* Hits of the rules, which are written now and then by themselves. */
void ec_store_hits(struct store *st);
void ec_store_notice(struct store *st, struct slice id, struct slice body);
/*
 * The N of the event's next notice `ec-SITE-ID-N` (EC-26), which is never that
 * of an earlier one: FLUSH begins ids anew, so N begins above all before it.
 */
uint64_t ec_store_notice_number(struct store *st, struct event *ev);
void ec_store_notice_gone(struct store *st, struct slice id);
/* Events and history start anew. */
void ec_store_flush_all(struct store *st);
/* Now and then: hits, compaction, retention. */
void ec_store_tick(struct store *st, int64_t now_us, int64_t keep_us);

/*
 * Calls `done` when everything until now is durable; at once if it is. Order
 * is kept. `done` with why not NULL: it is not, and why.
 */
typedef void store_synced_fn(const char *why, void *arg);
void ec_store_sync(struct store *st, store_synced_fn *done, void *arg);

/* --- a fallback (take.c) ----------------------------------------------------
 */

/* What is written goes to others, too: the journal is what is shipped. */
struct store_tap {
	void (*record)(struct slice record, void *arg);
	/* The records until now are a whole; the last has this number. */
	void (*batch)(uint64_t upto, void *arg);
	/* Records up to this number are on disk. */
	void (*durable)(uint64_t upto, void *arg);
	/* A record was lost: the disk did not keep up. */
	void (*broken)(void *arg);
	void *arg;
};
/* NULL: no longer. */
void ec_store_tap(struct store *st, const struct store_tap *tap);
/* Number of the last record; what is dirty is written. */
uint64_t ec_store_position(struct store *st);
/* All open events, counters, watches and waiting notices as records. */
typedef void store_record_fn(struct slice record, void *arg);
void ec_store_whole(struct store *st, store_record_fn *record, void *arg);
/*
 * A record of the other event console, kept here as our own. `merge`: it comes
 * back from a fallback; counters never fall. -1 with a reason: it is damaged,
 * or none that one sends. Deadlines are set by the next ec_engine_start().
 */
int ec_store_take(
    struct store *st, struct slice record, bool merge, struct err *err_r);
/* The event is not there any more at the other event console. */
void ec_store_take_gone(struct store *st, uint64_t id);

/* On disk: numbers are never given to another meaning. */
enum store_mode {
	STORE_ALONE = 0,
	STORE_SYNC = 1,
	STORE_TAKEOVER = 2,
	STORE_STAYS = 3 /* in takeover until a person says otherwise */
};
struct store_state {
	enum store_mode mode;
	int64_t since_us; /* of the takeover */
	int64_t sync_us;  /* the last synchronisation that is remembered */
	uint64_t line;    /* the first of the archive in this takeover */
};
const struct store_state *ec_store_state(const struct store *st);
void ec_store_set_mode(
    struct store *st, enum store_mode mode, int64_t since_us, int64_t sync_us);
/* In takeover: events of the master that ended; notices that were delivered. */
const uint64_t *ec_store_shut(const struct store *st, size_t *n_r);
const struct strings *ec_store_told(const struct store *st);
/* A fallback's return that began at that time was taken in up to its line. */
void ec_store_set_taken(struct store *st, int64_t since_us, uint64_t line);
uint64_t ec_store_taken(const struct store *st, int64_t since_us);

/*
 * A fallback: the master's lines that it has, up to `followed`, but for those
 * from `from` to `to` (from 0: none), which it missed.
 */
struct store_gap {
	uint64_t followed, from, to;
};
const struct store_gap *ec_store_gap(const struct store *st);
void ec_store_set_gap(struct store *st, const struct store_gap *gap);
/* Such a line, RECORD_HISTORY, into the archive and not into the journal. */
struct record;
void ec_store_take_past(struct store *st, const struct record *line);
/* The site of the other event console, once one was connected. */
void ec_store_set_peer(struct store *st, const char *site);
/* The site whose event console gave that id; "": this one. */
const char *ec_store_origin(const struct store *st, uint64_t id);

struct archive *ec_store_archive(struct store *st);
uint64_t ec_store_journal_bytes(const struct store *st);
/* Seconds that the last syncs took, smoothed. */
double ec_store_sync_time(const struct store *st);

#endif
