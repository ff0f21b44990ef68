/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as people read them.
 */
#include "fetcher/checks/render.h"

#include "common/mem.h"

#include <math.h>
#include <stdint.h>
#include <time.h>

/* "%.*f" for 0 to 6 places, without printf's price. */
static void
fixed(struct str *out, double value, int places)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
	char text[40];
	size_t at = sizeof(text);

	if (!(fabs(value) < 9e12)) {
		str_addf(out, "%.*f", places, value);
		return;
	}
	double scaled = fabs(value) * powers[places];
	uint64_t n = (uint64_t)scaled;
	n += scaled - (double)n >= 0.5;
	bool negative = value < 0 && n > 0;
	for (int i = 0; i < places; i++, n /= 10)
		text[--at] = (char)('0' + n % 10);
	if (places > 0)
		text[--at] = '.';
	do
		text[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	if (negative)
		text[--at] = '-';
	str_addn(out, text + at, sizeof(text) - at);
}

void
render_number(struct str *out, double value)
{
	fixed(out, value, 2);
}

void
render_count(struct str *out, double value)
{
	fixed(out, value, 0);
}

void
render_percent(struct str *out, double value)
{
	if (value > 0 && value < 0.01)
		str_add(out, "<0.01%");
	else {
		fixed(out, value, 2);
		str_addc(out, '%');
	}
}

static void
three_digits(struct str *out, double value, const char *const *units, size_t n,
    double step)
{
	size_t unit = 0;
	if (value < 0) {
		str_addc(out, '-');
		value = -value;
	}
	while (value >= step - 0.5 && unit + 1 < n) {
		value /= step;
		unit++;
	}
	int places = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	fixed(out, value, places);
	str_addc(out, ' ');
	str_add(out, units[unit]);
}

void
render_bytes(struct str *out, double value)
{
	static const char *const units[] = {
	    "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	three_digits(out, value, units, ARRAY_LEN(units), 1024);
}

void
render_mebibytes(struct str *out, double value)
{
	render_bytes(out, value * 1024 * 1024);
}

void
render_byte_rate(struct str *out, double value)
{
	static const char *const units[] = {
	    "B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
	three_digits(out, value, units, ARRAY_LEN(units), 1000);
}

void
render_bit_rate(struct str *out, double value)
{
	static const char *const units[] = {
	    "Bit/s", "kBit/s", "MBit/s", "GBit/s", "TBit/s"};
	size_t unit = 0;
	for (; value >= 1000 && unit + 1 < ARRAY_LEN(units); unit++)
		value /= 1000;
	str_addf(out, "%.4g %s", value, units[unit]);
}

void
render_timespan(struct str *out, double value)
{
	static const struct {
		double seconds;
		const char *name;
	} units[] = {{31536000, "year"}, {86400, "day"}, {3600, "hour"},
	    {60, "minute"}, {1, "second"}};
	int said = 0;

	if (value < 0) {
		str_addc(out, '-');
		value = -value;
	}
	if (value > 0 && value < 1) {
		str_addf(out, "%.0f milliseconds", value * 1000);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(units) && said < 2; i++) {
		double n = floor(value / units[i].seconds);
		if (said == 0 && n < 1 && i + 1 < ARRAY_LEN(units))
			continue;
		value -= n * units[i].seconds;
		if (said++ > 0)
			str_addc(out, ' ');
		fixed(out, n, 0);
		str_addc(out, ' ');
		str_add(out, units[i].name);
		if (!(n >= 0.5 && n <= 1.5))
			str_addc(out, 's');
	}
}

void
render_seconds(struct str *out, double value)
{
	double a = fabs(value);
	if (a >= 120)
		render_timespan(out, value);
	else if (a >= 1 || a < 1e-9)
		str_addf(out, "%.2f s", value);
	else if (a >= 1e-3)
		str_addf(out, "%.2f ms", value * 1e3);
	else
		str_addf(out, "%.1f us", value * 1e6);
}

static char *
put_digits(char *at, int value, int n)
{
	for (int i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

void
render_date(struct str *out, double value)
{
	static const char between[] = "-- ::";
	time_t t = (time_t)value;
	struct tm tm;
	char text[24], *at = text;

	if (localtime_r(&t, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 8099)
		return;
	const int parts[] = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		at = put_digits(at, parts[i], i == 0 ? 4 : 2);
		if (i + 1 < ARRAY_LEN(parts))
			*at++ = between[i];
	}
	str_addn(out, text, (size_t)(at - text));
}

void
render_plain(struct str *out, double value)
{
	size_t begin = out->len;
	if (value > -1e15 && value < 1e15 && value == trunc(value)) {
		fixed(out, value, 0);
		return;
	}
	fixed(out, value, 6);
	while (out->len > begin + 1 && out->s[out->len - 1] == '0')
		out->s[--out->len] = '\0';
	if (out->s[out->len - 1] == '.')
		out->s[--out->len] = '\0';
}
