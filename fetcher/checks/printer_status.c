/* SPDX-License-Identifier: Apache-2.0
 *
 * PrtSubUnitStatusTC; see printer_status.h. A sum: availability (0 to 6), 8
 * non-critical alerts, 16 critical ones, 32 off-line, 64 moves on its way.
 */
#include "fetcher/checks/printer_status.h"

void
printer_status_say(struct check_out *out, double status)
{
	static const struct {
		uint32_t state;
		const char *word;
	} available[8] = {{CHECK_OK, "Available and idle"},
	    {CHECK_CRIT, "Unavailable and on request"},
	    {CHECK_OK, "Available and standby"},
	    {CHECK_CRIT, "Unavailable because broken"},
	    {CHECK_OK, "Available and active"}, {CHECK_UNKNOWN, "Unknown"},
	    {CHECK_OK, "Available and busy"}, {CHECK_UNKNOWN, "Unknown"}};
	unsigned bits;

	if (!(status >= 0 && status < 256)) {
		check_say(out, CHECK_UNKNOWN, "Status is not given");
		return;
	}
	bits = (unsigned)status;
	check_say(out, available[bits & 7].state, "Status: %s%s%s",
	    available[bits & 7].word, bits & 32 ? ", off-line" : "",
	    bits & 64 ? ", in transition" : "");
	if (bits & 16)
		check_say(out, CHECK_CRIT, "Alerts: Critical");
	else if (bits & 8)
		check_say(out, CHECK_WARN, "Alerts: Non-Critical");
	else
		check_say(out, CHECK_OK, "Alerts: None");
}
