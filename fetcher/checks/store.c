/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters and averages of one service. Blob: a byte for the version, then for
 * each entry a byte of flags and length of key, the key, the value, and, where
 * they differ from the entry before, time and start (doubles of this machine).
 * A text comes last, after a byte 0.
 */
#include "fetcher/checks/store.h"

#include "common/log.h"

#include <math.h>

#define VERSION   2
#define HAS_TIME  0x80u
#define HAS_START 0x40u
#define KEY_BITS  0x3fu

static bool
take(struct slice *blob, void *to, size_t n)
{
	if (blob->len < n)
		return false;
	memcpy(to, blob->s, n);
	blob->s += n;
	blob->len -= n;
	return true;
}

static bool
load_entry(struct slice *blob, struct check_store_entry *e)
{
	unsigned char head;
	if (!take(blob, &head, 1))
		return false;
	size_t len = head & KEY_BITS;
	if (len == 0 || len >= STORE_MAX_KEY || !take(blob, e->key, len) ||
	    memchr(e->key, '\0', len) != NULL ||
	    !take(blob, &e->value, sizeof(double)) ||
	    ((head & HAS_TIME) && !take(blob, &e->time, sizeof(double))) ||
	    ((head & HAS_START) && !take(blob, &e->start, sizeof(double))))
		return false;
	e->key[len] = '\0';
	return isfinite(e->value) && isfinite(e->time) && isfinite(e->start);
}

void
check_store_load(struct check_store *store, struct slice blob)
{
	unsigned char version;
	double time = 0, start = 0;

	store->n_old = store->n_now = store->next = 0;
	store->bytes = 1;
	store->full = false;
	store->old_text = (struct slice){NULL, 0};
	str_clear(&store->text);
	if (blob.len > STORE_MAX_BYTES || !take(&blob, &version, 1) ||
	    version != VERSION)
		return;
	while (blob.len > 0 && store->n_old < STORE_MAX_ENTRIES) {
		if (*blob.s == '\0') {
			store->old_text =
			    (struct slice){blob.s + 1, blob.len - 1};
			return;
		}
		struct check_store_entry *e = &store->old[store->n_old];
		e->time = time;
		e->start = start;
		if (!load_entry(&blob, e)) {
			store->n_old = 0; /* half of it would mislead */
			return;
		}
		time = e->time;
		start = e->start;
		store->n_old++;
	}
}

void
check_store_save(const struct check_store *store, struct str *blob)
{
	double time = 0, start = 0;
	if (store->n_now == 0 && store->text.len == 0)
		return;
	str_addc(blob, VERSION);
	for (size_t i = 0; i < store->n_now; i++) {
		const struct check_store_entry *e = &store->now[i];
		size_t len = strlen(e->key);
		unsigned flags = (unsigned)len;
		flags |= e->time != time ? HAS_TIME : 0;
		flags |= e->start != start ? HAS_START : 0;
		str_addc(blob, (char)flags);
		str_addn(blob, e->key, len);
		str_addn(blob, (const char *)&e->value, sizeof(double));
		if (flags & HAS_TIME)
			str_addn(blob, (const char *)&e->time, sizeof(double));
		if (flags & HAS_START)
			str_addn(blob, (const char *)&e->start, sizeof(double));
		time = e->time;
		start = e->start;
	}
	if (store->text.len > 0) {
		str_addc(blob, '\0');
		str_addslice(blob, str_slice(&store->text));
	}
}

void
check_store_free(struct check_store *store)
{
	str_free(&store->text);
}

/* Keys come in the same order at each run, so the next one is the guess. */
static const struct check_store_entry *
find(struct check_store *store, const char *key)
{
	for (size_t i = 0; i < store->n_old; i++) {
		size_t at = (store->next + i) % store->n_old;
		if (strcmp(store->old[at].key, key) == 0) {
			store->next = at + 1;
			return &store->old[at];
		}
	}
	return NULL;
}

static void
keep(struct check_store *store, const char *key, double time, double value,
    double start)
{
	size_t len = strlen(key), last = store->n_now;
	size_t bytes = 1 + len + sizeof(double);

	must(len > 0 && len < STORE_MAX_KEY);
	if (last == 0 || store->now[last - 1].time != time)
		bytes += sizeof(double);
	if (last == 0 || store->now[last - 1].start != start)
		bytes += sizeof(double);
	if (last == STORE_MAX_ENTRIES ||
	    store->bytes + bytes > STORE_MAX_BYTES || !isfinite(time) ||
	    !isfinite(value)) {
		store->full = true;
		return;
	}
	struct check_store_entry *e = &store->now[store->n_now++];
	memcpy(e->key, key, len + 1);
	e->time = time;
	e->value = value;
	e->start = start;
	store->bytes += bytes;
}

bool
check_store_get(struct check_store *store, const char *key, double *value_r)
{
	const struct check_store_entry *old = find(store, key);
	if (old != NULL)
		*value_r = old->value;
	return old != NULL;
}

bool
check_store_time(struct check_store *store, const char *key, double *time_r)
{
	const struct check_store_entry *old = find(store, key);
	if (old == NULL)
		return false;
	*time_r = old->time;
	store->next--; /* its value is likely to be asked for */
	return true;
}

void
check_store_put(
    struct check_store *store, const char *key, double time, double value)
{
	keep(store, key, time, value, 0);
}

bool
check_store_keep_text(struct check_store *store, struct slice text)
{
	if (store->bytes + 1 + text.len > STORE_MAX_BYTES)
		return false;
	str_clear(&store->text);
	str_addslice(&store->text, text);
	return true;
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
