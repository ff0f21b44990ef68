/* SPDX-License-Identifier: Apache-2.0
 *
 * The sockets that all devices of a loop share, a few of each family. What
 * comes in is told apart by the number of its request (version 3: of its
 * message), which the library never uses twice within a day. So a device
 * costs no descriptor, and many that answer at a time one wake-up in a
 * millisecond.
 */
#ifndef FETCHER_SNMP_SOCKETS_H
#define FETCHER_SNMP_SOCKETS_H

#include "common/err.h"
#include "fetcher/address.h"

#include <net-snmp/net-snmp-config.h>
/* after the above */
#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/snmp_transport.h>
#include <uv.h>

struct snmp_sockets;

struct snmp_sockets *snmp_sockets_new(uv_loop_t *loop);
/* All transports are closed. The loop runs once more for the handles. */
void snmp_sockets_free(struct snmp_sockets **s);

/* What came for a link or transport. */
enum snmp_arrival {
	SNMP_ANSWER,  /* to a number that it has sent */
	SNMP_UNASKED, /* from its address, with a number that nobody sent */
	SNMP_GARBAGE  /* from its address, and no SNMP at all */
};
/* The link may be closed from within after an SNMP_ANSWER alone. */
typedef void snmp_arrived_fn(void *arg, enum snmp_arrival what);

/* To one device, for packets of our own. NULL with words: no socket. */
struct snmp_link;
struct snmp_link *snmp_link_open(struct snmp_sockets *s,
    const union address *to, snmp_arrived_fn *arrived, void *arg,
    struct err *err_r);
void snmp_link_close(struct snmp_link **link); /* NULL is fine */
/* `number` is the packet's. -1 with errno; a full queue is no failure. */
int snmp_link_send(
    struct snmp_link *link, uint32_t number, const void *bytes, size_t n);
/* What has arrived, from within `arrived` alone. */
struct slice snmp_link_packet(const struct snmp_link *link);

/*
 * A transport to that address for snmp_sess_add(), which closes it with its
 * session. What arrives is to be read by pdu_read() from within. NULL with
 * words: no socket.
 */
netsnmp_transport *snmp_sockets_transport(struct snmp_sockets *s,
    const union address *to, snmp_arrived_fn *arrived, void *arg,
    struct err *err_r);

#endif
