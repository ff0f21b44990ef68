/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one JSON object of the configuration: typed keys, a path for
 * words, mistakes gathered, unknown keys refused. Pure.
 */
#ifndef EVENTD_RULE_READER_H
#define EVENTD_RULE_READER_H

#include "common/str.h"
#include "eventd/rule/rule.h"

#include <jansson.h>

struct reader {
	const json_t *object; /* NULL: absent, every key takes its default */
	char path[160];
	struct str *mistakes;
	const char *seen[40]; /* keys that were asked for */
	size_t n_seen;
	bool bad; /* a mistake was reported by this reader */
};

/* `object` that is not an object is a mistake. */
void reader_init(struct reader *r, const json_t *object, struct str *mistakes,
    const char *path_fmt, ...) __attribute__((format(printf, 4, 5)));
void reader_sub(struct reader *r, struct reader *parent, const char *key);
/* Reports keys that nobody asked for. */
void reader_end(struct reader *r);
void reader_mistake(struct reader *r, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The value, NULL if absent or null. */
const json_t *reader_get(struct reader *r, const char *key);
bool reader_bool(struct reader *r, const char *key, bool absent);
/* Borrowed; NULL if absent. */
const char *reader_string(struct reader *r, const char *key);
int64_t reader_int(struct reader *r, const char *key, int64_t min, int64_t max,
    int64_t absent);
/* Microseconds; a duration in words or a number of seconds. */
int64_t reader_duration(
    struct reader *r, const char *key, int64_t min_us, int64_t absent);
/* Bytes: 65536, "64KiB", "1MiB", "2GiB". */
int64_t reader_size(struct reader *r, const char *key, int64_t min, int64_t max,
    int64_t absent);
/* A word of a NULL-terminated table: its index. */
int reader_word(
    struct reader *r, const char *key, const char *const *words, int absent);
void reader_strings(struct reader *r, const char *key, struct strings *to);
struct pattern *reader_pattern(
    struct reader *r, const char *key, enum pattern_kind kind);
/* A list of networks like 192.0.2.0/24. */
void reader_networks(struct reader *r, const char *key, struct networks *to);
/* {limit, action} */
bool reader_limit(struct reader *r, const char *key, struct limit *limit);

#endif
