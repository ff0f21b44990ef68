/* SPDX-License-Identifier: Apache-2.0
 *
 * One job under way, as its transport sees it. A transport is a constant
 * struct fetch_kind in a file of its own; runner.c has the table of them.
 *
 * A transport ends its fetch exactly once, by fetch_fail(), fetch_success() or
 * fetch_result(), after it has let go of everything that points to it. It must
 * not end it from within start(): see fetch_fail_soon().
 */
#ifndef FETCHER_FETCH_H
#define FETCHER_FETCH_H

#include "fetcher/address.h"
#include "fetcher/child.h"
#include "fetcher/command_line.h"
#include "fetcher/decrypt.h"
#include "fetcher/icmp.h"
#include "fetcher/identity.h"
#include "fetcher/limits.h"
#include "fetcher/net/net.h"
#include "fetcher/resolve.h"
#include "fetcher/runner.h"

#include "common/str.h"

#include <uv.h>

struct fetch_kind {
	const char *name;
	bool one_per_host;  /* a second one for the host waits for the first */
	bool needs_address; /* job.address is resolved before start() */
	/* `addresses` has n > 0 of them if needs_address; ports are not set. */
	void (*start)(struct fetch *f);
	/* The deadline has come: let go of everything, end the fetch. */
	void (*late)(struct fetch *f);
	/* Let go of everything; the fetch is being dropped. */
	void (*stop)(struct fetch *f);
};

extern const struct fetch_kind fetch_kind_agent, fetch_kind_tcp,
    fetch_kind_ping, fetch_kind_plugin, fetch_kind_program,
    fetch_kind_piggyback, fetch_kind_snmp;

enum fetch_stage {
	FETCH_WAITS,
	FETCH_RESOLVES,
	FETCH_RUNS,
	FETCH_ENDED
};

struct fetch {
	struct runner *runner;
	const struct fetch_kind *kind; /* NULL: cannot be done */
	enum fetch_stage stage;
	struct msg_job job; /* borrows `copy` */
	struct str copy;
	char *name; /* what to connect to, terminated */
	uv_timer_t deadline;
	bool had_grace; /* the deadline was put off once */
	int64_t started_ns, started_wall_ns;
	struct resolve_ask ask;
	union address addresses[LIMIT_ADDRESSES];
	size_t n_addresses;
	bool alive;         /* a packet came from the host's address */
	void *transport;    /* the kind's own, NULL while not running */
	struct str output;  /* counted in the runner's budget */
	struct str results; /* job_result records of kinds without sections */
	char *failure;      /* NULL or words */
	/* A second source after the agent: where its part of `output` begins,
	 * and how it went. */
	bool snmp_begun;
	uint32_t whole_ms; /* the job's timeout; job.timeout_ms may be a part */
	size_t snmp_from;
	char *snmp_failure; /* NULL or words */
	bool snmp_news;     /* sections to be kept for the next reading */
	int64_t snmp_started_ns;
	double child_user, child_system; /* CPU seconds of a program */
	runner_done_fn *done;
	void *arg;
	struct fetch *prev, *next; /* all of the runner */
	struct fetch *host_next;   /* in the bucket of its host */
	struct fetch *waiting;     /* later ones of the same host */
};

void fetch_fail(struct fetch *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* From the loop's next round. */
void fetch_fail_soon(struct fetch *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* late() comes in the loop's next round: there is no use in waiting. */
void fetch_hurry(struct fetch *f);
/* `output` is complete. */
void fetch_success(struct fetch *f);
/* The job's own and only result; for hosts `state` is a plugin's too. */
void fetch_result(struct fetch *f, uint32_t state, struct slice output,
    struct slice long_output, struct slice perfdata);

/*
 * Takes bytes into `output`. 0, or -1 and words: over the limit of one output
 * or of all together; the caller fails the fetch.
 */
int fetch_take(struct fetch *f, const char *bytes, size_t n, struct err *err_r);
/* Another output in place of what was taken. -1 as fetch_take(). */
int fetch_replace(struct fetch *f, struct slice output, struct err *err_r);
/* Hands the output over; it is no longer counted. */
struct str fetch_steal(struct fetch *f);
/* The job becomes the fetch's own. */
void fetch_copy_job(struct fetch *f, const struct msg_job *job);
/* Milliseconds until the deadline, at least 0. */
uint64_t fetch_left_ms(const struct fetch *f);
/* "5s": the job's timeout, for words. */
const char *fetch_timeout_text(const struct fetch *f, char buf[32]);

uv_loop_t *runner_loop(struct runner *e);
struct net_services runner_net(struct runner *e);
struct snmp_sockets *runner_snmp(struct runner *e);
struct options_memory *runner_snmp_options(struct runner *e);
struct collect_memory *runner_snmp_readings(struct runner *e);
struct evaluate_room *runner_evaluate_room(struct runner *e);
/* Are standard network checks done without a process? */
bool runner_inprocess(const struct runner *e);
struct icmp *runner_icmp(struct runner *e); /* NULL: see runner_no_ping() */
const char *runner_no_ping(const struct runner *e); /* why there is none */
struct children *runner_children(struct runner *e);
/* Of its children, until it is freed. */
char *const *runner_environment(struct runner *e, enum command_use use);
/* As command_argv(); what was found is believed for a second. */
char **runner_argv(struct runner *e, enum command_use use, struct slice line,
    struct err *err_r);
struct decrypts *runner_decrypts(struct runner *e);
struct runner_counters *runner_counting(struct runner *e);
/* 64 KiB that anyone may use within a callback. */
char *runner_buffer(struct runner *e);
#define ENGINE_BUFFER_BYTES 65536

#endif
