/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as people read them, appended to a string.
 */
#ifndef FETCHER_CHECKS_RENDER_H
#define FETCHER_CHECKS_RENDER_H

#include "common/str.h"

typedef void render_fn(struct str *out, double value);

render_fn render_number;    /* 12.34 */
render_fn render_count;     /* 12 */
render_fn render_percent;   /* 12.34% */
render_fn render_bytes;     /* 1.23 GiB: three digits */
render_fn render_mebibytes; /* the same of a value in MiB */
render_fn render_byte_rate; /* 1.23 MB/s, in thousands */
render_fn render_bit_rate;  /* 1 Gbit/s, of a value in bits */
render_fn render_timespan;  /* 1 day 2 hours: the two largest units */
render_fn render_seconds;   /* 12.3 s, 4.56 ms */
/* Local time of this process: 2026-03-02 08:00:00 */
render_fn render_date;
/* For machines: no exponent, at most six places, "." as point. */
render_fn render_plain;

#endif
