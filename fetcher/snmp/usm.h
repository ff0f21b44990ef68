/* SPDX-License-Identifier: Apache-2.0
 *
 * What version 3 needs: sessions, users, keys, engines.
 */
#ifndef FETCHER_SNMP_USM_H
#define FETCHER_SNMP_USM_H

#include "common/err.h"
#include "fetcher/snmp/options.h"
#include "fetcher/snmp/pdu.h"

/* Are the options such that a session can be made? -1 with words. */
int usm_check(const struct snmp_options *options, struct err *err_r);
/*
 * A session of version 3. NULL with words. Takes over the transport. `at`:
 * "192.0.2.1:161".
 */
void *usm_open(const char *at, const struct snmp_options *options,
    netsnmp_transport *transport, struct err *err_r);

/* Version 3's first question: empty, to be refused with the engine's name. */
netsnmp_pdu *usm_probe(void);
/*
 * The session talks to that engine as the options' user, whom the library
 * knows until usm_release(). -1 with words.
 */
struct usm_held;
int usm_adopt(void *handle, const char *at, const struct usm_engine *engine,
    const struct snmp_options *options, struct usm_held **held_r,
    struct err *err_r);
void usm_release(struct usm_held **held); /* NULL is fine */
/* Are the user's keys at the engine of that address remembered? */
bool usm_has_keys(const char *at, const struct snmp_options *options);

/* Engines by address, remembered by the process. */
const struct usm_engine *usm_known(const char *at);
void usm_remember(const char *at, const struct usm_engine *engine);
void usm_forget(const char *at);

/* Does the report say that the engine is another one? */
bool usm_is_other_engine(struct oid report);
/* ... that the device does not have, or not now, the context? */
bool usm_is_no_context(struct oid report);
/* Why the device refused: a counter of RFC 3414 or 3413 in words. `context` is
 * the one that was asked; NULL is none. */
void usm_words(struct oid report, const struct snmp_options *options,
    const char *context, const char *at, struct err *err_r);

#endif
