/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of clocks: chrony, ntpd, timesyncd.
 */
#include "tests/unit/fetcher/check_table.h"

#include "fetcher/sections/timespan.h"

#define CHRONY(stratum, date, offset)                                          \
	"<<<chrony:cached(1760000000,120)>>>\n"                                \
	"Reference ID    : C0000201 (192.0.2.1)\n"                             \
	"Stratum         : " stratum "\n"                                      \
	"Ref time (UTC)  : Thu Oct 09 " date " 2025\n"                         \
	"System time     : " offset " seconds slow of NTP time\n"

/* 1760000000 is Thu Oct 09 08:53:20 2025 UTC. */
static void
test_chrony(void **state)
{
	static const struct row rows[] = {
	    {"chrony", NULL, NULL, 1760000060,
		CHRONY("3", "08:53:20", "0.000412345"), 0,
		"Stratum: 3, Offset: 0.4123 ms, Time since last sync: 1 "
		"minute 0 seconds",
		"NTP servers: 192.0.2.1\nReference ID: C0000201 (192.0.2.1)",
		"offset=0.412345;200;500 last_sync_time=60;1800;3600"},
	    {"chrony", NULL, NULL, 1760000060, CHRONY("3", "08:53:20", "0.3"),
		1, NULL, NULL, NULL},
	    {"chrony", NULL, NULL, 1760000060, CHRONY("10", "08:53:20", "0"), 2,
		NULL, NULL, NULL},
	    {"chrony", NULL, NULL, 1760003601, CHRONY("3", "08:53:20", "0"), 2,
		NULL, NULL, NULL},
	    {"chrony", NULL, NULL, 1760000060,
		"<<<chrony>>>\nReference ID    : 00000000 ()\nStratum : 0\n"
		"Ref time (UTC)  : Thu Jan 01 00:00:00 1970\n",
		1, "NTP servers: unreachable(!)", NULL, ""},
	    {"chrony", NULL, NULL, 1760000060,
		"<<<chrony>>>\n506 Cannot talk to daemon\n", 2,
		"506 Cannot talk to daemon(!!)", NULL, ""},
	    {"chrony", NULL, NULL, 1, "<<<cpu>>>\n", NO_RESULT, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover("<<<chrony>>>\n506 Cannot talk to daemon\n<<<ntp>>>\n"
		     "* 192.0.2.1 .GPS. 1 u 33 64 377 0.512 -0.213 0.045\n",
	    NULL, "ntp/\n");
}

#define NTP(code, offset)                                                      \
	"<<<ntp>>>\n% 192.0.2.9 .INIT. 16 u - 64 0 0.000 0.000 0.000\n" code   \
	" 192.0.2.1 .GPS. 1 u 12m 64 377 0.512 " offset " 0.045\n"

static void
test_ntp(void **state)
{
	static const struct row rows[] = {
	    {"ntp", NULL, NULL, 1000, NTP("*", "-0.213"), 0,
		"Offset: 0.2130 ms, Stratum: 1",
		"Jitter: 0.0450 ms\nTime since last packet: 12 minutes 0 "
		"seconds\nSynchronized on 192.0.2.1",
		"offset=0.213;200;500 jitter=0.045;200;500"},
	    {"ntp", NULL, NULL, 1060, NTP("*", "-250"), 1,
		"Offset: 250.0000 ms (warn/crit at 200.0000 ms/500.0000 "
		"ms)(!), Stratum: 1",
		NULL, NULL},
	    {"ntp", NULL, "{\"stratum\": 1}", 1060, NTP("*", "0"), 2, NULL,
		NULL, NULL},
	    {"ntp", NULL, NULL, 1120, NTP("%", "0"), 0,
		"Found 2 peers, but none is suitable, Time since last sync: 1 "
		"minute 0 seconds",
		NULL, ""},
	    {"ntp", NULL, NULL, 1400, NTP("%", "0"), 1, NULL, NULL, ""},
	    {"ntp", NULL, NULL, 5000, "<<<ntp>>>\nno server\n", 2, NULL, NULL,
		""},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define TIMESYNCD(offset)                                                      \
	"<<<timesyncd>>>\nServer: 192.0.2.1 (time.example.com)\n"              \
	"Stratum: 2\nOffset: " offset "\nJitter: 1.5ms\n"                      \
	"[[[1760000000.37]]]\n"

static void
test_timesyncd(void **state)
{
	static const struct row rows[] = {
	    {"timesyncd", NULL, NULL, 1760000060,
		TIMESYNCD("-53.991ms") "<<<timesyncd_ntpmessage:sep(10)>>>"
				       "\nNTPMessage={ Leap=0, "
				       "ReceiveTimestamp=Thu 2025-10-09 "
				       "10:53:40 CEST, Ignored=no }\n",
		0,
		"Offset: 53.99 ms, Time since last sync: 59 seconds, Time "
		"since last NTP message: 40 seconds, Stratum: 2, Jitter: 1.50 "
		"ms, Synchronized on 192.0.2.1 (time.example.com)",
		"",
		"time_offset=0.053991;0.2;0.5 "
		"last_sync_time=59.63;3600;7200 "
		"last_sync_receive_time=40;3600;7200 jitter=0.0015;0.2;0.5"},
	    {"timesyncd", NULL, NULL, 1760000060, TIMESYNCD("+0.3s"), 1, NULL,
		NULL, NULL},
	    {"timesyncd", NULL, NULL, 1760010060, TIMESYNCD("0"), 2, NULL, NULL,
		NULL},
	    {"timesyncd", NULL, NULL, 1760000060,
		"<<<timesyncd>>>\nServer: (null) (ntp.example.com)\nJitter: "
		"x\n",
		2,
		"Never synchronized, watched for: 0 seconds, Found no time "
		"server(!!)",
		NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
}

static void
test_timespans(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} good[] = {{"0", 0}, {"1us", 1e-6}, {"-53.991ms", -0.053991},
	    {"34min 8s", 2048}, {"2 days 3h", 183600}, {"1 week", 604800}},
	  clocks[] = {{"12:03.50", 723.5}, {"2-03:11:09", 184269}, {"7", 7},
	      {"1760000000", 1760000000}};
	static const char *const bad[] = {"", "x", "5 parsecs", "ms"};
	double value;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(timespan_read(slice_of(good[i].text), &value));
		assert_true(value == good[i].seconds);
	}
	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		assert_true(
		    timespan_read_clock(slice_of(clocks[i].text), &value));
		assert_true(value == clocks[i].seconds);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(timespan_read(slice_of(bad[i]), &value));
	assert_false(timespan_read_clock(SLICE("1:2:3:4"), &value));
	assert_true(
	    timespan_read_date(SLICE("Thu Oct 09 08:53:20 2025"), &value));
	assert_true(value == 1760000000);
	assert_false(
	    timespan_read_date(SLICE("Thu 2025-10-09 08:53:20 XYZ"), &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_chrony),
	    cmocka_unit_test(test_ntp),
	    cmocka_unit_test(test_timesyncd),
	    cmocka_unit_test(test_timespans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
