/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams to notifications of SNMP (traps and informs of versions 1, 2c
 * and 3), by net-snmp (event-console.md 21.1). What is not authorised is
 * refused with a reason that a person can act upon (EC-34).
 *
 * One of them at a time in a process and on one thread: the library's list of
 * users is global.
 */
#ifndef EVENTD_TRAP_READER_H
#define EVENTD_TRAP_READER_H

#include "common/err.h"
#include "eventd/trap/options.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>
#include <netinet/in.h>

/* Where a datagram came from. */
struct trap_peer {
	struct sockaddr_in6 from; /* or sockaddr_in */
	int fd;                   /* that it came by; -1: nobody is answered */
};

/* Why a datagram makes no message: name of the counter, help. */
#define TRAP_REFUSALS(R)                                                       \
	R(malformed, "that are no SNMP message")                               \
	R(pdu, "that are neither trap nor inform")                             \
	R(community, "of an unknown community")                                \
	R(engine, "of a known user at an unknown engine id")                   \
	R(user, "of an unknown user")                                          \
	R(level, "without the user's authentication or privacy")               \
	R(key, "with a wrong authentication key")                              \
	R(privacy, "that could not be decrypted")                              \
	R(window, "outside of the time window: late or repeated")
#define TRAP_REFUSAL_ENUM(name, help) TRAP_REFUSED_##name,
enum trap_refusal {
	TRAP_REFUSALS(TRAP_REFUSAL_ENUM) TRAP_REFUSED_COUNT
};

struct trap {
	const netsnmp_pdu *pdu; /* of the library */
	struct slice packet;
	const struct trap_peer *peer;
	bool inform;
};
struct trap_handlers {
	/* Valid until it returns. */
	void (*trap)(const struct trap *t, void *arg);
	void (*refused)(enum trap_refusal why, struct slice packet,
	    const struct trap_peer *peer, const struct err *reason, void *arg);
	/* A report or a response goes out. */
	void (*send)(
	    struct slice packet, const struct trap_peer *to, void *arg);
	/* A user's engine that was not configured has shown its key. */
	void (*learned)(const char *user, const struct engine_id *engine,
	    const struct trap_peer *peer, void *arg);
	void *arg;
};

struct trap_reader;

/*
 * `own` is our engine, for informs of version 3; `boots` how often it was
 * started, this time included. NULL with a reason: a user cannot be made.
 */
struct trap_reader *trap_reader_new(const struct engine_id *own, uint32_t boots,
    const struct trap_handlers *handlers);
void trap_reader_free(struct trap_reader **r);
/*
 * Those who may send from now on; secrets are texts. The options must outlive
 * their use. -1 with a reason: then nobody is known.
 */
int trap_reader_set(
    struct trap_reader *r, const struct trap_options *o, struct err *err_r);
/* One datagram: calls one handler, or none (an engine is discovered). */
void trap_read(
    struct trap_reader *r, struct slice packet, const struct trap_peer *peer);
/* What answers an inform: sent by trap_answer_send. */
struct trap_answer;
struct trap_answer *trap_answer_new(
    struct trap_reader *r, const struct trap *inform);
void trap_answer_send(struct trap_reader *r, struct trap_answer *a);
void trap_answer_free(struct trap_answer **a);
/* Of the datagram that is being read. */
struct trap_header;
const struct trap_header *trap_reader_header(const struct trap_reader *r);
size_t trap_reader_learned(const struct trap_reader *r);

#endif
