/* SPDX-License-Identifier: Apache-2.0
 *
 * Local calendar arithmetic of recurring downtimes.
 */
#include "core/state/recur.h"

#include <time.h>

enum {
	HOURLY = 2,
	DAILY = 4,
	WEEKLY = 6,
	BIWEEKLY = 8,
	FOUR_WEEKLY = 10,
	NTH_WEEKDAY = 12,
	NTH_WEEKDAY_FROM_END = 14,
	DAY_OF_MONTH = 16
};

bool
recur_valid(uint32_t mode)
{
	return mode <= DAY_OF_MONTH && mode % 2 == 0;
}

static int
month_length(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month] + (month == 1 && leap);
}

/*
 * The local time as an epoch second by TP-6: the first of two, and shifted
 * forward where it does not exist.
 */
int64_t
recur_epoch(const struct tm *tm)
{
	struct tm a = *tm, b = *tm;
	time_t summer, winter;

	a.tm_isdst = 1;
	b.tm_isdst = 0;
	summer = mktime(&a);
	winter = mktime(&b);
	if (a.tm_hour == tm->tm_hour && a.tm_min == tm->tm_min &&
	    a.tm_isdst > 0)
		return summer;
	return winter;
}

/* Years and months run over; the day stays as given. */
static void
add_month(struct tm *tm)
{
	if (++tm->tm_mon == 12) {
		tm->tm_mon = 0;
		tm->tm_year++;
	}
}

static int64_t
next_nth_weekday(struct tm tm, bool from_end)
{
	int length = month_length(tm.tm_year + 1900, tm.tm_mon);
	int nth = from_end ? (length - tm.tm_mday) / 7 : (tm.tm_mday - 1) / 7;
	int first = (tm.tm_wday - (tm.tm_mday - 1) % 7 + 7) % 7;

	for (int tries = 0; tries < 24; tries++) {
		int day;

		first =
		    (first + length) % 7; /* weekday of the next month's 1st */
		add_month(&tm);
		length = month_length(tm.tm_year + 1900, tm.tm_mon);
		day = 1 + (tm.tm_wday - first + 7) % 7;
		if (from_end)
			while (day + 7 <= length)
				day += 7;
		day += from_end ? -7 * nth : 7 * nth;
		if (day < 1 || day > length)
			continue;
		tm.tm_mday = day;
		return recur_epoch(&tm);
	}
	return INT64_MAX;
}

static int64_t
next_day_of_month(struct tm tm)
{
	for (int tries = 0; tries < 48; tries++) {
		add_month(&tm);
		if (tm.tm_mday <= month_length(tm.tm_year + 1900, tm.tm_mon))
			return recur_epoch(&tm);
	}
	return INT64_MAX;
}

int64_t
recur_next(int64_t first, int64_t start, uint32_t mode)
{
	time_t at = (time_t)start, of_day = (time_t)first;
	struct tm tm, day;

	if (mode == HOURLY)
		return start + 3600;
	if (localtime_r(&at, &tm) == NULL || localtime_r(&of_day, &day) == NULL)
		return INT64_MAX;
	tm.tm_hour = day.tm_hour;
	tm.tm_min = day.tm_min;
	tm.tm_sec = day.tm_sec;
	switch (mode) {
	case DAILY:
		tm.tm_mday += 1;
		return recur_epoch(&tm);
	case WEEKLY:
		tm.tm_mday += 7;
		return recur_epoch(&tm);
	case BIWEEKLY:
		tm.tm_mday += 14;
		return recur_epoch(&tm);
	case FOUR_WEEKLY:
		tm.tm_mday += 28;
		return recur_epoch(&tm);
	case NTH_WEEKDAY:
	case NTH_WEEKDAY_FROM_END:
		return next_nth_weekday(tm, mode == NTH_WEEKDAY_FROM_END);
	case DAY_OF_MONTH:
		return next_day_of_month(tm);
	default:
		return INT64_MAX;
	}
}
