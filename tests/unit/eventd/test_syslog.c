/* SPDX-License-Identifier: Apache-2.0
 *
 * Every example of event-console.md 4.6 and 4.7, decoding and PRI.
 */

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "common/mem.h"
#include "common/utf8.h"
#include "eventd/parse/stamp.h"
#include "eventd/parse/syslog.h"
#include "eventd/parse/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* 2026-03-05 14:00:00 UTC */
#define NOW (INT64_C(1772719200) * US_PER_S)
#define T1  (NOW - 2 * US_PER_S) /* 13:59:58 */

struct example {
	const char *raw;
	int format, facility, priority;
	const char *host, *application;
	unsigned pid;
	int64_t time_us;
	const char *text;
	int sl;
	const char *contact, *address;
};

static const struct example table[] = {
    {"<46>Mar  5 13:59:58 gw2 dhcpd[512]: pool 3 empty", 1, 5, 6, "gw2",
	"dhcpd", 512, T1, "pool 3 empty", 0, "", ""},
    {"Mar  5 13:59:58 dhcpd[512]: pool 3 empty", 2, 1, 5, "192.0.2.7", "dhcpd",
	512, T1, "pool 3 empty", 0, "", ""},
    {"<13>backup: job 7 finished", 6, 1, 5, "192.0.2.7", "backup", 0, NOW,
	"job 7 finished", 0, "", ""},
    {"<30>2026-03-05T14:59:58.250+01:00 gw2 dhcpd[512]: ok", 5, 3, 6, "gw2",
	"dhcpd", 512, T1 + 250000, "ok", 0, "", ""},
    {"<165>1 2026-03-05T13:59:58.250Z gw2 dhcpd 512 LEASE "
     "[t@32473 rtt=\"12\"] renewed",
	9, 20, 5, "gw2", "dhcpd", 512, T1 + 250000,
	"[t@32473 rtt=\"12\"] renewed", 0, "", ""},
    {"<86>1 - - - - - [Checkmk@18662 host=\"gw 2\" sl=\"30\" "
     "application=\"door ctl\"] open",
	9, 10, 6, "gw 2", "door ctl", 0, NOW, "open", 30, "", ""},
    {"<27>1 2026-03-05T13:59:58.250Z gw2 door - - -  opened", 9, 3, 3, "gw2",
	"door", 0, T1 + 250000, "opened", 0, "", ""},
    {"<29>@1772719198;20 gw2 dhcpd[512]: renewed", 7, 3, 5, "gw2", "dhcpd", 512,
	T1, "renewed", 20, "", ""},
    {"<29>@1772719198 gw2|198.51.100.4 door: open", 7, 3, 5, "gw2", "door", 0,
	T1, "open", 0, "", "198.51.100.4"},
    {"<133>@1772719198;10;alice;web7 CPU load: OK - 0.4", 3, 16, 5, "web7",
	"CPU load", 0, T1, "OK - 0.4", 10, "alice", ""},
    {"<189>2026:03:05-13:59:58 fw1 httpproxy[77]: id=\"0001\"", 8, 23, 5, "fw1",
	"httpproxy", 77, T1, "id=\"0001\"", 0, "", ""},
    {"2026 Mar  5 13:59:58 CET fw1 ASA: denied", 10, 1, 5, "fw1", "ASA", 0, T1,
	"denied", 0, "", ""},
    {"<27>something strange happened", 0, 3, 3, "192.0.2.7", "", 0, NOW,
	"something strange happened", 0, "", ""},
    {"<46>Mar  5 13:59:58 gw2 no separator here", 1, 5, 6, "gw2", "", 0, T1,
	"no separator here", 0, "", ""},
    /* 4.1, format 4 */
    {"<5>Mar  5 13:59:58 relay @1772719198;10;bob; web7 Disk /: full", 4, 0, 5,
	"web7", "Disk /", 0, T1, "full", 10, "bob", ""},
    /* 4.2 */
    {"<13>[sched][42]: x", 6, 1, 5, "192.0.2.7", "sched", 42, NOW, "x", 0, "",
	""},
    {"<13>Mar  5 13:59:58 gw2 cron[7]:tight", 1, 1, 5, "gw2", "cron", 7, T1,
	"tight", 0, "", ""},
    {"<13>backup:", 6, 1, 5, "192.0.2.7", "backup", 0, NOW, "", 0, "", ""},
    {"<13>Mar  5 13:59:58 gw2 a[x]: b", 1, 1, 5, "gw2", "a", 0, T1, "b", 0, "",
	""},
    /* 4.4 */
    {"<13>1 - gw2 app - - - \xef\xbb\xbfna\xc3\xafve", 9, 1, 5, "gw2", "app", 0,
	NOW, "na\xc3\xafve", 0, "", ""},
    {"<13>1 - gw2 app web.1 - - x", 9, 1, 5, "gw2", "app", 0, NOW, "x", 0, "",
	""},
    {"<13>1 - - - - - [a@1 b=\"q\\\"]\\\\\"][Checkmk@18662 "
     "host=\"h\\\"\"][c@1] t",
	9, 1, 5, "h\"", "", 0, NOW, "[a@1 b=\"q\\\"]\\\\\"][c@1] t", 0, "", ""},
    {"<13>1 - - - - - [Checkmk@18662 host=\"a\"][Checkmk@18662 "
     "host=\"b\"] t",
	0, 1, 5, "192.0.2.7", "", 0, NOW,
	"1 - - - - - [Checkmk@18662 host=\"a\"][Checkmk@18662 host=\"b\"] "
	"t",
	0, "", ""},
    {"<13>1 - gw2 app 7 - -", 9, 1, 5, "gw2", "app", 7, NOW, "", 0, "", ""},
    {"<13>1 - gw2 app 7 -", 0, 1, 5, "192.0.2.7", "", 0, NOW, "1 - gw2 app 7 -",
	0, "", ""},
    /* 4.7 */
    {"<189>*Mar  5 13:59:58.123: %SYS-5-CONFIG_I: by console", 2, 23, 5,
	"192.0.2.7", "%SYS-5-CONFIG_I", 0, T1 + 123000, "by console", 0, "",
	""},
    {"<189>217: Mar  5 13:59:58: %LINK-3-UPDOWN: down", 2, 23, 5, "192.0.2.7",
	"%LINK-3-UPDOWN", 0, T1, "down", 0, "", ""},
    {"000123: *Mar  5 13:59:58.100 CET: %SYS-5-X: y", 2, 1, 5, "192.0.2.7",
	"%SYS-5-X", 0, T1 + 100000, "y", 0, "", ""},
    {"<189>217: %SYS-5-CONFIG_I: by console", 6, 23, 5, "192.0.2.7",
	"%SYS-5-CONFIG_I", 0, NOW, "by console", 0, "", ""},
    {"<13>Mar  5 2026 13:59:58 fw1 : %ASA-6-302: built", 1, 1, 5, "fw1",
	"%ASA-6-302", 0, T1, "built", 0, "", ""},
    {"<13>Mar  5 2026 13:59:58 fw1: %ASA-6-302: built", 1, 1, 5, "fw1",
	"%ASA-6-302", 0, T1, "built", 0, "", ""},
    {"<13>Mar  5 13:59:58 2026 fw1 x: y", 1, 1, 5, "fw1", "x", 0, T1, "y", 0,
	"", ""},
    {"<13>Mar 5 13:59:58 gw2 x: y", 1, 1, 5, "gw2", "x", 0, T1, "y", 0, "", ""},
    {"<13>Mar  5 13:59:58 CET: %SYS-1-A: b", 2, 1, 5, "192.0.2.7", "%SYS-1-A",
	0, T1, "b", 0, "", ""},
    {"<13>Mar  5 13:59:58 a/b@[::1] x: y", 1, 1, 5, "a/b@[::1]", "x", 0, T1,
	"y", 0, "", ""},
    {"\n\xef\xbb\xbf<13>backup: job", 6, 1, 5, "192.0.2.7", "backup", 0, NOW,
	"job", 0, "", ""},
    /* 3: PRI and decoding */
    {"<192>a: b", 0, 1, 5, "192.0.2.7", "", 0, NOW, "<192>a: b", 0, "", ""},
    {"<999>Mar  5 13:59:58 gw2 a: b", 0, 1, 5, "192.0.2.7", "", 0, NOW,
	"<999>Mar  5 13:59:58 gw2 a: b", 0, "", ""},
    {"<240>a: b", 6, 30, 0, "192.0.2.7", "a", 0, NOW, "b", 0, "", ""},
    {"<13>a: caf\xe9 \x80", 6, 1, 5, "192.0.2.7", "a", 0, NOW,
	"caf\xc3\xa9 \xe2\x82\xac", 0, "", ""},
    {"<13>a: x\ty\x01z\033[31mred\033[0m\x7f", 6, 1, 5, "192.0.2.7", "a", 0,
	NOW, "x yzred", 0, "", ""},
};

