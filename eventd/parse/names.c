/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of facilities, priorities and inputs (event-console.md section 3).
 */
#include "common/mem.h"
#include "common/num.h"
#include "eventd/parse/syslog.h"

static const char *const facilities[32] = {"kern", "user", "mail", "daemon",
    "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7", "", "", "", "", "", "", "logfile",
    "snmptrap"};
static const char *const priorities[8] = {
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

static bool
lookup(struct slice name, const char *const *table, uint8_t n, uint8_t *value_r)
{
	int64_t v;

	if (num_range(name, 0, n - 1, &v)) {
		*value_r = (uint8_t)v;
		return true;
	}
	for (uint8_t i = 0; i < n && name.len > 0; i++) {
		if (slice_eqs(name, table[i])) {
			*value_r = i;
			return true;
		}
	}
	return false;
}

bool
facility_of(struct slice name, uint8_t *facility_r)
{
	return lookup(name, facilities, ARRAY_LEN(facilities), facility_r);
}

bool
priority_of(struct slice name, uint8_t *priority_r)
{
	static const struct {
		const char *other;
		uint8_t priority;
	} aliases[] = {{"warn", 4}, {"error", 3}, {"critical", 2},
	    {"emergency", 0}, {"information", 6}};

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (slice_eqs(name, aliases[i].other)) {
			*priority_r = aliases[i].priority;
			return true;
		}
	}
	return lookup(name, priorities, ARRAY_LEN(priorities), priority_r);
}

const char *
priority_name(uint8_t priority)
{
	return priorities[priority & 7];
}

const char *
input_name(enum input input)
{
	static const char *const names[] = {
	    "udp", "tcp", "socket", "pipe", "command", "tls", "spool", "trap"};

	return names[input];
}
