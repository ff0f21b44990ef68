/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of objects of SNMP and how their values are written: what `vedette
 * event mib` compiled from MIB files, or the built-in base. Pure.
 */
#ifndef EVENTD_TRAP_MIB_H
#define EVENTD_TRAP_MIB_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define MIB_DEPTH 128 /* numbers of an OID */

struct mib_node {
	const uint32_t *id; /* n */
	uint32_t n;
	const char *module, *name;
	char kind; /* i integer, s octets, b bits, o OID, t ticks, a address, n
		      notification, - anything else */
	const char *hint;  /* DISPLAY-HINT (RFC 2579, 3.1); "" */
	const char *units; /* "" */
	const char *enums; /* "up 1,down 2" */
	const char *description;
};

struct mib;

/*
 * One node a line, fields separated by tabs: OID, module, name, kind, hint,
 * units, enums, description. NULL with a reason and the line.
 */
struct mib *mib_read(struct slice text, struct err *err_r);
void mib_free(struct mib **m);
size_t mib_size(const struct mib *m);
/* The node with the longest OID that begins this one; NULL: none. */
const struct mib_node *mib_find(
    const struct mib *m, const uint32_t *id, uint32_t n);
/* In order of their OIDs. */
const struct mib_node *mib_at(const struct mib *m, size_t i);
/* A number's name, "" if it has none. */
struct slice mib_enum(const struct mib_node *node, int64_t value);
/*
 * Octets by a DISPLAY-HINT. False: it does not fit, nothing was added.
 */
bool mib_hint(struct str *to, const char *hint, struct slice octets);

#endif
