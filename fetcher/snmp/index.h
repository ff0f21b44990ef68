/* SPDX-License-Identifier: Apache-2.0
 *
 * Indexes of rows, as SNMP_END cells have them ("4.2", "3.97.98.99"), taken
 * apart. Each function takes its part from the front of *index. False: the
 * index is not like that; *index is as it was. Pure.
 */
#ifndef FETCHER_SNMP_INDEX_H
#define FETCHER_SNMP_INDEX_H

#include "fetcher/sections/arena.h"

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define INDEX_MAX_BYTES 128 /* of one text or address */

/* An INTEGER, a Gauge: one number. */
bool index_number(struct slice *index, uint32_t *value_r);
/* "a.b.c.d" of an IpAddress; borrows the index. */
bool index_ipv4(struct slice *index, struct slice *text_r);
/*
 * A text: its length comes first, unless it is `implied` (IMPLIED in the MIB,
 * or of fixed length): then it is all that is left. Bytes may be anything.
 */
bool index_text(struct slice *index, bool implied, struct arena *arena,
    struct slice *text_r);
/*
 * InetAddressType and InetAddress: "1.4.192.0.2.1" is "192.0.2.1",
 * "2.16.32.1..." is "2001:...", with a zone ("%3") where there is one; names
 * are taken as they are. An unknown type with no bytes is the empty text.
 */
bool index_address(
    struct slice *index, struct arena *arena, struct slice *text_r);
/* An address of `bytes` without its type: 4, 8, 16 or 20 of them. */
bool index_address_of(
    struct slice bytes, struct arena *arena, struct slice *text_r);

#endif
