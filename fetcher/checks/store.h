/* SPDX-License-Identifier: Apache-2.0
 *
 * What a service's check keeps between two runs: counters for rates,
 * averages, a text. It travels with the job as an opaque blob; an entry that a
 * run does not touch is forgotten. A blob that is damaged or of another version
 * counts as none.
 */
#ifndef FETCHER_CHECKS_STORE_H
#define FETCHER_CHECKS_STORE_H

#include "common/str.h"

#include <stdbool.h>
#include <stddef.h>

#define STORE_MAX_ENTRIES 216
#define STORE_MAX_KEY     24
#define STORE_MAX_BYTES   4096

struct check_store_entry {
	char key[STORE_MAX_KEY];
	double time, value, start;
};
struct check_store {
	struct check_store_entry old[STORE_MAX_ENTRIES];
	struct check_store_entry now[STORE_MAX_ENTRIES];
	size_t n_old, n_now;
	size_t bytes;          /* of what is to be saved */
	bool full;             /* something did not fit and is forgotten */
	size_t next;           /* where the next key is looked for first */
	struct slice old_text; /* borrowed from the blob */
	struct str text;       /* kept by this run */
};

void check_store_load(struct check_store *store, struct slice blob);
void check_store_free(struct check_store *store);
/* Appends the entries touched since loading; nothing if there are none. */
void check_store_save(const struct check_store *store, struct str *blob);

/*
 * Per second since the last run. False without a rate: first sight, no time
 * between, or (with `counter`) a value below the last one. The new value is
 * kept in every case. Keys are shorter than STORE_MAX_KEY.
 */
bool check_store_rate(struct check_store *store, const char *key, double time,
    double value, bool counter, double *rate_r);
/* The number kept by the last run; false: none. It is not kept on by this. */
bool check_store_get(
    struct check_store *store, const char *key, double *value_r);
/* When that number was kept, by the clock of that run; false: there is none. */
bool check_store_time(
    struct check_store *store, const char *key, double *time_r);
void check_store_put(
    struct check_store *store, const char *key, double time, double value);
/*
 * Keeps a text, which the next run finds in old_text. False if it has no room
 * beside the numbers; it comes after them.
 */
bool check_store_keep_text(struct check_store *store, struct slice text);
/* value - last value, under the same rules. */
bool check_store_delta(struct check_store *store, const char *key, double time,
    double value, double *delta_r);
/* The exponential average of the last `minutes`, with the value in it. */
double check_store_average(struct check_store *store, const char *key,
    double time, double value, double minutes);

#endif
