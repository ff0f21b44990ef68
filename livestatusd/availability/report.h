/* SPDX-License-Identifier: Apache-2.0
 *
 * From rows of the table `statehist` to what the verb and the console tell of
 * availability. Pure.
 */
#ifndef LIVESTATUSD_AVAILABILITY_REPORT_H
#define LIVESTATUSD_AVAILABILITY_REPORT_H

#include "livestatusd/availability/availability.h"

#include <jansson.h>

/* What is asked for, in this order. */
#define AVAIL_COLUMNS                                                          \
	"host_name service_description from until state host_down "            \
	"in_downtime in_host_downtime is_flapping in_service_period"
/* More rows are refused: nothing is better than a wrong number. */
#define AVAIL_ROWS_MAX 5000

struct avail_object {
	const char *host, *service; /* service "": the host itself */
	struct avail_span *spans;
	size_t n, cap;
};
/*
 * The objects of the rows, by name; they borrow the rows' texts. *n_r says how
 * many; avail_objects_free() frees.
 */
struct avail_object *avail_gather(const json_t *rows, size_t *n_r);
void avail_objects_free(struct avail_object *objects, size_t n);

/*
 * {host, service, window, base, outages, longest_outage, seconds: {BUCKET: n},
 * percent: {BUCKET: x}} and with `timeline` phases: [{from, until, bucket}].
 * The caller decrements.
 */
json_t *avail_json(const struct avail_options *options,
    const struct avail_object *o, const struct avail *a, bool of_host,
    bool timeline);

#endif
