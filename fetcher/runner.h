/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs jobs: thousands at once on one libuv loop, each under one deadline over
 * its whole chain. Knows nothing of the bus: the worker feeds it from core,
 * once.c from the command line, tests by hand.
 */
#ifndef FETCHER_RUNNER_H
#define FETCHER_RUNNER_H

#include "common/err.h"
#include "common/msg.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct runner;
struct fetch;

/* What is counted since the start; name, meaning. */
#define ENGINE_COUNTERS(C)                                                     \
	C(jobs_agent, "agents asked over TCP")                                 \
	C(jobs_program, "programs run for their agent output")                 \
	C(jobs_ping, "hosts and services checked by ping")                     \
	C(jobs_tcp, "ports checked")                                           \
	C(jobs_plugin, "plugins run")                                          \
	C(inprocess, "network checks done without a process")                  \
	C(inprocess_given_up, "of these left to the plugin after all")         \
	C(jobs_piggyback, "hosts judged by what others sent for them")         \
	C(jobs_snmp, "devices read by SNMP alone")                             \
	C(jobs_unknown, "jobs of a kind that this version cannot do")          \
	C(jobs_done, "jobs that ended, in whatever way")                       \
	C(jobs_late, "jobs that ran into their deadline")                      \
	C(jobs_failed, "fetches that brought no data, late ones included")     \
	C(jobs_waited, "jobs that waited for another of the same host")        \
	C(snmp_requests, "requests to SNMP devices, without repetitions")      \
	C(snmp_cut, "readings of SNMP devices that were too large, in part")   \
	C(bytes_read, "bytes from agents, programs and plugins")               \
	C(outputs_cut, "outputs over the limit of size")                       \
	C(agents_tls, "agents that answered with TLS")                         \
	C(agents_symmetric, "agents that answered encrypted by a passphrase")  \
	C(agents_refused, "agents' forms of output that are not allowed")      \
	C(decrypted, "outputs decrypted with a passphrase, good or not")       \
	C(decrypt_us, "microseconds of threads that decrypted")                \
	C(children_started, "plugins and programs started")                    \
	C(children_killed, "plugins and programs killed at their deadline")    \
	C(pings_sent, "echo requests sent")                                    \
	C(pings_received, "echo replies that fitted a request")                \
	C(pings_strange, "echo replies that fitted none, dropped")             \
	C(pings_refused, "echo requests that the kernel refused")

struct runner_counters {
#define ENGINE_COUNTER_MEMBER(name, help) uint64_t name;
	ENGINE_COUNTERS(ENGINE_COUNTER_MEMBER)
#undef ENGINE_COUNTER_MEMBER
	/* Present values. */
	size_t running, children_running, children_waiting, buffered_bytes,
	    names_asked, decrypts_running, decrypts_waiting;
};

/* `root` is the site's directory or "" and is borrowed for ever. */
struct runner *runner_new(uv_loop_t *loop, const char *root);
/*
 * Opens the ICMP sockets; to be called while there are capabilities. -1 with a
 * reason: ping jobs then answer with that reason, everything else works.
 */
int runner_open_ping(struct runner *e, struct err *err_r);

/* The site's secrets, which a remote worker is given by core. */
struct identity;
struct identity *runner_identity(struct runner *e);

/* The fetch is gone after the return; called once, never by runner_start(). */
typedef void runner_done_fn(struct fetch *f, void *arg);
/*
 * Takes a copy of the job. `done` comes before timeout_ms has passed, plus
 * what the loop needs to get there.
 */
struct fetch *runner_start(struct runner *e, const struct msg_job *job,
    runner_done_fn *done, void *arg);
/* True at the start: do standard network checks without a process. */
void runner_set_inprocess(struct runner *e, bool on);
/* Ends every fetch without `done`; children are killed. */
void runner_cancel_all(struct runner *e);
size_t runner_running(const struct runner *e);
struct runner_counters runner_counters(const struct runner *e);
/*
 * Cancels all and closes every handle. The caller runs the loop until
 * runner_is_closed() and once more, then calls runner_free(). Lookups of names
 * that hang hold the loop itself for as long as the system's resolver takes,
 * but not the runner.
 */
void runner_close(struct runner *e);
bool runner_is_closed(const struct runner *e);
/* If children are still not reaped, their memory is left to them. */
void runner_free(struct runner **e);

/* What `done` may ask. */
const struct msg_job *fetch_job(const struct fetch *f);
/* Wall time of the start in microseconds, and the time taken until now. */
int64_t fetch_started_us(const struct fetch *f);
/* Did a packet come from the host, whatever became of the job? */
bool fetch_is_alive(const struct fetch *f);
uint64_t fetch_duration_us(const struct fetch *f);
/* NULL, or why there is no data, in words. */
const char *fetch_failure(const struct fetch *f);
/* Kinds AGENT and PROGRAM: the agent's output. */
struct slice fetch_output(const struct fetch *f);
/*
 * Did output of the host come? Then appends the piggyback_block records of
 * what it has for other hosts.
 */
bool fetch_piggyback(const struct fetch *f, struct str *blocks);
/* Appends the job_result records, agent output being evaluated. */
void fetch_results(const struct fetch *f, struct str *results);

#endif
