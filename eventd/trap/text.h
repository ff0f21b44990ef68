/* SPDX-License-Identifier: Apache-2.0
 *
 * A notification of SNMP to a message (event-console.md 21.2, EC-35). Pure.
 */
#ifndef EVENTD_TRAP_TEXT_H
#define EVENTD_TRAP_TEXT_H

#include "eventd/parse/syslog.h"
#include "eventd/trap/mib.h"
#include "eventd/trap/reader.h"

#define TRAP_TEXT_MAX (64 * 1024) /* bytes; the rest is left out */

struct trap_text { /* {0} is ready */
	struct str application, text, address, scratch;
};
void trap_text_free(struct trap_text *t);
/*
 * The message borrows `t` and `address`, the sender's. `mib` NULL: numbers
 * stay numbers.
 */
void trap_message(struct trap_text *t, const netsnmp_pdu *pdu,
    const char *address, const struct trap_options *o, const struct mib *mib,
    int64_t now_us, struct message *m_r);

#endif
