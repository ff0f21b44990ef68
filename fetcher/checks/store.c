/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters and averages of one service. Blob: [version, n x (key, time, value,
 * start)].
 */
#include "fetcher/checks/store.h"

#include "common/log.h"
#include "common/wire.h"

#include <math.h>

#define VERSION 1

void
check_store_load(struct check_store *store, struct slice blob)
{
	struct wire w = wire_of(blob);
	uint32_t n;

	store->n_old = store->n_now = 0;
	if (blob.len == 0 || blob.len > STORE_MAX_BYTES)
		return;
	n = wire_get_array(&w);
	if (wire_get_u32(&w) != VERSION || n % 4 != 1)
		return;
	for (n /= 4; n > 0 && store->n_old < STORE_MAX_ENTRIES; n--) {
		struct check_store_entry *e = &store->old[store->n_old];
		struct slice key = wire_get_str(&w);
		e->time = wire_get_f64(&w);
		e->value = wire_get_f64(&w);
		e->start = wire_get_f64(&w);
		if (w.why != NULL || key.len == 0 || key.len >= STORE_MAX_KEY)
			return;
		memcpy(e->key, key.s, key.len);
		e->key[key.len] = '\0';
		store->n_old++;
	}
}

void
check_store_save(const struct check_store *store, struct str *blob)
{
	if (store->n_now == 0)
		return;
	wire_put_array(blob, (uint32_t)(1 + 4 * store->n_now));
	wire_put_u32(blob, VERSION);
	for (size_t i = 0; i < store->n_now; i++) {
		const struct check_store_entry *e = &store->now[i];
		wire_put_str(blob, slice_of(e->key));
		wire_put_f64(blob, e->time);
		wire_put_f64(blob, e->value);
		wire_put_f64(blob, e->start);
	}
}

static const struct check_store_entry *
find(const struct check_store *store, const char *key)
{
	for (size_t i = 0; i < store->n_old; i++)
		if (strcmp(store->old[i].key, key) == 0)
			return &store->old[i];
	return NULL;
}

static void
keep(struct check_store *store, const char *key, double time, double value,
    double start)
{
	if (store->n_now == STORE_MAX_ENTRIES)
		return;
	struct check_store_entry *e = &store->now[store->n_now++];
	size_t len = strlen(key);
	must(len > 0 && len < STORE_MAX_KEY);
	memcpy(e->key, key, len + 1);
	e->time = time;
	e->value = value;
	e->start = start;
}

bool
check_store_delta(struct check_store *store, const char *key, double time,
    double value, double *delta_r)
{
	const struct check_store_entry *old = find(store, key);
	keep(store, key, time, value, 0);
	if (old == NULL || !(time > old->time) || value < old->value)
		return false;
	*delta_r = value - old->value;
	return true;
}

bool
check_store_rate(struct check_store *store, const char *key, double time,
    double value, bool counter, double *rate_r)
{
	const struct check_store_entry *old = find(store, key);
	keep(store, key, time, value, 0);
	if (old == NULL || !(time > old->time) ||
	    (counter && value < old->value))
		return false;
	*rate_r = (value - old->value) / (time - old->time);
	return true;
}

double
check_store_average(struct check_store *store, const char *key, double time,
    double value, double minutes)
{
	const struct check_store_entry *old = find(store, key);
	double seconds = minutes * 60;

	if (old == NULL || !isfinite(old->value)) {
		keep(store, key, time, value, time);
		return value;
	}
	double distance = time - old->time;
	if (!(distance > 0) || !(seconds > 0)) {
		keep(store, key, old->time, old->value, old->start);
		return old->value;
	}
	double age = (time - old->start) / (2 * seconds);
	double share = pow(0.5, age < 1 ? age : 1);
	double weight = pow(1 - share, distance / seconds);
	double average = (1 - weight) * value + weight * old->value;
	keep(store, key, time, average, old->start);
	return average;
}
