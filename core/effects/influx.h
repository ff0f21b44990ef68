/* SPDX-License-Identifier: Apache-2.0
 *
 * Performance data on its way to a time series database (common/influx.h): a
 * bounded buffer and a thread that sends batches by HTTP and tries again with
 * growing pauses. Core never waits for any of it. What the buffer does not take
 * is counted and lost, the newest first; nothing is written to disk.
 */
#ifndef CORE_EFFECTS_INFLUX_H
#define CORE_EFFECTS_INFLUX_H

#include "common/influx.h"
#include "common/str.h"

#include <stdint.h>

struct influx;

/* Takes the configuration. */
struct influx *influx_new(struct influx_conf *conf);
/* Another one, for what is sent from now on, or NULL: nothing is taken and what
 * waits is dropped. Takes it. */
void influx_configure(struct influx *in, struct influx_conf *conf);
/* Sends what waits if the server answers, for at most INFLUX_LAST_MS. */
#define INFLUX_LAST_MS 2000
void influx_free(struct influx **in);
/* As metrics_add(). */
void influx_add(struct influx *in, struct slice host, struct slice service,
    int64_t time, struct slice perfdata);

struct influx_counters {
	uint64_t values;  /* taken by the server */
	uint64_t refused; /* values, by the server: tried once */
	uint64_t
	    dropped; /* results: the buffer was full, or the daemon ended */
	uint64_t retries; /* batches sent again */
	uint64_t bytes;   /* of batches that were taken */
	uint64_t waiting; /* bytes */
	double usage;     /* of the buffer: 0 to 1 */
	bool connected;   /* the last batch was answered */
};
void influx_counters(struct influx *in, struct influx_counters *c_r);

#endif
