/* SPDX-License-Identifier: Apache-2.0
 *
 * Smoothed rates of the status table (event-console.md 23.1). Pure.
 */
#ifndef EVENTD_STATUS_VALUES_H
#define EVENTD_STATUS_VALUES_H

#include <stdint.h>

enum rate_of {
	RATE_MESSAGE,
	RATE_RULE_TRIE,
	RATE_RULE_HIT,
	RATE_DROP,
	RATE_OVERFLOW,
	RATE_EVENT,
	RATE_CONNECT,
	RATES
};
struct rates {
	uint64_t last[RATES];
	double rate[RATES], average[RATES]; /* a second */
	double processing_s, request_s;     /* smoothed, seconds */
	int64_t at_us; /* of the last sample; 0: none yet */
};

/* Every 5 seconds, with the counters as they are. */
void rates_sample(
    struct rates *r, const uint64_t counters[RATES], int64_t now_us);
void rates_processing(struct rates *r, double seconds);
void rates_request(struct rates *r, double seconds);

#endif
