/* SPDX-License-Identifier: Apache-2.0
 *
 * Section timesyncd: `timedatectl timesync-status` and the time of the stamp
 * that the daemon leaves; section timesyncd_ntpmessage: its last message.
 */
#ifndef FETCHER_SECTIONS_TIMESYNCD_H
#define FETCHER_SECTIONS_TIMESYNCD_H

#include "fetcher/sections/section.h"

struct section_timesyncd {
	struct slice server; /* empty: none */
	bool has_offset, has_jitter, has_stratum, has_sync;
	double offset, jitter; /* seconds */
	double stratum;
	double synced_at; /* since 1970 */
};

struct section_timesyncd_message {
	double received_at; /* since 1970; 0: not known */
};

extern const struct section_type section_timesyncd;
extern const struct section_type section_timesyncd_message;

#endif
