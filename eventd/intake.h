/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the receivers and the engine: who may send and how much, the spool
 * folder, the archive of messages.
 */
#ifndef EVENTD_INTAKE_H
#define EVENTD_INTAKE_H

#include "eventd/forward/forward.h"
#include "eventd/learn/patterns.h"
#include "eventd/receive/receive.h"
#include "eventd/receive/sources.h"
#include "eventd/receive/spool.h"
#include "eventd/store/message_log.h"

struct eventd;

struct intake {
	struct sources *sources;
	struct spool *spool;
	struct message_log *log;
	struct forwarders *forward;
	uint64_t told_forward_lost;
	struct patterns *patterns; /* of what no rule fitted */
	uint64_t told_kernel_drops, told_queue_drops;
	int64_t looked_us; /* of the last eventd_intake_look() */
};

void eventd_intake_make(struct eventd *ed, uint64_t seed);
/* After the store: the spool folder is read from now on. 0 or -1. */
int eventd_intake_start(struct eventd *ed, struct err *err_r);
void eventd_intake_free(struct eventd *ed);
/* The engine's options are new. */
void eventd_intake_apply(struct eventd *ed);
/* Every 5 seconds: losses become events. */
void eventd_intake_look(struct eventd *ed);

/* A message as if it came in by that way. */
void eventd_message(struct slice raw, const char *address, enum input input,
    int64_t received_us, void *arg);
/* The same of a trap: may its sender send? Then what was made of it. */
bool eventd_trap_admit(
    const char *address, size_t bytes, int64_t received_us, void *arg);
void eventd_trap_message(struct message *m, void *arg);
/* The engine heard it: its host is translated, its rule is known. */
void eventd_heard(const struct message *m, bool made, void *arg);
/* No rule fitted it. */
void eventd_unmatched(const struct message *m, int64_t now_us, void *arg);

/*
 * The key `allow` of the listeners of site.yaml. 0, or -1 with what is wrong.
 */
int eventd_read_allow(const struct settings *settings,
    struct source_rules *rules, struct err *err_r);

#endif
