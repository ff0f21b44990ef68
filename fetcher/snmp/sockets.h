/* SPDX-License-Identifier: Apache-2.0
 *
 * The sockets that all devices of a loop share, a few of each family. What
 * comes in is told apart by the number of its request (version 3: of its
 * message), which the library never uses twice within a day. So a device
 * costs no descriptor, and thousands of them one wake-up.
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

/*
 * A transport to that address for snmp_sess_add(), which closes it with its
 * session. `arrived` is called when a packet for it is there, to be read by
 * pdu_read() from within. NULL with words: no socket.
 */
typedef void snmp_arrived_fn(void *arg);
netsnmp_transport *snmp_sockets_transport(struct snmp_sockets *s,
    const union address *to, snmp_arrived_fn *arrived, void *arg,
    struct err *err_r);

#endif
