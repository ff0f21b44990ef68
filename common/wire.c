/* SPDX-License-Identifier: Apache-2.0
 *
 * MessagePack reading and writing; see wire.h. Format:
 * the MessagePack specification.
 */
#include "common/wire.h"

#include <msgpack.h>

/*
 * msgpack's packer appends one to nine bytes at a time, of a size that the
 * compiler knows once this is inlined: half of the cost of a message.
 */
static inline __attribute__((always_inline)) int
append(void *data, const char *buf, size_t len)
{
	struct str *out = data;

	if (out->s == NULL || out->cap - out->len <= len)
		str_reserve(out, len < 64 ? 64 : len);
	memcpy(out->s + out->len, buf, len);
	out->len += len;
	out->s[out->len] = '\0';
	return 0;
}

static inline __attribute__((always_inline)) msgpack_packer
packer(struct str *out)
{
	return (msgpack_packer){.data = out, .callback = append};
}

void
wire_put_array(struct str *out, uint32_t n)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_array(&pk, n);
}

void
wire_put_u32(struct str *out, uint32_t v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_uint32(&pk, v);
}

void
wire_put_u64(struct str *out, uint64_t v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_uint64(&pk, v);
}

void
wire_put_i64(struct str *out, int64_t v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_int64(&pk, v);
}

void
wire_put_f64(struct str *out, double v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_double(&pk, v);
}

void
wire_put_bool(struct str *out, bool v)
{
	str_addc(out, v ? '\xc3' : '\xc2');
}

void
wire_put_str(struct str *out, struct slice v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_str(&pk, v.len);
	if (v.len > 0)
		append(out, v.s, v.len);
}

void
wire_put_list(struct str *out, struct slice v)
{
	msgpack_packer pk = packer(out);

	msgpack_pack_bin(&pk, v.len);
	str_addn(out, v.s, v.len);
}

struct wire
wire_of(struct slice bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.s;

	return (struct wire){p, p == NULL ? NULL : p + bytes.len, NULL};
}

bool
wire_at_end(const struct wire *w)
{
	return w->p == w->end;
}

void
wire_fail(struct wire *w, const char *why)
{
	if (w->why == NULL)
		w->why = why;
	w->p = w->end;
}

