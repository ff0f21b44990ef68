/* SPDX-License-Identifier: Apache-2.0
 *
 * Availability (core-semantics section 21.2): how long an object was in which
 * condition. Spans of the table `statehist` and options go in, seconds for each
 * bucket come out. Pure.
 */
#ifndef LIVESTATUSD_AVAILABILITY_AVAILABILITY_H
#define LIVESTATUSD_AVAILABILITY_AVAILABILITY_H

#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each moment belongs to exactly one; the first that fits (AV-1). */
enum avail_bucket {
	AVAIL_UNMONITORED,
	AVAIL_OUT_OF_SERVICE, /* not in the service period */
	AVAIL_DOWNTIME,
	AVAIL_HOST_DOWN, /* services: the host was not UP */
	AVAIL_FLAPPING,
	AVAIL_STATE, /* + 0..3: OK WARN CRIT UNKNOWN, UP DOWN UNREACH */
	AVAIL_BUCKETS = AVAIL_STATE + 4
};
/* "ok", "down", "host_down", ...: for JSON and heads of tables. */
const char *avail_bucket_name(enum avail_bucket b, bool of_host);

enum avail_rule {      /* what becomes of downtimes, of time out of service */
	AVAIL_HONOUR,  /* a bucket of its own, part of the base */
	AVAIL_EXCLUDE, /* it vanishes from the base */
	AVAIL_IGNORE   /* as if it were not so */
};

struct avail_options { /* AV-2; avail_defaults() */
	enum avail_rule downtimes, service_period;
	bool downtime_ok;      /* OK or UP in downtime counts as OK or UP */
	bool flapping;         /* consider it */
	bool host_down;        /* consider it */
	bool with_unmonitored; /* it is part of the base */
	uint8_t service_as[4]; /* as which state each counts: WARN as OK, ... */
	uint8_t host_as[3];
	int64_t
	    short_s; /* shorter phases between two equal ones are absorbed */
};
void avail_defaults(struct avail_options *o);
/* honour, exclude, ignore; NULL changes nothing. False: it is no such word. */
bool avail_rule_named(const char *word, enum avail_rule *rule_r);
/* A word of the command line, such as "warn=ok"; false: it is none. */
bool avail_set_group(struct avail_options *o, struct slice word);

struct avail_span { /* of one object: ascending, without gaps */
	int64_t from, until;
	int8_t state; /* -1 unmonitored */
	bool host_down, in_downtime, in_host_downtime, is_flapping;
	bool in_service_period;
};

struct avail_phase {
	int64_t from, until;
	enum avail_bucket bucket;
};

struct avail { /* seconds */
	int64_t seconds[AVAIL_BUCKETS];
	int64_t window, base; /* base: that percentages are of */
	/* Phases in which the object was neither good nor excused. */
	uint32_t outages;
	int64_t longest_outage;
	struct avail_phase *phases; /* no two neighbours alike */
	size_t n_phases, cap_phases;
};
void avail_free(struct avail *a);
/* Adds the object's spans to `a`, which is {0}. */
void avail_compute(struct avail *a, const struct avail_options *o, bool of_host,
    const struct avail_span *spans, size_t n);
/* Several objects together: seconds are added, phases are not. */
void avail_add(struct avail *sum, const struct avail *a);
/* Of the base; 0 where there is none. */
double avail_percent(const struct avail *a, enum avail_bucket b);
/* Is the bucket part of the base? */
bool avail_in_base(const struct avail_options *o, enum avail_bucket b);

#endif
