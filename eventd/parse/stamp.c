/* SPDX-License-Identifier: Apache-2.0
 *
 * Times of syslog messages; see stamp.h.
 */
#include "eventd/parse/stamp.h"

#include <time.h>

#define QUARTER 900 /* seconds */

struct fields {
	int year, month, day, hour, minute, second; /* month from 0 */
};

static bool
digits(struct slice *rest, size_t n, int *value_r)
{
	int v = 0;

	if (rest->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (rest->s[i] < '0' || rest->s[i] > '9')
			return false;
		v = v * 10 + (rest->s[i] - '0');
	}
	rest->s += n;
	rest->len -= n;
	*value_r = v;
	return true;
}

static bool
eat(struct slice *rest, char c)
{
	if (rest->len == 0 || rest->s[0] != c)
		return false;
	rest->s++;
	rest->len--;
	return true;
}

static bool
in_range(const struct fields *f)
{
	return f->month >= 0 && f->month < 12 && f->day >= 1 && f->day <= 31 &&
	    f->hour < 24 && f->minute < 60 && f->second <= 60;
}

/* Microseconds of ".250" or ",250"; nothing there is none. */
static int64_t
fraction(struct slice *rest, bool *seen_r)
{
	int64_t us = 0, unit = US_PER_S / 10;

	*seen_r = false;
	if (rest->len < 2 || (rest->s[0] != '.' && rest->s[0] != ',') ||
	    rest->s[1] < '0' || rest->s[1] > '9')
		return 0;
	*seen_r = true;
	rest->s++;
	rest->len--;
	while (rest->len > 0 && rest->s[0] >= '0' && rest->s[0] <= '9') {
		us += (rest->s[0] - '0') * unit;
		unit /= 10;
		rest->s++;
		rest->len--;
	}
	return us;
}

/* Seconds since 1970 of a local time; of two the first. */
static int64_t
local_hour(const struct fields *f)
{
	struct tm tm = {.tm_year = f->year - 1900,
	    .tm_mon = f->month,
	    .tm_mday = f->day,
	    .tm_hour = f->hour,
	    .tm_isdst = -1};
	struct tm before;
	time_t t = mktime(&tm), earlier = t - 3600;

	localtime_r(&earlier, &before);
	if (before.tm_hour == f->hour && before.tm_mday == f->day)
		return earlier;
	return t;
}

static int64_t
local_us(const struct fields *f, struct stamp_cache *c)
{
	if (!c->valid || c->year != f->year || c->month != f->month ||
	    c->day != f->day || c->hour != f->hour) {
		c->year = f->year;
		c->month = f->month;
		c->day = f->day;
		c->hour = f->hour;
		c->start = local_hour(f);
		c->valid = true;
	}
	return (c->start + f->minute * 60 + f->second) * US_PER_S;
}

/* Seconds since 1970 of a time in UTC. */
static int64_t
utc_us(const struct fields *f)
{
	/* Years from March on, so that a leap day is a year's last. */
	int64_t year = f->year - (f->month < 2), era_year;
	int64_t month = (f->month + 10) % 12, era, day;

	era = (year >= 0 ? year : year - 399) / 400;
	era_year = year - era * 400;
	day = (153 * month + 2) / 5 + f->day - 1;
	day += era_year * 365 + era_year / 4 - era_year / 100;
	day += era * 146097 - 719468;
	return (((day * 24 + f->hour) * 60 + f->minute) * 60 + f->second) *
	    US_PER_S;
}

bool
stamp_iso(struct slice s, struct stamp_cache *cache, int64_t *us_r)
{
	struct fields f = {0};
	int zone_h = 0, zone_m = 0, sign;
	int64_t us;
	bool seen;

	if (!digits(&s, 4, &f.year) || !eat(&s, '-') ||
	    !digits(&s, 2, &f.month) || !eat(&s, '-') ||
	    !digits(&s, 2, &f.day) || !eat(&s, 'T') ||
	    !digits(&s, 2, &f.hour) || !eat(&s, ':') ||
	    !digits(&s, 2, &f.minute) || !eat(&s, ':') ||
	    !digits(&s, 2, &f.second))
		return false;
	f.month--;
	if (!in_range(&f) || f.year < 1970)
		return false;
	us = fraction(&s, &seen);
	if (s.len == 0) {
		*us_r = local_us(&f, cache) + us;
		return true;
	}
	if (s.len == 1 && (s.s[0] == 'Z' || s.s[0] == 'z')) {
		*us_r = utc_us(&f) + us;
		return true;
	}
	sign = s.s[0] == '-' ? -1 : s.s[0] == '+' ? 1 : 0;
	if (sign == 0)
		return false;
	s.s++;
	s.len--;
	if (!digits(&s, 2, &zone_h))
		return false;
	eat(&s, ':');
	if (s.len > 0 && !digits(&s, 2, &zone_m))
		return false;
	if (s.len > 0)
		return false;
	*us_r = utc_us(&f) + us -
	    (int64_t)sign * (zone_h * 60 + zone_m) * 60 * US_PER_S;
	return true;
}

