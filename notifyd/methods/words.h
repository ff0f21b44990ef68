/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros beside those of the context, for texts of the built-in methods: the
 * same names for hosts and services, and words for people. Pure.
 *
 *   OBJECT       web01 or web01/HTTP
 *   STATE        CRITICAL; SHORTSTATE: CRIT; LASTSTATE: OK (the hard state
 * before) OUTPUT, LONGOUTPUT, PERFDATA EVENT_TXT    OK -> CRIT, Acknowledged
 * (CRIT), Downtime Start (CRIT), ... EVENT_WORDS  is CRITICAL (was OK),
 * Acknowledged (CRITICAL), ... COLOR        #rrggbb of the state LINK into the
 * console; "" without an address of it INCIDENT     16 hexadecimal digits, the
 * same for all of one problem DEDUP        service/host:address without blanks
 *   ISOTIME      2026-03-02T08:00:00Z
 *   MARK         "[test] " or "[resend] "
 *   MENTIONS     @ann, @bob: the contacts that are told
 *   COUNT_NOTIFICATIONS, COUNT_HOSTS
 */
#ifndef NOTIFYD_METHODS_WORDS_H
#define NOTIFYD_METHODS_WORDS_H

#include "notifyd/context.h"

enum notice_kind { /* bits */
	NOTICE_PROBLEM = 1,
	NOTICE_RECOVERY = 2,
	NOTICE_ACK = 4,
	NOTICE_FLAP_START = 8,
	NOTICE_FLAP_STOP = 16,
	NOTICE_FLAP_OFF = 32,
	NOTICE_DOWNTIME = 64, /* start, end, cancelled */
	NOTICE_CUSTOM = 128,
	NOTICE_HANDLER = 256,
	NOTICE_ANY = 511
};

enum notice_state {
	STATE_GOOD, /* OK, UP */
	STATE_WARN,
	STATE_CRIT,
	STATE_UNKNOWN,
	STATE_DOWN,
	STATE_UNREACH,
	STATE_COUNT
};

enum notice_kind notice_kind(const struct context *ctx);
enum notice_state notice_state(const struct context *ctx);
/* Adds all of them. `url`: of the console, or "". */
void words_add(struct context *ctx, const char *url);

#endif
