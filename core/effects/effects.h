/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine decided becomes real: the journal, the stream, the history,
 * notifications, the schedule. Everything of one turn of the loop is one batch:
 * one payload of the journal, then, once that is durable, frames, answers and
 * notices.
 */
#ifndef CORE_EFFECTS_EFFECTS_H
#define CORE_EFFECTS_EFFECTS_H

#include "common/daemon.h"
#include "core/effects/influx.h"
#include "core/effects/metrics.h"
#include "core/effects/outbox.h"
#include "core/effects/stream.h"
#include "core/effects/tell.h"
#include "core/history/file.h"
#include "core/retention/store.h"
#include "core/schedule/jobs.h"

#define EFFECTS_COALESCE_NS (40 * NS_PER_MS)

struct answer {                /* to a command, waits for the journal */
	struct bus_peer *peer; /* NULL: it went */
	uint64_t id, number, seq;
};
struct effects {
	struct daemon *daemon; /* borrowed, like all of these */
	struct engine *engine;
	struct schedule *schedule;
	struct jobs *jobs;       /* NULL until workers may come */
	struct metrics *metrics; /* NULL: none are kept */
	struct influx *influx;   /* NULL: it was never asked for */
	struct stream *stream;
	struct outbox *outbox;
	struct history *history;
	struct store *store;
	uint64_t boot, next_notice;
	int64_t clock_base; /* schedule's clock minus the monotonic one */
	struct tell tell;   /* memory for alerts */
	struct str message, id, id_front;
	/* the open batch */
	struct str records; /* lists and notices */
	size_t *cuts;       /* where a payload ends and the next begins */
	uint32_t n_cuts, cap_cuts;
	uint8_t *kept; /* by object: in `keep` */
	uint32_t *keep, n_keep, cap_keep;
	bool program, commands;
	int64_t dirty_since; /* monotonic; 0: nothing waits for a frame */
	uint64_t appended;   /* newest number of the journal */
	uint64_t stalled;    /* turns that the journal was full */
	bool stalled_now;
	struct answer *answers;
	uint32_t n_answers, cap_answers;
	struct err disk; /* why the journal does not take anything; "" */
};

extern const struct engine_ops effects_ops;

/* All members above `records` are set by the caller. */
void effects_init(struct effects *fx);
void effects_free(struct effects *fx);
void effects_adopt(
    struct effects *fx, struct engine *engine, struct schedule *schedule);

/* The schedule's clock, now. */
int64_t effects_clock(const struct effects *fx);
/* Closes the batch. */
void effects_close(struct effects *fx, int64_t now);
/* Closes the batch at once, all of it; before objects change their numbers. */
void effects_settle(struct effects *fx, int64_t now);
/* Sends what the journal has by now. True: call again soon. */
bool effects_release(struct effects *fx, int64_t now);
/* A command was done in this batch: answer when it is durable. */
void effects_answer(struct effects *fx, struct bus_peer *peer, uint64_t id);
void effects_forget(struct effects *fx, struct bus_peer *peer);

#endif
