/* SPDX-License-Identifier: Apache-2.0
 *
 * Section ntp: peers of `ntpq -np`.
 */
#ifndef FETCHER_SECTIONS_NTP_H
#define FETCHER_SECTIONS_NTP_H

#include "fetcher/sections/section.h"

struct ntp_peer {
	char code; /* "*" and "o": in use; "%": none */
	struct slice name, reference;
	double stratum;
	double when;           /* seconds since the last packet; -1: none yet */
	double offset, jitter; /* ms */
};

struct section_ntp {
	struct ntp_peer *peers;
	size_t n, cap;
};

extern const struct section_type section_ntp;

#endif
