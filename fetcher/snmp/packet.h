/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets of versions 1 and 2c (RFC 1157, 3416; BER). The library's own way
 * takes and gives back memory for each value, which was half of what a large
 * table costs, and 64 KiB for each packet; this one takes none. Pure. Version
 * 3's packets are the library's, but for the number by which sockets.c tells
 * them apart.
 */
#ifndef FETCHER_SNMP_PACKET_H
#define FETCHER_SNMP_PACKET_H

#include "fetcher/snmp/wire.h"

/* The number in a packet; false: it is none that we could have sent. */
bool snmp_packet_number(
    const unsigned char *bytes, size_t n, uint32_t *number_r);

/*
 * Puts a request in place of what is in `packet`. `version` is 1 or 2; a
 * request with SNMP_BULK_OP is none of version 1.
 */
void snmp_packet_request(unsigned version, const char *community,
    uint32_t number, const struct snmp_request *request, struct str *packet);

struct snmp_packet {
	uint32_t version; /* on the wire: 0 is 1, 1 is 2c */
	uint32_t number;
	struct snmp_answer answer; /* vars are the caller's, with their room */
};

/*
 * A response as a whole. Appends the values' texts to `words`, to which the
 * variables point until it changes. Variables past SNMP_MAX_VARS are left
 * out. False: it is no response, or not well formed.
 */
bool snmp_packet_answer(const unsigned char *bytes, size_t n,
    struct snmp_packet *packet, struct snmp_var vars[SNMP_MAX_VARS],
    struct str *words);

#endif
