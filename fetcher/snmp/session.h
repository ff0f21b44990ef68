/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversations with devices on the worker's loop: net-snmp's single sessions
 * over shared sockets, a timer each, no thread, no select, nothing that waits.
 * Version 3 learns the device's engine by a request of its own, because the
 * library's own way stops the loop until the device answers.
 *
 * One thread of a process may use this: net-snmp is not thread-safe.
 */
#ifndef FETCHER_SNMP_SESSION_H
#define FETCHER_SNMP_SESSION_H

#include "common/err.h"
#include "fetcher/address.h"
#include "fetcher/snmp/options.h"
#include "fetcher/snmp/wire.h"

#include <uv.h>

/* What is asked: see collect.h and tree.h. */
struct snmp_talk {
	bool (*next)(void *self, const struct snmp_request **request_r);
	/* -1: it has failed; words, or "" after silence and a context that
	 * the device does not have. */
	int (*answer)(
	    void *self, const struct snmp_answer *answer, struct err *err_r);
	void *self;
};

struct device_session;
struct snmp_sockets; /* sockets.h: of the loop */

/* `failure` is NULL or words. The session is gone after the return. */
typedef void device_session_done_fn(const char *failure, void *arg);
/* Borrows options and talk until the end. `done` never comes from within. */
struct device_session *device_session_start(uv_loop_t *loop,
    struct snmp_sockets *sockets, const union address *address,
    const struct snmp_options *options, const struct snmp_talk *talk,
    device_session_done_fn *done, void *arg);
/* Ends it without `done`. */
void device_session_stop(struct device_session **s);
/* "No answer from ...": for whoever has a deadline of his own. */
void device_session_silence(struct device_session *s, struct err *err_r);

#endif
