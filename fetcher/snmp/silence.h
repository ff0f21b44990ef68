/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person reads when a device does not answer, or nothing of use, and
 * what to do about it. Pure.
 */
#ifndef FETCHER_SNMP_SILENCE_H
#define FETCHER_SNMP_SILENCE_H

#include "common/err.h"
#include "fetcher/snmp/options.h"
#include "fetcher/snmp/pdu.h"

struct snmp_silence {
	const struct snmp_options *options;
	const char *at;      /* "192.0.2.1:161" */
	const char *context; /* asked last; NULL: none */
	bool is_known;       /* version 3: it has made itself known */
	bool heard;          /* it has answered something */
	bool strange;        /* each try was answered, in this way: */
	enum pdu_fault fault;
};

void snmp_silence_words(const struct snmp_silence *silence, struct err *err_r);

#endif