static void
equal(struct slice got, const char *want)
{
	char *s = slice_dup(got.s == NULL ? SLICE("") : got);

	assert_string_equal(s, want);
	free(s);
}

static void
examples(void **state)
{
	struct syslog_parser p = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct example *e = &table[i];
		struct message m = {.input = INPUT_UDP};

		print_message("%s\n", e->raw);
		syslog_parse(&p, slice_of(e->raw), "192.0.2.7", NOW, &m);
		assert_int_equal(m.format, e->format);
		assert_int_equal(m.facility, e->facility);
		assert_int_equal(m.priority, e->priority);
		equal(m.host, e->host);
		equal(m.application, e->application);
		assert_int_equal(m.pid, e->pid);
		assert_int_equal(m.time_us, e->time_us);
		equal(m.text, e->text);
		assert_int_equal(m.sl, e->sl);
		equal(m.contact, e->contact);
		equal(m.ipaddress,
		    e->address[0] == '\0' ? "192.0.2.7" : e->address);
		assert_int_equal(m.received_us, NOW);
	}
	syslog_parser_free(&p);
}

/* EC-9: the year that is nearest, in both directions. */
static void
new_year(void **state)
{
	static const struct {
		const char *raw;
		int64_t now, want; /* seconds */
	} years[] = {
	    /* 2026-01-01 00:00:10 UTC receives December's last second */
	    {"<13>Dec 31 23:59:59 h a: b", 1767225610, 1767225599},
	    /* 2025-12-31 23:59:50 receives January's first */
	    {"<13>Jan  1 00:00:01 h a: b", 1767225590, 1767225601},
	    /* in June December is the one behind or before: behind by
	       fewer days */
	    {"<13>Feb 10 12:00:00 h a: b", 1781784000, 1770724800},
	};
	struct syslog_parser p = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(years); i++) {
		struct message m = {0};

		syslog_parse(&p, slice_of(years[i].raw), "",
		    years[i].now * US_PER_S, &m);
		assert_int_equal(m.time_us, years[i].want * US_PER_S);
	}
	syslog_parser_free(&p);
}

