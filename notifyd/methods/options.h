/* SPDX-License-Identifier: Apache-2.0
 *
 * notifications.methods.NAME of site.yaml: how a method's calls are limited
 * and repeated. Pure.
 */
#ifndef NOTIFYD_METHODS_OPTIONS_H
#define NOTIFYD_METHODS_OPTIONS_H

#include "common/err.h"

#include <jansson.h>
#include <limits.h>
#include <stdint.h>

#define METHOD_MAX_RETRIES  20
#define METHOD_ANY_TRIES    UINT_MAX
#define METHOD_MAX_PAUSE_MS (INT64_C(30) * 60 * 1000)

struct method_options {
	int64_t timeout_ms;   /* of one call */
	unsigned tries;       /* calls in all; METHOD_ANY_TRIES: no bound */
	int64_t give_up_ms;   /* the last call is the first after so long */
	unsigned concurrency; /* calls at once */
	/* Pauses before the second, third ... call; the last one repeats. One
	 * alone doubles up to METHOD_MAX_PAUSE_MS. */
	int64_t retry_ms[METHOD_MAX_RETRIES];
	unsigned n_retry;
};

/* Defaults, overlaid by methods[name]. 0 or -1 with path and reason. */
int method_options_read(const json_t *methods, const char *name,
    struct method_options *options_r, struct err *err_r);
/* The pause after so many calls (from 1). */
int64_t method_options_pause(
    const struct method_options *options, unsigned tries);

#endif
