/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines in which tools write what a walk found. Pure.
 */
#ifndef FETCHER_SNMP_STORED_FORMS_H
#define FETCHER_SNMP_STORED_FORMS_H

#include "fetcher/snmp/wire.h"

enum stored_form {
	STORED_PLAIN,  /* ".1.3.6 value": snmpwalk -OQn, other sites */
	STORED_TYPED,  /* ".1.3.6 = TYPE: value": snmpwalk -On, -ObentU */
	STORED_RECORD, /* "1.3.6|TAG|value": snmpsim */
	STORED_NONE    /* no line of its own: goes on with the value before */
};

/* "iso.3.6.1" is ".1.3.6.1". *rest_r is what stands behind the OID. */
enum stored_form stored_form_of(
    struct slice line, struct oid *oid_r, struct slice *rest_r);
/*
 * The value of a line, with those that go on with it. SNMP_NONE: it says that
 * the device has none, or that it cannot be known (snmpsim's variations).
 */
enum snmp_kind stored_value(
    enum stored_form form, struct slice rest, struct str *value);
/* Decimals, OIDs, addresses: digits and points. */
bool stored_is_word(struct slice text);

#endif
