/* SPDX-License-Identifier: Apache-2.0
 *
 * MessagePack into memory that was reserved before: messages and records have
 * some fifty numbers, most of them small, and a look at the room for each was
 * a third of what telling a state cost. Private to the encoders of msg.c and of
 * core's records; everything else writes by wire.h.
 */
#ifndef COMMON_WIRE_RAW_H
#define COMMON_WIRE_RAW_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The most bytes that a value takes. */
#define WIRE_ROOM_ARRAY   5u
#define WIRE_ROOM_u32(v)  5u
#define WIRE_ROOM_u64(v)  9u
#define WIRE_ROOM_i64(v)  9u
#define WIRE_ROOM_f64(v)  9u
#define WIRE_ROOM_bool(v) 1u
#define WIRE_ROOM_str(v)  (5u + (v).len)
#define WIRE_ROOM_list(v) (5u + (v).len)

/* Room for `room` bytes; the place to write to. */
static inline uint8_t *
wire_raw_begin(struct str *out, size_t room)
{
	if (out->s == NULL || out->cap - out->len <= room)
		str_reserve(out, room);
	return (uint8_t *)out->s + out->len;
}

/* `p` is behind the last byte written. */
static inline void
wire_raw_end(struct str *out, uint8_t *p)
{
	*p = '\0';
	out->len = (size_t)(p - (uint8_t *)out->s);
}

static inline uint8_t *
wire_raw_16(uint8_t *p, uint8_t tag, uint16_t v)
{
	v = __builtin_bswap16(v);
	*p = tag;
	memcpy(p + 1, &v, sizeof(v));
	return p + 3;
}

static inline uint8_t *
wire_raw_32(uint8_t *p, uint8_t tag, uint32_t v)
{
	v = __builtin_bswap32(v);
	*p = tag;
	memcpy(p + 1, &v, sizeof(v));
	return p + 5;
}

static inline uint8_t *
wire_raw_64(uint8_t *p, uint8_t tag, uint64_t v)
{
	v = __builtin_bswap64(v);
	*p = tag;
	memcpy(p + 1, &v, sizeof(v));
	return p + 9;
}

static inline uint8_t *
wire_raw_u32(uint8_t *p, uint32_t v)
{
	if (v < 0x80) {
		*p = (uint8_t)v;
		return p + 1;
	}
	if (v > 0xffff)
		return wire_raw_32(p, 0xce, v);
	if (v > 0xff)
		return wire_raw_16(p, 0xcd, (uint16_t)v);
	p[0] = 0xcc;
	p[1] = (uint8_t)v;
	return p + 2;
}

static inline uint8_t *
wire_raw_u64(uint8_t *p, uint64_t v)
{
	return v <= UINT32_MAX ? wire_raw_u32(p, (uint32_t)v)
			       : wire_raw_64(p, 0xcf, v);
}

static inline uint8_t *
wire_raw_i64(uint8_t *p, int64_t v)
{
	if (v >= 0)
		return wire_raw_u64(p, (uint64_t)v);
	if (v >= -32) {
		*p = (uint8_t)v;
		return p + 1;
	}
	if (v < INT32_MIN)
		return wire_raw_64(p, 0xd3, (uint64_t)v);
	return wire_raw_32(p, 0xd2, (uint32_t)v);
}

static inline uint8_t *
wire_raw_f64(uint8_t *p, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return wire_raw_64(p, 0xcb, bits);
}

static inline uint8_t *
wire_raw_bool(uint8_t *p, bool v)
{
	*p = v ? 0xc3 : 0xc2;
	return p + 1;
}

static inline uint8_t *
wire_raw_bytes(uint8_t *p, struct slice v)
{
	if (v.len > 0)
		memcpy(p, v.s, v.len);
	return p + v.len;
}

static inline uint8_t *
wire_raw_str(uint8_t *p, struct slice v)
{
	if (v.len < 32) {
		*p++ = (uint8_t)(0xa0 | v.len);
	} else if (v.len <= 0xff) {
		*p++ = 0xd9;
		*p++ = (uint8_t)v.len;
	} else if (v.len <= 0xffff) {
		p = wire_raw_16(p, 0xda, (uint16_t)v.len);
	} else {
		p = wire_raw_32(p, 0xdb, (uint32_t)v.len);
	}
	return wire_raw_bytes(p, v);
}

static inline uint8_t *
wire_raw_list(uint8_t *p, struct slice v)
{
	if (v.len <= 0xff) {
		*p++ = 0xc4;
		*p++ = (uint8_t)v.len;
	} else if (v.len <= 0xffff) {
		p = wire_raw_16(p, 0xc5, (uint16_t)v.len);
	} else {
		p = wire_raw_32(p, 0xc6, (uint32_t)v.len);
	}
	return wire_raw_bytes(p, v);
}

static inline uint8_t *
wire_raw_array(uint8_t *p, uint32_t n)
{
	if (n < 16) {
		*p = (uint8_t)(0x90 | n);
		return p + 1;
	}
	return n <= 0xffff ? wire_raw_16(p, 0xdc, (uint16_t)n)
			   : wire_raw_32(p, 0xdd, n);
}

#endif
