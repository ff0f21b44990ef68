/* SPDX-License-Identifier: Apache-2.0
 *
 * A request and its answer, without sockets: what collect.c asks and what
 * session.c (a device) or stored.c (a file) answers.
 */
#ifndef FETCHER_SNMP_WIRE_H
#define FETCHER_SNMP_WIRE_H

#include "fetcher/snmp/oid.h"

#define SNMP_MAX_ASKED 20  /* variables of one request */
#define SNMP_MAX_VARS  512 /* of one answer; the rest is left out */

enum snmp_op {
	SNMP_GET_OP,
	SNMP_NEXT_OP,
	SNMP_BULK_OP
};

struct snmp_request {
	enum snmp_op op;
	unsigned repetitions; /* SNMP_BULK_OP */
	const char *context;  /* of version 3; NULL: the session's */
	size_t n;
	struct oid oids[SNMP_MAX_ASKED];
};

enum snmp_kind {
	SNMP_NONE, /* noSuchObject, noSuchInstance, endOfMibView, NULL */
	SNMP_WORD, /* decimal, an OID or an IP address, as text */
	SNMP_OCTETS
};
struct snmp_var {
	struct oid oid;
	enum snmp_kind kind;
	struct slice value; /* borrowed */
};

/* Error codes of answers (RFC 3416), and our own: silence, and version 3's
 * report that the device does not have the context. */
enum snmp_error {
	SNMP_OK = 0,
	SNMP_TOO_BIG = 1,
	SNMP_NO_SUCH_NAME = 2,
	SNMP_GEN_ERR = 5,
	SNMP_NO_ACCESS = 6,
	SNMP_NOT_ALLOWED = 16, /* authorizationError */
	SNMP_SILENCE = 1000,
	SNMP_NO_CONTEXT = 1001
};

struct snmp_answer {
	unsigned error;       /* enum snmp_error or another of RFC 3416 */
	unsigned error_index; /* from 1; 0: none */
	size_t n;
	struct snmp_var *vars;
};

#endif
