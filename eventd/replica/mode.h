/* SPDX-License-Identifier: Apache-2.0
 *
 * Who of two event consoles does the work (event-console.md section 20): the
 * states of a master and of a slave, and what brings it from one to another.
 * Pure; times are monotonic microseconds.
 */
#ifndef EVENTD_REPLICA_MODE_H
#define EVENTD_REPLICA_MODE_H

#include "common/err.h"
#include "eventd/replica/options.h"

enum replica_state {
	REPLICA_ALONE,    /* there is no other, or a master that works */
	REPLICA_JOINING,  /* master, at start: what did the slave do? */
	REPLICA_SYNC,     /* slave: follows */
	REPLICA_TAKEOVER, /* slave: works */
	REPLICA_RETURNING /* slave: hands over what it did */
};

enum replica_step {
	REPLICA_NOTHING,
	REPLICA_WORK,       /* master: begin */
	REPLICA_TAKE_OVER,  /* slave: begin */
	REPLICA_GO_BACK,    /* slave: begin to hand over */
	REPLICA_FOLLOW_STEP /* slave: ask for the state */
};

struct replica_mode {
	const struct replica_options *o; /* borrowed */
	enum replica_state state;
	bool up;         /* the other is connected */
	bool stays;      /* in takeover until a person decides */
	bool synced;     /* once at least, in any run */
	bool success;    /* the last synchronisation did not fail */
	int64_t lost_us; /* since when nothing was heard */
};

struct replica_past { /* how the last run ended */
	bool took_over, stays;
	bool synced;     /* there was a synchronisation in any run */
	int64_t lost_us; /* took_over: since when nothing is heard */
};

/* At start, or when the settings changed. */
void mode_start(struct replica_mode *m, const struct replica_options *o,
    const struct replica_past *past, int64_t now_us);
/* The other side can be spoken to. */
enum replica_step mode_up(struct replica_mode *m, int64_t now_us);
void mode_down(struct replica_mode *m, int64_t now_us);
/* Slave: all that the master had is here. */
void mode_synced(struct replica_mode *m, int64_t now_us);
/* Slave: the master lives, and does not let us in. */
void mode_refused(struct replica_mode *m, int64_t now_us);
/* Slave: the master said something while this one returns. */
void mode_heard(struct replica_mode *m, int64_t now_us);
/* Master: the slave has nothing (more) to hand over. */
enum replica_step mode_joined(struct replica_mode *m);
/* Slave: the master has all of it. */
enum replica_step mode_returned(struct replica_mode *m, int64_t now_us);
enum replica_step mode_tick(struct replica_mode *m, int64_t now_us);
/*
 * SWITCHMODE: "sync" or "takeover". *step_r says what to do; -1 with a
 * reason.
 */
int mode_switch(struct replica_mode *m, const char *to, int64_t now_us,
    enum replica_step *step_r, struct err *err_r);

/* Does another event console do the work now? */
bool mode_passive(const struct replica_mode *m);
/* When mode_tick() has something to do; INT64_MAX: never. */
int64_t mode_due(const struct replica_mode *m);
/* "", "sync" or "takeover": status_replication_slavemode. */
const char *mode_slave(const struct replica_mode *m);

#endif
