/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of replication share.
 */
#ifndef EVENTD_REPLICA_REPLICA_INTERNAL_H
#define EVENTD_REPLICA_REPLICA_INTERNAL_H

#include "eventd/replica/replica.h"

#define REPLICA_PIECE (512u << 10) /* bytes of records in one message */

struct piece { /* master: one message that waits for the disk */
	struct piece *next;
	uint64_t number, upto; /* upto 0: its batch is not whole yet */
	uint32_t flags;
	struct str records, handled;
};

struct waiter_of_slave {
	struct waiter_of_slave *next;
	uint64_t number;
	int64_t since_us; /* monotonic */
	replica_done_fn *done;
	void *arg;
};

/* Something that the disk or the archive is waited for. */
struct moment {
	struct moment *next;
	struct replica *r;
	uint64_t talk; /* of another conversation it is void */
	uint64_t number, position;
	int64_t time_us;
};

struct replica {
	struct moment *moments;
	struct engine *e;
	struct store *st;
	struct replica_ops ops;
	struct replica_options o; /* own */
	struct replica_mode mode;
	char peer[64], why[200]; /* the other's site; why it is away */
	bool works;
	uint64_t talk; /* number of the conversation */
	uint64_t hash; /* of the message that the engine has */
	/* --- master --- */
	bool following; /* the slave gets what changes */
	struct piece *first, *last, open;
	uint64_t number, acked, durable;
	struct waiter_of_slave *waiters;
	bool told_late;   /* that it stores nothing */
	int64_t since_us; /* of the takeover that is handed over */
	uint64_t taken;   /* its lines up to there are here */
	/* --- slave --- */
	struct held *held;
	struct str pending, pending_handled; /* of a whole that is not here */
	bool state_here, asked;
	int64_t asked_us; /* monotonic */
	int64_t last_sync_us;
	enum {
		RETURN_NOT,
		RETURN_ASKED,
		RETURN_QUIET,
		RETURN_LINES,
		RETURN_REST
	} returning;
	uint64_t return_line, return_last;
	uint64_t line;   /* the master's, of the last one that came */
	struct str past; /* lines that were missed, on their way in */
	bool past_asked;
	uint64_t past_next; /* those before it are in the archive's queue */
};

void replica_do(struct replica *r, enum replica_step step);
/* 0, or -1: the conversation is over. */
int replica_say(struct replica *r, const struct msg *m);

struct moment *replica_moment(struct replica *r);
/* True if its conversation goes on; it is freed. */
bool replica_moment_over(struct moment *t);
/* Says replica_stored{number} once all that is here now is on the disk. */
void replica_confirm(struct replica *r, uint64_t number);

/* --- ship.c: the master -------------------------------------------------- */
void ship_tap(struct replica *r);
void ship_stop(struct replica *r);
void ship_message(struct replica *r, const struct msg *m);
void ship_tick(struct replica *r);

/* --- follow.c: the slave -------------------------------------------------- */
void follow_ask_state(struct replica *r);
void follow_message(struct replica *r, const struct msg *m);
void follow_tick(struct replica *r);
void follow_forget(struct replica *r);

/* --- catch_up.c: lines of the archive that the slave missed --------------- */
/* The slave: the whole state is here; the master's next line has that number.
 */
void catch_up_state(struct replica *r, uint64_t next_line);
/* A line of the master came; then: all that came with it is taken. */
void catch_up_line(struct replica *r, uint64_t line);
void catch_up_whole(struct replica *r);
/* The master erased its archive. */
void catch_up_erased(struct replica *r);
void catch_up_lines(struct replica *r, const struct msg_replica_past *m);
void catch_up_tick(struct replica *r);
void catch_up_forget(struct replica *r);
/* Lines that are not here yet; some may have been here before. */
uint64_t catch_up_missing(const struct replica *r);
/* The master: gives lines. */
void catch_up_give(struct replica *r, uint64_t from);

/* --- give_back.c: the slave hands over what it did ------------------------ */
void give_back_begin(struct replica *r);
void give_back_message(struct replica *r, const struct msg *m);
void give_back_tick(struct replica *r);

#endif
