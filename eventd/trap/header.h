/* SPDX-License-Identifier: Apache-2.0
 *
 * The outside of an SNMP message: what must be known before the library may
 * see it. Pure.
 */
#ifndef EVENTD_TRAP_HEADER_H
#define EVENTD_TRAP_HEADER_H

#include "common/str.h"
#include "eventd/trap/options.h"

#include <stdbool.h>
#include <stdint.h>

struct trap_header {
	int version; /* 0: 1, 1: 2c, 3 */
	/* Versions 1 and 2c. */
	struct slice community; /* in the packet */
	uint8_t pdu;            /* its tag */
	size_t pdu_at;          /* where that stands */
	/* Version 3. */
	bool reportable, authenticated, encrypted;
	bool usm;
	struct engine_id engine; /* n 0: the sender asks for ours */
	char user[33];
};

/* False: no SNMP message. */
bool trap_header_read(struct slice packet, struct trap_header *h_r);

#endif
