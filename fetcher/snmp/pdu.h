/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and answers as net-snmp's PDUs (version 3), and answers of versions
 * 1 and 2c as they are noted.
 */
#ifndef FETCHER_SNMP_PDU_H
#define FETCHER_SNMP_PDU_H

#include "fetcher/snmp/wire.h"

#include <net-snmp/net-snmp-config.h>
/* after the above */
#include <net-snmp/net-snmp-includes.h>

#define USM_ENGINE_MAX 32

struct usm_engine {
	unsigned char id[USM_ENGINE_MAX];
	size_t n;
};

enum pdu_what {
	PDU_NOTHING,
	PDU_ANSWER,
	PDU_REPORT, /* version 3: the device refuses, and says why */
	PDU_SILENCE,
	PDU_NOT_SENT
};
struct pdu_note {
	enum pdu_what what;
	struct snmp_answer answer; /* valid until the next PDU of the process */
	struct oid report;
	struct usm_engine engine;
	int error;   /* of the library */
	int problem; /* errno; 0: see `error` */
};

/* From the library's callback; what was noted first stays. */
void pdu_note(struct pdu_note *note, int op, const netsnmp_pdu *pdu);
netsnmp_pdu *pdu_of(const struct snmp_request *request);
enum pdu_fault {
	PDU_FINE,
	PDU_GARBAGE, /* no SNMP, or not well formed */
	PDU_OTHER_VERSION,
	PDU_UNASKED /* with a number that was not sent */
};
/*
 * An answer of version 1 or 2c to the request with that number. PDU_FINE
 * without a note: to an earlier one, or to one that is over. Its community is
 * not looked at: devices may give another one than they were given.
 */
enum pdu_fault pdu_take(struct pdu_note *note, unsigned version,
    uint32_t number, struct slice packet);
/* Reads what the session's socket has, and calls back, unless it is to be
 * thrown away. */
void pdu_read(void *handle);

#endif
