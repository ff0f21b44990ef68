/* SPDX-License-Identifier: Apache-2.0
 *
 * MessagePack bodies: a writer that appends and a reader that walks bytes
 * without building a tree or allocating. The reader is sticky: after its first
 * failure every get returns an empty value, so a message of twenty fields
 * needs one look at the end. The only file that includes msgpack's header is
 * wire.c.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Writing appends to a struct str. */
void wire_put_array(struct str *out, uint32_t n);
void wire_put_u32(struct str *out, uint32_t v);
void wire_put_u64(struct str *out, uint64_t v);
void wire_put_i64(struct str *out, int64_t v);
void wire_put_f64(struct str *out, double v);
void wire_put_bool(struct str *out, bool v);
/* Any bytes; str in MessagePack's terms. */
void wire_put_str(struct str *out, struct slice v);
/* Encoded records one after the other; bin in MessagePack's terms. */
void wire_put_list(struct str *out, struct slice v);

struct wire {
	const uint8_t *p, *end;
	const char *why; /* NULL while all is well; a constant text */
};

struct wire wire_of(struct slice bytes);
bool wire_at_end(const struct wire *w);
void wire_fail(struct wire *w, const char *why);
/* The number of elements; claims beyond the bytes that are left fail. */
uint32_t wire_get_array(struct wire *w);
uint32_t wire_get_u32(struct wire *w);
uint64_t wire_get_u64(struct wire *w);
int64_t wire_get_i64(struct wire *w);
double wire_get_f64(struct wire *w);
bool wire_get_bool(struct wire *w);
/* Borrow the input's bytes. */
struct slice wire_get_str(struct wire *w);
struct slice wire_get_list(struct wire *w);
/* Skips one value of any kind; nesting deeper than 16 fails. */
void wire_skip(struct wire *w);

#endif
