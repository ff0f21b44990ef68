/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon around the engine: what lives as long as the process.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "common/daemon.h"
#include "common/period.h"
#include "core/command/command.h"
#include "core/command/files.h"
#include "core/config/links.h"
#include "core/config/match.h"
#include "core/config/tombs.h"
#include "core/effects/effects.h"
#include "core/schedule/jobs.h"

struct core {
	struct daemon *daemon;
	struct periods *periods;
	struct engine *engine;
	struct schedule *schedule;
	struct jobs *jobs;
	struct tombs *tombs;
	uint32_t tombs_at; /* of a save that runs */
	struct links *links;
	struct effects fx;    /* holds stream, outbox, history, store */
	uv_prepare_t prepare; /* the turn: after all input, before sleep */
	uv_timer_t timer;
	bool wake;                      /* the next turn is due at once */
	bool running;                   /* init is through */
	int64_t next_second, next_hour; /* monotonic, ns */
	int64_t start_us, reload_us;    /* how long they took */
	uint64_t commands, commands_refused, jumps, reloads;
	int64_t last_command;        /* wall seconds; 0: none yet */
	struct command_memory named; /* by the command before */
	uint32_t look_at;            /* of the invariants: whose turn it is */
	struct files files;          /* PROCESS_FILE */
	struct bus_peer *asker; /* of the command that runs, and its number */
	uint64_t asker_id;
	bool file_taken; /* it is one of a file: the answer waits */
	enum {
		CORE_GOES_ON,
		CORE_RESTART,
		CORE_SHUTDOWN
	} end;                         /* once all answers are out */
	struct {                       /* prepared by a reload */
		struct snapshot *snap; /* the skeleton's */
		struct periods *periods;
		struct engine *engine;
		struct match match;
	} next;
};

extern const struct daemon_def core_def;

int64_t core_now(void); /* wall seconds */
/* Workers on other machines, by the settings and definitions of now. */
void core_remote(struct core *core);

/* Starts or ends keeping metrics, by the settings of now. */
void core_metrics(struct core *core);

/* reload.c: `HOST RENAMED: old;new` for what came after `generation`. */
void core_tell_renames(struct core *core, uint64_t generation, int64_t now);

int core_reload_prepare(
    struct daemon *d, struct snapshot *next, struct err *err_r);
void core_reload_commit(struct daemon *d, struct snapshot *old);
void core_reload_abort(struct daemon *d);

#define CORE_EXIT_SHUTDOWN 125 /* supervision leaves it down */

/* serve.c */
/* Commands of files, in slices. True: call again soon. */
bool core_files(struct core *core);
void core_command(
    struct daemon *d, struct bus_peer *peer, const struct msg_command *c);
void core_query(
    struct daemon *d, struct bus_peer *peer, const struct msg_query *q);
void core_peer_down(struct daemon *d, struct bus_peer *peer);
void core_counters(struct daemon *d, struct str *list);
/* Appends a core_status message. */
void core_status(void *arg, struct str *out);

#endif
