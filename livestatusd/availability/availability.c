/* SPDX-License-Identifier: Apache-2.0
 *
 * Availability; see availability.h.
 */
#include "livestatusd/availability/availability.h"

#include "common/mem.h"

#include <stdlib.h>

const char *
avail_bucket_name(enum avail_bucket b, bool of_host)
{
	static const char *const names[] = {"unmonitored", "out_of_service",
	    "downtime", "host_down", "flapping"};
	static const char *const host[] = {"up", "down", "unreach", "unknown"};
	static const char *const service[] = {"ok", "warn", "crit", "unknown"};

	if (b < AVAIL_STATE)
		return names[b];
	return (of_host ? host : service)[b - AVAIL_STATE];
}

void
avail_defaults(struct avail_options *o)
{
	*o = (struct avail_options){
	    .flapping = true,
	    .host_down = true,
	    .service_as = {0, 1, 2, 3},
	    .host_as = {0, 1, 2},
	};
}

static int
find_word(const char *const *words, size_t n, struct slice word)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eqs(word, words[i]))
			return (int)i;
	return -1;
}

bool
avail_rule_named(const char *word, enum avail_rule *rule_r)
{
	static const char *const words[] = {"honour", "exclude", "ignore"};

	for (size_t i = 0; word != NULL && i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*rule_r = (enum avail_rule)i;
		return true;
	}
	return word == NULL;
}

bool
avail_set_group(struct avail_options *o, struct slice word)
{
	static const char *const service[] = {"ok", "warn", "crit", "unknown"};
	static const char *const host[] = {"up", "down", "unreach"};
	struct slice from;
	int a, b;

	if (!slice_next(&word, '=', &from))
		return false;
	a = find_word(service, ARRAY_LEN(service), from);
	b = find_word(service, ARRAY_LEN(service), word);
	if (a >= 0 && b >= 0) {
		o->service_as[a] = (uint8_t)b;
		return true;
	}
	a = find_word(host, ARRAY_LEN(host), from);
	b = find_word(host, ARRAY_LEN(host), word);
	if (a < 0 || b < 0)
		return false;
	o->host_as[a] = (uint8_t)b;
	return true;
}

static enum avail_bucket
state_bucket(const struct avail_options *o, bool of_host, int8_t state)
{
	uint8_t s = state < 0 ? 0 : (uint8_t)state;

	if (of_host)
		return AVAIL_STATE + (s < 3 ? o->host_as[s] : s % 4u);
	return AVAIL_STATE + (s < 4 ? o->service_as[s] : 3u);
}

/* AV-1 */
static enum avail_bucket
bucket_of(
    const struct avail_options *o, bool of_host, const struct avail_span *s)
{
	enum avail_bucket state = state_bucket(o, of_host, s->state);
	bool downtime = s->in_downtime || (!of_host && s->in_host_downtime);

	if (s->state < 0)
		return AVAIL_UNMONITORED;
	if (!s->in_service_period && o->service_period != AVAIL_IGNORE)
		return AVAIL_OUT_OF_SERVICE;
	if (downtime && o->downtimes != AVAIL_IGNORE &&
	    !(o->downtime_ok && state == AVAIL_STATE))
		return AVAIL_DOWNTIME;
	if (!of_host && s->host_down && o->host_down)
		return AVAIL_HOST_DOWN;
	if (s->is_flapping && o->flapping)
		return AVAIL_FLAPPING;
	return state;
}

bool
avail_in_base(const struct avail_options *o, enum avail_bucket b)
{
	if (b == AVAIL_UNMONITORED)
		return o->with_unmonitored;
	if (b == AVAIL_DOWNTIME)
		return o->downtimes != AVAIL_EXCLUDE;
	if (b == AVAIL_OUT_OF_SERVICE)
		return o->service_period != AVAIL_EXCLUDE;
	return true;
}

static bool
is_short(const struct avail_options *o, const struct avail_phase *p)
{
	return p->until - p->from < o->short_s;
}

/* Equal neighbours become one; a short phase between equal ones, too. */
static void
add_phase(struct avail *a, const struct avail_options *o, struct avail_phase p)
{
	struct avail_phase *last;

	if (p.from >= p.until)
		return;
	last = a->n_phases == 0 ? NULL : &a->phases[a->n_phases - 1];
	if (last != NULL && last->bucket == p.bucket) {
		last->until = p.until;
		return;
	}
	if (a->n_phases >= 2 && is_short(o, last) &&
	    last[-1].bucket == p.bucket) {
		a->n_phases--;
		last[-1].until = p.until;
		return;
	}
	ARRAY_GROW(a->phases, a->n_phases, a->cap_phases);
	a->phases[a->n_phases++] = p;
}

static bool
is_outage(enum avail_bucket b)
{
	return b > AVAIL_STATE || b == AVAIL_HOST_DOWN;
}

void
avail_compute(struct avail *a, const struct avail_options *o, bool of_host,
    const struct avail_span *spans, size_t n)
{
	int64_t outage = 0;

	for (size_t i = 0; i < n; i++)
		add_phase(a, o,
		    (struct avail_phase){spans[i].from, spans[i].until,
			bucket_of(o, of_host, &spans[i])});
	for (size_t i = 0; i < a->n_phases; i++) {
		const struct avail_phase *p = &a->phases[i];
		int64_t s = p->until - p->from;

		a->seconds[p->bucket] += s;
		a->window += s;
		if (avail_in_base(o, p->bucket))
			a->base += s;
		/* CRIT and then UNKNOWN are one outage. */
		outage = is_outage(p->bucket) ? outage + s : 0;
		a->outages += outage == s && outage > 0;
		if (outage > a->longest_outage)
			a->longest_outage = outage;
	}
}

void
avail_add(struct avail *sum, const struct avail *a)
{
	for (int b = 0; b < AVAIL_BUCKETS; b++)
		sum->seconds[b] += a->seconds[b];
	sum->window += a->window;
	sum->base += a->base;
	sum->outages += a->outages;
	if (a->longest_outage > sum->longest_outage)
		sum->longest_outage = a->longest_outage;
}

double
avail_percent(const struct avail *a, enum avail_bucket b)
{
	return a->base == 0 ? 0
			    : 100.0 * (double)a->seconds[b] / (double)a->base;
}

void
avail_free(struct avail *a)
{
	free(a->phases);
	*a = (struct avail){0};
}
