/* SPDX-License-Identifier: Apache-2.0
 *
 * Any JSON as the definition of a time period, asked around two changes of
 * the clock: a change of the answer is where it is said to be.
 */
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "common/period.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct periods *ps, int64_t at)
{
	bool in = period_is_in(ps, 0, at);
	int64_t change = period_next_change(ps, 0, at);

	must(change > at);
	if (change != INT64_MAX) {
		must(period_is_in(ps, 0, change) != in);
		must(period_is_in(ps, 0, change - 1) == in);
	}
	must(!in || period_next_in(ps, 0, at) == at);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str json = {0};
	struct snapb *b;
	struct snapshot *snap;
	struct periods *ps;
	struct err err;

	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	if (size > 4096)
		return 0;
	str_addn(&json, (const char *)data, size);
	b = snapb_new(1, 0);
	snapb_period(b, "p", "", str_get(&json));
	snap = snapb_open(b, &err);
	must(snap != NULL);
	ps = periods_compile(snap, &err);
	if (ps != NULL) {
		ask(ps, 1774659600);
		ask(ps, 1792886400 + 3599);
	}
	periods_free(&ps);
	snapshot_close(&snap);
	snapb_free(&b);
	str_free(&json);
	return 0;
}