/* The next `n` bytes, big-endian; 0 after a failure. */
static uint64_t
take(struct wire *w, size_t n)
{
	uint64_t v = 0;

	if ((size_t)(w->end - w->p) < n) {
		wire_fail(w, "cut short");
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v = v << 8 | *w->p++;
	return v;
}

uint32_t
wire_get_array(struct wire *w)
{
	uint8_t tag = (uint8_t)take(w, 1);
	uint64_t n;

	if (w->why != NULL)
		return 0;
	if ((tag & 0xf0) == 0x90)
		n = tag & 0x0f;
	else if (tag == 0xdc)
		n = take(w, 2);
	else if (tag == 0xdd)
		n = take(w, 4);
	else {
		wire_fail(w, "an array is expected");
		return 0;
	}
	if (n > (uint64_t)(w->end - w->p)) {
		wire_fail(w, "an array claims more than there is");
		return 0;
	}
	return (uint32_t)n;
}

/* An integer of any width: its magnitude bits and whether it is negative. */
static uint64_t
get_int(struct wire *w, bool *negative_r)
{
	uint8_t tag = (uint8_t)take(w, 1);
	uint64_t v;

	*negative_r = false;
	if (w->why != NULL)
		return 0;
	if (tag < 0x80)
		return tag;
	if (tag >= 0xcc && tag <= 0xcf)
		return take(w, (size_t)1 << (tag - 0xcc));
	if (tag >= 0xe0)
		v = (uint64_t)(int64_t)(int8_t)tag;
	else if (tag == 0xd0)
		v = (uint64_t)(int64_t)(int8_t)take(w, 1);
	else if (tag == 0xd1)
		v = (uint64_t)(int64_t)(int16_t)take(w, 2);
	else if (tag == 0xd2)
		v = (uint64_t)(int64_t)(int32_t)take(w, 4);
	else if (tag == 0xd3)
		v = take(w, 8);
	else {
		wire_fail(w, "an integer is expected");
		return 0;
	}
	*negative_r = (int64_t)v < 0;
	return v;
}

static uint32_t
get_u32(struct wire *w)
{
	bool negative;
	uint64_t v = get_int(w, &negative);

	if (negative || v > UINT32_MAX) {
		wire_fail(w, "an integer is out of range");
		return 0;
	}
	return (uint32_t)v;
}

static uint64_t
get_u64(struct wire *w)
{
	bool negative;
	uint64_t v = get_int(w, &negative);

	if (negative) {
		wire_fail(w, "an integer is out of range");
		return 0;
	}
	return v;
}

static int64_t
get_i64(struct wire *w)
{
	bool negative;
	uint64_t v = get_int(w, &negative);

	if (!negative && v > INT64_MAX) {
		wire_fail(w, "an integer is out of range");
		return 0;
	}
	return (int64_t)v;
}

/* Most numbers are small: one byte. */
static inline bool
is_small(const struct wire *w)
{
	return w->p < w->end && *w->p < 0x80;
}

uint32_t
wire_get_u32(struct wire *w)
{
	return is_small(w) ? *w->p++ : get_u32(w);
}

uint64_t
wire_get_u64(struct wire *w)
{
	return is_small(w) ? *w->p++ : get_u64(w);
}

int64_t
wire_get_i64(struct wire *w)
{
	return is_small(w) ? *w->p++ : get_i64(w);
}

double
wire_get_f64(struct wire *w)
{
	union {
		uint64_t bits;
		double v;
	} u = {0};

	if (take(w, 1) != 0xcb) {
		wire_fail(w, "a float is expected");
		return 0;
	}
	u.bits = take(w, 8);
	return w->why == NULL ? u.v : 0;
}

bool
wire_get_bool(struct wire *w)
{
	uint64_t tag = take(w, 1);

	if (tag != 0xc2 && tag != 0xc3)
		wire_fail(w, "a boolean is expected");
	return w->why == NULL && tag == 0xc3;
}

static struct slice
take_bytes(struct wire *w, uint64_t n)
{
	struct slice v = {(const char *)w->p, (size_t)n};

	if (w->why != NULL || n > (uint64_t)(w->end - w->p)) {
		wire_fail(w, "cut short");
		return (struct slice){NULL, 0};
	}
	w->p += n;
	return v;
}

struct slice
wire_get_str(struct wire *w)
{
	uint8_t tag = (uint8_t)take(w, 1);

	if ((tag & 0xe0) == 0xa0)
		return take_bytes(w, tag & 0x1f);
	if (tag >= 0xd9 && tag <= 0xdb)
		return take_bytes(w, take(w, (size_t)1 << (tag - 0xd9)));
	wire_fail(w, "a string is expected");
	return (struct slice){NULL, 0};
}

struct slice
wire_get_list(struct wire *w)
{
	uint8_t tag = (uint8_t)take(w, 1);

	if (tag >= 0xc4 && tag <= 0xc6)
		return take_bytes(w, take(w, (size_t)1 << (tag - 0xc4)));
	wire_fail(w, "a list is expected");
	return (struct slice){NULL, 0};
}

static void
skip_at(struct wire *w, int depth)
{
	uint8_t tag;
	uint64_t n = 0;

	if (w->p == w->end || depth > 16) {
		wire_fail(w, depth > 16 ? "nested too deep" : "cut short");
		return;
	}
	tag = *w->p;
	if ((tag & 0xf0) == 0x90 || tag == 0xdc || tag == 0xdd) {
		for (n = wire_get_array(w); n > 0 && w->why == NULL; n--)
			skip_at(w, depth + 1);
	} else if ((tag & 0xe0) == 0xa0 || (tag >= 0xd9 && tag <= 0xdb)) {
		wire_get_str(w);
	} else if (tag >= 0xc4 && tag <= 0xc6) {
		wire_get_list(w);
	} else if (tag == 0xc0 || tag == 0xc2 || tag == 0xc3) {
		take(w, 1);
	} else if (tag == 0xcb) {
		wire_get_f64(w);
	} else {
		bool negative;

		get_int(w, &negative);
	}
}

void
wire_skip(struct wire *w)
{
	skip_at(w, 0);
}
