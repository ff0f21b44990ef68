/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict numbers: the whole text is a number in range, or it is refused.
 * Never atoi.
 */
#ifndef COMMON_NUM_H
#define COMMON_NUM_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Decimal, an optional sign, no blanks, no overflow. */
bool num_i64(struct slice s, int64_t *value_r);
bool num_u64(struct slice s, uint64_t *value_r);
/* Within [min, max]. */
bool num_range(struct slice s, int64_t min, int64_t max, int64_t *value_r);
/* Decimal point and exponent; neither hexadecimal nor "inf" nor "nan". */
bool num_double(struct slice s, double *value_r);

/*
 * A duration as in the configuration: "500ms", "6s", "5m", "25h", "1d", "2w",
 * joined ("1h30m"), or a bare number of seconds. Milliseconds.
 */
bool num_duration_ms(struct slice s, int64_t *ms_r);
/* "1d 2h", "90s", "250ms": for people. Appends to `str`. */
void num_duration_add(struct str *str, int64_t ms);

#endif
