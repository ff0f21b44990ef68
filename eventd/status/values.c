/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates; see values.h.
 */
#include "eventd/status/values.h"

void
rates_sample(struct rates *r, const uint64_t counters[RATES], int64_t now_us)
{
	double seconds = (double)(now_us - r->at_us) / 1e6;

	for (int i = 0; i < RATES; i++) {
		double now;

		if (r->at_us != 0 && seconds > 0) {
			now = (double)(counters[i] - r->last[i]) / seconds;
			r->rate[i] = 0.9 * r->rate[i] + 0.1 * now;
			r->average[i] =
			    0.95 * r->average[i] + 0.05 * r->rate[i];
		}
		r->last[i] = counters[i];
	}
	r->at_us = now_us;
}

void
rates_processing(struct rates *r, double seconds)
{
	r->processing_s = 0.99 * r->processing_s + 0.01 * seconds;
}

void
rates_request(struct rates *r, double seconds)
{
	r->request_s = 0.95 * r->request_s + 0.05 * seconds;
}