static bool
month_of(struct slice *rest, int *month_r)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (rest->len < 4 || memcmp(rest->s, names + i * 3, 3) != 0)
			continue;
		rest->s += 3;
		rest->len -= 3;
		*month_r = i;
		return true;
	}
	return false;
}

/* " 5", "5 ", "05" up to and with the space behind. */
static bool
day_of(struct slice *rest, int *day_r)
{
	if (!eat(rest, ' '))
		return false;
	eat(rest, ' ');
	if (!digits(rest, 2, day_r) && !digits(rest, 1, day_r))
		return false;
	return eat(rest, ' ');
}

static bool
clock_of(struct slice *rest, struct fields *f)
{
	return digits(rest, 2, &f->hour) && eat(rest, ':') &&
	    digits(rest, 2, &f->minute) && eat(rest, ':') &&
	    digits(rest, 2, &f->second);
}

/* " 2026 " or "2026 " at the front, 2000 to 2099. */
static int
year_of(struct slice *rest)
{
	struct slice try = *rest;
	int year;

	if (!digits(&try, 4, &year) || year < 2000 || year > 2099 ||
	    !eat(&try, ' '))
		return 0;
	*rest = try;
	return year;
}

/* Which month it is; in no zone does one begin within a quarter. */
static void
look_at_now(int64_t now_s, struct stamp_cache *cache)
{
	time_t now = (time_t)now_s;
	struct tm tm;

	if (cache->now_slot == now_s / QUARTER && now_s >= QUARTER)
		return;
	localtime_r(&now, &tm);
	cache->now_slot = now_s / QUARTER;
	cache->now_year = tm.tm_year + 1900;
	cache->now_month = tm.tm_mon;
}

static int64_t
nearest_year(struct fields *f, int64_t now_us, struct stamp_cache *cache)
{
	int64_t t, distance;
	int month;

	look_at_now(now_us / US_PER_S, cache);
	month = cache->now_month;
	f->year = cache->now_year;
	/* Only around New Year can another year be nearer. */
	if (f->month - month >= 5 || month - f->month >= 5) {
		struct fields other = *f;
		struct stamp_cache none = {0};

		other.year += f->month > month ? -1 : 1;
		t = local_us(&other, &none);
		distance = t > now_us ? t - now_us : now_us - t;
		none.valid = false;
		t = local_us(f, &none);
		if (distance < (t > now_us ? t - now_us : now_us - t))
			*f = other;
	}
	return local_us(f, cache);
}

bool
stamp_bsd(struct slice *rest, int64_t now_us, struct stamp_cache *cache,
    int64_t *us_r, bool *cisco_r)
{
	struct fields f = {0};
	struct slice in = *rest;
	int64_t us;
	bool mark = eat(&in, '*') || eat(&in, '.'), seen;

	if (!month_of(&in, &f.month) || !day_of(&in, &f.day))
		return false;
	f.year = year_of(&in);
	if (!clock_of(&in, &f) || !in_range(&f))
		return false;
	us = fraction(&in, &seen);
	if (in.len > 0 && in.s[0] != ' ' && in.s[0] != ':')
		return false;
	if (f.year == 0 && in.len > 0 && in.s[0] == ' ') {
		struct slice behind = {in.s + 1, in.len - 1};

		f.year = year_of(&behind);
		if (f.year != 0)
			in = (struct slice){behind.s - 1, behind.len + 1};
	}
	*us_r = us +
	    (f.year != 0 ? local_us(&f, cache)
			 : nearest_year(&f, now_us, cache));
	*cisco_r = mark || seen;
	*rest = in;
	return true;
}

bool
stamp_utm(struct slice *rest, struct stamp_cache *cache, int64_t *us_r)
{
	struct fields f = {0};
	struct slice in = *rest;

	if (!digits(&in, 4, &f.year) || !eat(&in, ':') ||
	    !digits(&in, 2, &f.month) || !eat(&in, ':') ||
	    !digits(&in, 2, &f.day) || !eat(&in, '-') || !clock_of(&in, &f))
		return false;
	f.month--;
	if (!in_range(&f) || f.year < 1970)
		return false;
	*us_r = local_us(&f, cache);
	*rest = in;
	return true;
}

static void
put_two(char *to, int n, char filler)
{
	to[0] = n < 10 ? filler : (char)('0' + n / 10 % 10);
	to[1] = (char)('0' + n % 10);
}

void
stamp_put_bsd(struct str *out, int64_t us, struct stamp_text *cache)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)(us / US_PER_S);
	char *p = cache->text;
	struct tm tm;

	if (cache->second != (int64_t)t || cache->text[0] == '\0') {
		localtime_r(&t, &tm);
		memcpy(p, months + (size_t)tm.tm_mon * 3, 3);
		p[3] = ' ';
		put_two(p + 4, tm.tm_mday, ' ');
		p[6] = ' ';
		put_two(p + 7, tm.tm_hour, '0');
		p[9] = ':';
		put_two(p + 10, tm.tm_min, '0');
		p[12] = ':';
		put_two(p + 13, tm.tm_sec, '0');
		cache->second = (int64_t)t;
	}
	str_addn(out, cache->text, sizeof(cache->text));
}
