/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as other programs write them.
 */
#include "fetcher/sections/timespan.h"

#include "common/num.h"

#include <stdint.h>
#include <time.h>

static const struct {
	const char *name;
	double seconds;
} units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"sec", 1}, {"m", 60},
    {"min", 60}, {"h", 3600}, {"d", 86400}, {"day", 86400}, {"days", 86400},
    {"w", 604800}, {"week", 604800}, {"weeks", 604800}, {"month", 2629800},
    {"months", 2629800}, {"y", 31557600}, {"year", 31557600},
    {"years", 31557600}};

static bool
unit_of(struct slice name, double *seconds_r)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_eqs(name, units[i].name)) {
			*seconds_r = units[i].seconds;
			return true;
		}
	return false;
}

bool
timespan_read(struct slice text, double *seconds_r)
{
	double sum = 0, sign = 1;
	bool any = false;
	struct slice word;

	text = slice_trim(text);
	if (text.len > 0 && (text.s[0] == '-' || text.s[0] == '+')) {
		sign = text.s[0] == '-' ? -1 : 1;
		text.s++;
		text.len--;
	}
	while (slice_word(&text, &word)) {
		size_t n = 0;
		double number, unit = 1;
		while (n < word.len &&
		    ((word.s[n] >= '0' && word.s[n] <= '9') ||
			word.s[n] == '.'))
			n++;
		if (!num_double((struct slice){word.s, n}, &number))
			return false;
		struct slice name = {word.s + n, word.len - n};
		if (name.len == 0 && text.len > 0 && !slice_word(&text, &name))
			name.len = 0;
		if (name.len > 0 && !unit_of(name, &unit))
			return false;
		sum += number * unit;
		any = true;
	}
	*seconds_r = sign * sum;
	return any;
}

bool
timespan_read_clock(struct slice text, double *seconds_r)
{
	double sum = 0, days = 0, number;
	const char *dash = memchr(text.s, '-', text.len);
	struct slice part;
	size_t n = 0;

	if (text.len == 0)
		return false;
	if (dash != NULL) {
		struct slice day = {text.s, (size_t)(dash - text.s)};
		if (!num_double(day, &days) || days < 0)
			return false;
		text.len -= day.len + 1;
		text.s = dash + 1;
	}
	while (slice_next(&text, ':', &part)) {
		if (++n > 3 || !num_double(part, &number) || number < 0)
			return false;
		sum = sum * 60 + number;
	}
	*seconds_r = days * 86400 + sum;
	return n > 0;
}

static bool
month_of(struct slice name, int *month_r)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; name.len == 3 && i < 12; i++)
		if (memcmp(names + 3 * i, name.s, 3) == 0) {
			*month_r = i;
			return true;
		}
	return false;
}

/* Whole numbers joined by `sep`, as many as there is room for. */
static bool
numbers(struct slice text, char sep, int *to, size_t n)
{
	struct slice word;
	for (size_t i = 0; i < n; i++) {
		int64_t value;
		if (!slice_next(&text, sep, &word) ||
		    !num_range(word, 0, 9999, &value))
			return false;
		to[i] = (int)value;
	}
	return true;
}

static bool
zone_of(struct slice name, double *east_r)
{
	static const struct {
		const char *name;
		double hours;
	} zones[] = {{"UTC", 0}, {"GMT", 0}, {"WET", 0}, {"WEST", 1},
	    {"BST", 1}, {"CET", 1}, {"CEST", 2}, {"EET", 2}, {"EEST", 3},
	    {"MSK", 3}, {"JST", 9}, {"EST", -5}, {"EDT", -4}, {"CST", -6},
	    {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (slice_eqs(name, zones[i].name)) {
			*east_r = zones[i].hours * 3600;
			return true;
		}
	return false;
}

bool
timespan_read_date(struct slice text, double *when_r)
{
	struct slice word[5];
	struct tm tm = {0};
	int date[3], clock[3];
	double east = 0;
	int64_t value;
	size_t n = 0;

	while (n < 5 && slice_word(&text, &word[n]))
		n++;
	if (n == 5 && month_of(word[1], &tm.tm_mon)) {
		if (!num_range(word[2], 1, 31, &value) ||
		    !numbers(word[3], ':', clock, 3))
			return false;
		tm.tm_mday = (int)value;
		if (!num_range(word[4], 1970, 9999, &value))
			return false;
		tm.tm_year = (int)value - 1900;
	} else if (n == 4 && numbers(word[1], '-', date, 3) &&
	    numbers(word[2], ':', clock, 3) && zone_of(word[3], &east)) {
		tm.tm_year = date[0] - 1900;
		tm.tm_mon = date[1] - 1;
		tm.tm_mday = date[2];
	} else {
		return false;
	}
	tm.tm_hour = clock[0];
	tm.tm_min = clock[1];
	tm.tm_sec = clock[2];
	*when_r = (double)timegm(&tm) - east;
	return true;
}
