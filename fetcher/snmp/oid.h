/* SPDX-License-Identifier: Apache-2.0
 *
 * Object identifiers. Pure.
 */
#ifndef FETCHER_SNMP_OID_H
#define FETCHER_SNMP_OID_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define OID_MAX 128 /* SMI's own bound */

struct oid {
	uint32_t n;
	uint32_t id[OID_MAX];
};

/* ".1.3.6.1" or "1.3.6.1"; false: it is none. */
bool oid_parse(struct slice text, struct oid *oid_r);
/* Only what is used of it, which is little of its room. */
void oid_copy(struct oid *to, const struct oid *from);
/* ".1.3.6.1", appended. */
void oid_text(const uint32_t *id, size_t n, struct str *out);
/* Below 0, 0 or above: as an agent walks. */
int oid_compare(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);
/* Does it lie under the prefix? Not if it is the prefix itself. */
bool oid_below(const struct oid *oid, const struct oid *prefix);
/* Appends; false without room. */
bool oid_append(struct oid *oid, const uint32_t *id, size_t n);

#endif
