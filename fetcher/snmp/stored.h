/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored walks: one "OID value" a line, one blank between, a leading dot. Bytes
 * that are no text are written as "00 1B 21 " with the quotes; lines that
 * begin with no OID go on with the value before. What other tools write is
 * read too (stored_forms.h). Pure.
 */
#ifndef FETCHER_SNMP_STORED_H
#define FETCHER_SNMP_STORED_H

#include "common/err.h"
#include "fetcher/snmp/collect.h"
#include "fetcher/snmp/wire.h"

struct stored;

/* Borrows nothing. NULL with a reason ("line 3: ..."). */
struct stored *stored_read(struct slice text, struct err *err_r);
void stored_free(struct stored **s);
/* As a device with bulk would; the answer holds until the next one. */
void stored_answer(struct stored *s, const struct snmp_request *request,
    struct snmp_answer *answer_r);
/*
 * Reads the stored device: appends the sections that the job's items need
 * (none: all that it has). -1 with words.
 */
int stored_collect(struct slice walk, struct slice items,
    const struct collect_settings *settings, struct str *output,
    struct err *err_r);
/* The same with a collector of the caller's, for its scan. */
int stored_scan(struct slice walk, struct collect *c, struct err *err_r);
/* Appends one line. */
void stored_put(const struct snmp_var *var, struct str *out);

#endif
