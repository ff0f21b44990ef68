/* SPDX-License-Identifier: Apache-2.0
 *
 * The context of a notification: a flat set of string pairs, found by a hash of
 * their keys.
 * What enters is made safe for every later use (environment, mail, history):
 * no NUL, valid UTF-8, keys without '=' and blanks, bounded in number and
 * size.
 */
#ifndef NOTIFYD_CONTEXT_H
#define NOTIFYD_CONTEXT_H

#include "common/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define CONTEXT_MAX_PAIRS 1000
#define CONTEXT_MAX_KEY   200
/* Long outputs are cut first, then the longest values. */
#define CONTEXT_MAX_BYTES (1u << 20)

struct context_pair {
	char *key, *value; /* the context's */
	size_t key_len, value_len;
	uint32_t hash; /* of the key */
};
struct context_chunk; /* memory of many pairs */

struct context {
	struct context_pair *pairs; /* in no order */
	size_t n, cap;
	size_t bytes; /* of keys and values */
	struct context_chunk *chunks;
	uint16_t *slots; /* index of a pair + 1; 0: free */
	size_t n_slots;  /* a power of two */
};

void context_free(struct context *ctx); /* ready for use again */
/* Replaces. A pair beyond the bounds is left out; false then. */
bool context_set(struct context *ctx, const char *key, struct slice value);
bool context_put(struct context *ctx, struct slice key, struct slice value);
bool context_sets(struct context *ctx, const char *key, const char *value);
bool context_setf(struct context *ctx, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The value, or NULL. */
const char *context_get(const struct context *ctx, const char *key);
/* The value, or "". */
const char *context_text(const struct context *ctx, const char *key);
/* Takes every pair away whose key begins so. */
void context_drop(struct context *ctx, const char *prefix);
void context_copy(struct context *to, const struct context *from);
/* The pairs ascending by key, as people read them; freed by the caller. */
struct context_pair *context_sorted(const struct context *ctx);

/* From and to msg_pair records. Damaged records end the reading: -1. */
int context_from_pairs(struct context *ctx, struct slice list);
void context_to_pairs(const struct context *ctx, struct str *list);
/* Each pair of a JSON object of strings. */
void context_from_json(struct context *ctx, const json_t *object);
json_t *context_to_json(const struct context *ctx);
/* Cuts until the bytes are at most `max`. */
void context_bound(struct context *ctx, size_t max);

/* Is this a notification about a service? */
bool context_is_service(const struct context *ctx);
/* The value of PREFIX + HOST or SERVICE + SUFFIX by kind, or "". */
const char *context_of_object(
    const struct context *ctx, const char *prefix, const char *suffix);

/* Appends the text with bytes that are not UTF-8 replaced by U+FFFD, without
 * NUL. */
void text_add_clean(struct str *to, struct slice text);

#endif