/* Days of the calendar are those of the C library. */
static void
calendar(void **state)
{
	static const int days[][2] = {
	    {1, 1}, {2, 28}, {2, 29}, {2, 30}, {3, 1}, {12, 31}};
	struct stamp_cache cache = {0};

	(void)state;
	for (int year = 1970; year < 2110; year++) {
		for (size_t i = 0; i < ARRAY_LEN(days); i++) {
			struct tm tm = {.tm_year = year - 1900,
			    .tm_mon = days[i][0] - 1,
			    .tm_mday = days[i][1],
			    .tm_hour = 23,
			    .tm_min = 59,
			    .tm_sec = 58};
			char text[64];
			int64_t us;

			snprintf(text, sizeof(text), "%d-%02d-%02dT23:59:58Z",
			    year, days[i][0], days[i][1]);
			assert_true(stamp_iso(slice_of(text), &cache, &us));
			assert_int_equal(us, (int64_t)timegm(&tm) * US_PER_S);
		}
	}
}

/* Of a local time that comes twice the first is taken. */
static void
ambiguous_hour(void **state)
{
	struct syslog_parser p = {0};
	struct message m = {0};

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	/* 2026-10-25 02:30 comes at 00:30 and at 01:30 UTC. */
	syslog_parse(&p, SLICE("<13>Oct 25 02:30:00 h a: b"), "",
	    INT64_C(1792900000) * US_PER_S, &m);
	assert_int_equal(m.time_us, INT64_C(1792888200) * US_PER_S);
	setenv("TZ", "UTC", 1);
	tzset();
	syslog_parser_free(&p);
}

static void
utf8(void **state)
{
	(void)state;
	assert_true(utf8_valid(SLICE("\xf0\x9f\x90\xa7")));
	assert_false(utf8_valid(SLICE("\xc0\x80")));
	assert_false(utf8_valid(SLICE("\xed\xa0\x80")));
	assert_false(utf8_valid(SLICE("\xf4\x90\x80\x80")));
	assert_false(utf8_valid(SLICE("abc\xe2\x82")));
	assert_int_equal(text_cut(SLICE("a\xe2\x82\xac"), 3).len, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(examples),
	    cmocka_unit_test(new_year), cmocka_unit_test(ambiguous_hour),
	    cmocka_unit_test(calendar), cmocka_unit_test(utf8)};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
