/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict numbers; see num.h.
 */
#include "common/num.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool
num_u64(struct slice s, uint64_t *value_r)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)(s.s[i] - '0');

		/* 19 digits always fit. */
		if (s.s[i] < '0' || s.s[i] > '9' ||
		    (i >= 19 && value > (UINT64_MAX - digit) / 10))
			return false;
		value = value * 10 + digit;
	}
	*value_r = value;
	return true;
}

bool
num_i64(struct slice s, int64_t *value_r)
{
	bool negative = s.len > 0 && s.s[0] == '-';
	uint64_t value;

	if (s.len > 0 && (s.s[0] == '-' || s.s[0] == '+')) {
		s.s++;
		s.len--;
	}
	if (!num_u64(s, &value) ||
	    value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*value_r = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

bool
num_range(struct slice s, int64_t min, int64_t max, int64_t *value_r)
{
	int64_t value;

	if (!num_i64(s, &value) || value < min || value > max)
		return false;
	*value_r = value;
	return true;
}

/*
 * Up to 15 digits with a point or none, as nearly all numbers of agents are:
 * digits and power of ten are exact, so their quotient is strtod's.
 */
static bool
plain_decimal(struct slice s, double *value_r)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	bool negative = s.len > 0 && s.s[0] == '-';
	size_t digits = 0, point = 0, i = negative ? 1 : 0;
	uint64_t n = 0;

	if (s.len - i > 16)
		return false;
	for (; i < s.len; i++) {
		if (s.s[i] == '.' && point == 0 && digits > 0) {
			point = digits;
			continue;
		}
		if (s.s[i] < '0' || s.s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.s[i] - '0');
		digits++;
	}
	if (digits == 0 || digits > 15)
		return false;
	*value_r = (double)n / powers[point > 0 ? digits - point : 0];
	if (negative)
		*value_r = -*value_r;
	return true;
}

bool
num_double(struct slice s, double *value_r)
{
	char buf[64], *end;
	double value;

	if (plain_decimal(s, value_r))
		return true;
	if (s.len == 0 || s.len >= sizeof(buf))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (strchr("0123456789.eE+-", s.s[i]) == NULL || s.s[i] == '\0')
			return false;
	memcpy(buf, s.s, s.len);
	buf[s.len] = '\0';
	errno = 0;
	value = strtod(buf, &end);
	if (end == buf || *end != '\0' || !isfinite(value))
		return false;
	*value_r = value;
	return true;
}

static bool
unit_ms(struct slice *s, double *factor_r)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3},
	    {"d", 86400e3}, {"w", 604800e3}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_starts(*s, units[i].unit)) {
			size_t n = strlen(units[i].unit);

			s->s += n;
			s->len -= n;
			*factor_r = units[i].ms;
			return true;
		}
	return false;
}

bool
num_duration_ms(struct slice s, int64_t *ms_r)
{
	double total = 0;

	if (s.len == 0)
		return false;
	while (s.len > 0) {
		struct slice digits = {s.s, 0};
		double value, factor = 1e3;

		while (digits.len < s.len && s.s[digits.len] != '\0' &&
		    strchr("0123456789.", s.s[digits.len]) != NULL)
			digits.len++;
		if (!num_double(digits, &value))
			return false;
		s.s += digits.len;
		s.len -= digits.len;
		if (s.len > 0 && !unit_ms(&s, &factor))
			return false;
		total += value * factor;
	}
	if (total > 1e15)
		return false;
	*ms_r = (int64_t)llround(total);
	return true;
}

void
num_duration_add(struct str *str, int64_t ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000},
	    {"ms", 1}};
	int parts = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t n = ms / units[i].ms;

		if (n == 0 || parts == 2)
			continue;
		str_addf(str, "%s%" PRId64 "%s", parts++ ? " " : "", n,
		    units[i].unit);
		ms -= n * units[i].ms;
	}
	if (parts == 0)
		str_add(str, "0s");
}
